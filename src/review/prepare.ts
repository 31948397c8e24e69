import type { Check } from '../checks/check.ts';
import { UserError } from '../errors.ts';
import { makeEvidence } from '../evidence/evidence.ts';
import { openImages } from '../features/images/images.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { Pool } from '../table/pool.ts';
import type { DeclaredModel } from '../training/own-model.ts';
import { type Answer, brokenFinding } from './answer.ts';
import { askReleased, readDeclared, withTrunk } from './own-model.ts';
import type { DataRequest, EngineRequest } from './request.ts';
import { type Prepared, prepareSubject, trainedChecks } from './subject.ts';
import type { Tools } from './tools.ts';

/** What the review of each data set shares. */
export interface Context {
  readonly request: EngineRequest;
  readonly tools: Tools;
  readonly checks: readonly Check[];
  readonly nonce: string;
  /** Seconds of the steady clock at which the review began. */
  readonly start: number;
  progress(step: string, done: number): void;
}

/** A data set with all that is known before shadow models are trained. */
export interface Ready {
  readonly prepared: Prepared;
  /** Null where no check asks for shadow models, or none can be trained. */
  readonly training: Prepared['training'];
  /** Errors of the checks that a declared model was refused to; the others are asked all the same. */
  readonly refused: readonly Answer[];
}

/** Encodes a data set; where it declares a model, that takes the place of the built-in slice, and is asked itself. */
export async function prepare(data: DataRequest, pool: Pool, context: Context): Promise<Ready> {
  const { request, tools, checks, nonce } = context;
  // The budget is one for all data sets: what one plans to spend is not there for another.
  const budgetSeconds = request.limits.budgetSeconds / request.data.length;
  const planned = { ...request, limits: { ...request.limits, budgetSeconds } };
  const sensitive = checks.some(({ needs }) => needs.includes('sensitive')) ? (data.sensitive ?? []) : [];
  const prepared = (declared: DeclaredModel | null) =>
    prepareSubject(pool, data.name, data.path, planned, { nonce, declared, sensitive });
  const trained = trainedChecks(checks, pool.rows).filter(({ needs }) => !needs.includes('sensitive') || sensitive.length > 0); // biome-ignore format: one idea
  const released = checks.filter(({ needs }) => needs.includes('release'));
  let opened: Promise<Runtime> | null = null;
  const processor = () => {
    opened ??= tools.processor();
    return opened;
  };
  let source: Awaited<ReturnType<Tools['images']>> | null = null;
  const running = { processor, progress: context.progress };
  try {
    const isAsked = trained.length + released.length > 0;
    const images = isAsked && data.model && data.images ? await openImagesOf(pool, data.images, tools) : null;
    source = images?.source ?? null;
    const declared = isAsked
      ? await readDeclared(data, pool, request, { tools, processor, images: images?.images ?? null })
      : null;
    const ready = prepared(declared);
    const planned = trained.length > 0 ? ready.training : null;
    if (!declared || request.limits.dryRun) return { prepared: ready, training: planned, refused: [] };
    const training = planned && (await withTrunk(planned, { declared, task: pool.task }, running));
    const release = released.length > 0 ? await askReleased({ ...ready, training }, declared, running) : null;
    const evidence = makeEvidence({ ...ready.evidence, release });
    return { prepared: { ...ready, evidence }, training, refused: [] };
  } catch (error) {
    if (!(error instanceof UserError) || !data.model) throw error;
    const asked = checks.filter((check) => trained.includes(check) || released.includes(check));
    const refused = asked.map((check): Answer => ({ check, ...brokenFinding(error) }));
    return { prepared: { ...prepared(null), training: null }, training: null, refused };
  } finally {
    await source?.close();
    await (opened as Promise<Runtime> | null)?.then((runtime) => runtime.close());
  }
}

/** The images of a pool, to be read once more at the size that a model takes; null where no column holds any. */
async function openImagesOf(pool: Pool, files: ImageFiles, tools: Pick<Tools, 'images'>) {
  const column = pool.columns.find(({ kind }) => kind === 'image');
  if (!column) return null;
  const source = await tools.images(files);
  return { source, images: openImages(column.values, source) };
}
