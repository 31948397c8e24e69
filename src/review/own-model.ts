import { posix } from 'node:path';
import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { runTrunk } from '../features/trunk.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';
import type { Pool } from '../table/pool.ts';
import type { SliceChoice } from '../training/choose-candidate.ts';
import { type DeclaredModel, readOwnModel } from '../training/own-model.ts';
import { makeSubject } from '../training/subject.ts';
import type { DataRequest, EngineRequest, ModelRequest } from './request.ts';
import type { Prepared } from './subject.ts';
import type { Tools } from './tools.ts';

/** Share of the review's progress that the trunk takes. */
const TRUNK = 0.05;

/** Reads the model of a data set; null where none is declared. Throws a UserError where it cannot be had or does not fit. */
export async function readDeclared(
  { model }: Pick<DataRequest, 'model'>,
  pool: Pool,
  { config }: Pick<EngineRequest, 'config'>,
  tools: Pick<Tools, 'read' | 'runtime'>,
): Promise<DeclaredModel | null> {
  if (!model) return null;
  const settings = config.models.find(({ path }) => path === model.path);
  if (!model.file || !settings)
    throw new UserError('model-missing', model.problem ?? `${model.path} is not at hand.`, {
      hint: 'Correct `models` in the configuration.',
    });
  const own = await readOwnModel({
    bytes: tools.read(model.file),
    external: (location) => tools.read(fileAt(model, location)),
    reading: settings,
    pool,
    runtime: tools.runtime,
  });
  return { path: model.path, own, choice: choiceOf(settings) };
}

/** A training with the rows as the trunk sees them in the place of encoded ones; as it is for a built-in slice. */
export async function withTrunk(
  training: NonNullable<Prepared['training']>,
  declared: DeclaredModel | null,
  { tools, progress }: { readonly tools: Pick<Tools, 'runtime'>; progress(step: string, done: number): void },
): Promise<NonNullable<Prepared['training']>> {
  const { subject, plan } = training;
  const { slice } = plan;
  if (slice.kind !== 'model' || !declared) return training;
  const { width, trunk: graph, domains } = slice;
  const at = { graph, domains, width, inputs: declared.own.inputs, rows: subject.rows.length };
  const values = await runTrunk({ ...at, runtime: await tools.runtime() }, (share) =>
    progress('running the frozen part of the model', TRUNK * share),
  );
  return { plan, subject: makeSubject(subject.rows, subject.units, { values, width }, slice.task) };
}

function fileAt({ path, external }: ModelRequest, location: string) {
  const wanted = posix.join(posix.dirname(path), location);
  const found = external.find(({ repoPath }) => repoPath === wanted);
  if (found) return found;
  throw refusedModel(
    `its weights lie in ${quoted(location)}, and there is no such file beside it`,
    'Commit the file beside the model, with the ending .data or .bin.',
  );
}

function choiceOf({ slice }: Pick<ModelConfig, 'slice'>): SliceChoice {
  if (slice === 'auto') return 'auto';
  const at = slice.indexOf(':');
  const value = slice.slice(at + 1);
  return slice.startsWith('last:') ? { last: Number(value) } : { from: value };
}
