import { posix } from 'node:path';
import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { Task } from '../evidence/evidence.ts';
import type { Release } from '../evidence/release.ts';
import type { Revision } from '../evidence/rows.ts';
import type { Images } from '../features/images/images.ts';
import { runTrunk } from '../features/trunk.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Pool } from '../table/pool.ts';
import type { LocalFile } from '../table/sql.ts';
import type { SliceChoice } from '../training/choose-candidate.ts';
import { releasedGradients } from '../training/input-gradients.ts';
import { takesFloats } from '../training/model-slice.ts';
import { type DeclaredModel, type OwnModel, readOwnModel } from '../training/own-model.ts';
import { releasedScores, releasedSliceScores } from '../training/released.ts';
import { makeSubject } from '../training/subject.ts';
import type { DataRequest, EngineRequest, WeightFiles } from './request.ts';
import type { Prepared } from './subject.ts';
import type { Tools } from './tools.ts';

/** Pixels from 0 to 1. */
const UNCHANGED = { mean: null, std: null, layout: null } as const;

/** How models are run as they are. */
interface Running {
  readonly processor: () => Promise<Runtime>;
  progress(step: string, done: number): void;
}

/** Share of the review's progress that the trunk takes. */
const TRUNK = 0.05;

/**
 * Reads the model of a data set at both revisions; null where none is declared. The slice is cut from head's: it is what
 * would ship. Throws a UserError where the model cannot be had or does not fit.
 */
export async function readDeclared(
  { model }: Pick<DataRequest, 'model'>,
  pool: Pool,
  { config }: Pick<EngineRequest, 'config'>,
  {
    tools,
    processor,
    images,
  }: {
    readonly tools: Pick<Tools, 'bytes' | 'tokenizer'>;
    readonly processor: () => Promise<Runtime>;
    readonly images: Images | null;
  },
): Promise<DeclaredModel | null> {
  if (!model) return null;
  const settings = config.models.find(({ path }) => path === model.path);
  const read = async (revision: Revision) => {
    const files = model[revision];
    if (!files || !settings) return null;
    const file = model.tokenizer[revision];
    const tokenizer = file && (await tools.tokenizer(file));
    try {
      return await readOwnModel({
        bytes: whole(files.file, tools),
        external: (location) => whole(fileAt(model.path, files, location), tools),
        reading: settings,
        pool,
        images: images && { ...UNCHANGED, ...settings.preprocess, images },
        tokenizer,
        runtime: processor,
      });
    } finally {
      await tokenizer?.close();
    }
  };
  const head = await read('head');
  const base = model.changed ? await read('base') : head;
  const own = head ?? base;
  if (!own || !settings)
    throw new UserError('model-missing', model.problem ?? `${model.path} is not at hand.`, {
      hint: 'Correct `models` in the configuration.',
    });
  return { path: model.path, own, base, head, changed: model.changed, choice: choiceOf(settings) };
}

/** A training with the rows as the trunk sees them in the place of encoded ones; as it is for a built-in slice. */
export async function withTrunk(
  training: NonNullable<Prepared['training']>,
  { declared, task }: { readonly declared: DeclaredModel | null; readonly task: Task },
  { processor, progress }: Running,
): Promise<NonNullable<Prepared['training']>> {
  const { subject, plan } = training;
  const { slice } = plan;
  if (slice.kind !== 'model' || !declared) return training;
  const { width, trunk: graph, domains } = slice;
  const at = { graph, domains, width, inputs: declared.own.inputs, rows: subject.rows.length };
  const values = await runTrunk({ ...at, runtime: await processor() }, (share) =>
    progress('running the frozen part of the model', TRUNK * share),
  );
  return { plan, subject: makeSubject(subject.rows, subject.units, { values, width }, task) };
}

/** What the model itself, as it was and as it is submitted, says of every row; the trunk that was run is not run again. */
export async function askReleased(
  { evidence, training }: Prepared,
  { own, base, head, changed }: DeclaredModel,
  { processor, progress }: Running,
): Promise<Release> {
  const task = evidence.task === 'regression' ? 'regression' : 'classification';
  const outputs = task === 'regression' ? 1 : evidence.classes.length;
  const order = { rows: evidence.rows, task, outputs, runtime: await processor() } as const;
  const told = (share: number) => progress('asking the released model', TRUNK * (1 + share));
  const slice = training?.plan.slice;
  const ask = async (model: OwnModel | null) => {
    if (model === own && training && slice?.kind === 'model' && takesFloats(slice))
      return await releasedSliceScores(slice, training.subject.set.features, order, told);
    return model && (await releasedScores(model, order, told));
  };
  const after = await ask(head);
  const gradients =
    changed && head && training ? await releasedGradients({ ...training, runtime: order.runtime }) : null;
  return { base: changed ? await ask(base) : after, head: after, changed, gradients };
}

function whole(file: LocalFile, tools: Pick<Tools, 'bytes'>): Uint8Array {
  const source = tools.bytes(file);
  return source.read(0, source.size);
}

function fileAt(path: string, { beside }: WeightFiles, location: string) {
  const wanted = posix.join(posix.dirname(path), location);
  const found = beside.find(({ repoPath }) => repoPath === wanted);
  if (found) return found;
  throw refusedModel(
    `its weights lie in ${quoted(location)}, and there is no such file beside it`,
    'Commit the file in the folder of the model.',
  );
}

function choiceOf({ slice }: Pick<ModelConfig, 'slice'>): SliceChoice {
  if (slice === 'auto') return 'auto';
  const at = slice.indexOf(':');
  const value = slice.slice(at + 1);
  return slice.startsWith('last:') ? { last: Number(value) } : { from: value };
}
