import type { Config, ModelConfig } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Revision } from '../evidence/rows.ts';
import type { ModelRequest } from '../review/request.ts';
import type { FoundDataSet } from '../source/data-sets.ts';
import type { Revisions } from '../source/revisions.ts';
import { type Bringing, bringWeights } from './bring-weights.ts';

/** The model of a data set, by the configuration: the first that names it, or the only one where there is one data set. */
export function modelOf(data: string, models: readonly ModelConfig[], dataSets: number): ModelConfig | null {
  const named = models.find((model) => model.data === data);
  return named ?? (dataSets === 1 ? (models.find((model) => model.data === null) ?? null) : null);
}

/** True where a data set's model is among the changed ones. */
export function isModelChanged(
  { name }: Pick<FoundDataSet, 'name'>,
  { models, data }: Pick<Config, 'models' | 'data'>,
  changed: ReadonlySet<string>,
): boolean {
  const model = modelOf(name, models, data.length);
  return model !== null && changed.has(model.path);
}

/** Brings a declared model into the private folder, at both revisions where it changed. What cannot be had becomes a `problem`. */
export async function gatherModel(
  { path }: ModelConfig,
  bring: Bringing,
  { revisions, changed }: { readonly revisions: Revisions; readonly changed: ReadonlySet<string> },
): Promise<ModelRequest> {
  const { trees } = bring;
  const isChanged = changed.has(path);
  const found = { base: trees.base.find(isAt(path)), head: trees.head.find(isAt(path)) };
  const request = { path, base: null, head: null, changed: isChanged, problem: null } as const;
  const odd = [found.base, found.head].find((entry) => entry && entry.kind !== 'file');
  if (odd) return { ...request, problem: `${oneLine(path, 200)} is a ${odd.kind}: name the file itself.` };
  if (!found.base && !found.head)
    return { ...request, problem: `There is no ${oneLine(path, 200)} at either revision.` };
  const side = async (revision: Revision) => {
    const entry = found[revision];
    return entry ? await bringWeights(bring, revisions[revision], trees[revision], entry.path) : null;
  };
  try {
    const base = await side('base');
    return { ...request, base, head: isChanged ? await side('head') : base };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...request, problem: `${error.message} ${error.hint}`.slice(0, 2000) };
  }
}

const isAt = (wanted: string) => (entry: { readonly path: string }) => entry.path.replace(/\.dvc$/, '') === wanted;
