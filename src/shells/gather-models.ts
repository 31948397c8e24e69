import { materialise } from '../adapters/files.ts';
import type { Config, ModelConfig } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Revision } from '../evidence/rows.ts';
import type { ModelRequest } from '../review/request.ts';
import type { FoundDataSet, Trees } from '../source/data-sets.ts';
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

/** Models that are what they were, but whose tokenizer is another. */
export function modelsRetokenized(models: readonly ModelConfig[], { changes }: Pick<Trees, 'changes'>): string[] {
  const touched = new Set(changes.flatMap((one) => [one.path, one.previousPath ?? one.path].map(withoutPointer)));
  return models.flatMap(({ path, tokenizer }) => (tokenizer !== null && touched.has(tokenizer) ? [path] : []));
}

/** Brings a declared model into the private folder, at both revisions where it changed. What cannot be had becomes a `problem`. */
export async function gatherModel(
  { path, tokenizer }: ModelConfig,
  bring: Bringing,
  { revisions, changed }: { readonly revisions: Revisions; readonly changed: ReadonlySet<string> },
): Promise<ModelRequest> {
  const { trees } = bring;
  const isChanged = changed.has(path);
  const found = { base: trees.base.find(isAt(path)), head: trees.head.find(isAt(path)) };
  const none = { base: null, head: null };
  const request = { path, ...none, changed: isChanged, tokenizer: none, problem: null } as const;
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
    const head = isChanged ? await side('head') : base;
    if (tokenizer === null) return { ...request, base, head };
    return { ...request, base, head, tokenizer: await bringTokenizer(tokenizer, { base, head }, bring, revisions) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...request, problem: `${error.message} ${error.hint}`.slice(0, 2000) };
  }
}

/** Bytes of a tokenizer's file; those of the largest vocabularies have about as many. */
const LARGEST_TOKENIZER = 2 ** 24;

/** A tokenizer's file wherever its model is. Throws a UserError where it cannot be had. */
async function bringTokenizer(
  path: string,
  model: Pick<ModelRequest, 'base' | 'head'>,
  { repository, trees, folder, options }: Bringing,
  revisions: Revisions,
): Promise<ModelRequest['tokenizer']> {
  const side = async (revision: Revision) => {
    if (!model[revision]) return null;
    const entry = trees[revision].find(isAt(path));
    if (entry?.kind !== 'file')
      throw new UserError(
        'tokenizer-missing',
        entry ? `${oneLine(path, 200)} is a ${entry.kind}.` : `There is no ${oneLine(path, 200)} at ${revision}.`,
        { hint: 'Commit the file itself, or correct `tokenizer` of the model in the configuration.' },
      );
    const limited = { ...options, maxBytes: LARGEST_TOKENIZER };
    const [file] = await materialise(repository, revisions[revision], [entry.path], folder, limited);
    return file!;
  };
  return { base: await side('base'), head: await side('head') };
}

const withoutPointer = (path: string): string => path.replace(/\.dvc$/, '');
const isAt = (wanted: string) => (entry: { readonly path: string }) => withoutPointer(entry.path) === wanted;
