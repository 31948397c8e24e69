import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { Trees } from '../source/data-sets.ts';
import type { Repository } from '../source/repository.ts';
import { type FoundWeights, findWeights, isArrayPath, isWeightPath, modelsBeside } from '../source/weight-files.ts';
import { beginsLikeNumpy, beginsLikeWeights, MAGIC_BYTES } from '../weights/magic.ts';
import { namesBeside } from './names-beside.ts';

/** Changed files whose first bytes are looked at, and models that are asked for files beside them. */
const MOST_LOOKED_AT = 300;
const MOST_ASKED = 20;
/** A model that keeps its weights in other files is small itself. */
const MOST_ASKED_BYTES = 2 ** 26;

export interface WeightSearch {
  readonly repository: Repository;
  readonly head: string;
  readonly trees: Trees;
  readonly models: Config['models'];
  /** Files of the configured data sets: arrays among them are data, and no weights. */
  readonly data: ReadonlySet<string>;
  /** Private folder for models that have to be looked into. */
  readonly folder: string;
  readonly options: MaterialiseOptions;
}

/**
 * Changed files of weights: by their names, as declared models, by their first bytes, or because a file changed that a
 * model names. `notes` say what was not looked at.
 */
export async function findChangedWeights(
  search: WeightSearch,
): Promise<{ readonly found: FoundWeights[]; readonly notes: string[] }> {
  const { repository, head, models, data } = search;
  const isData = (path: string) => data.has(path) && isArrayPath(path);
  const trees = { ...search.trees, changes: search.trees.changes.filter(({ path }) => !isData(path)) };
  const declared = new Set(models.flatMap(({ path }) => [path, `${path}.dvc`]));
  const isNamed = (path: string) => isWeightPath(path) || declared.has(path);
  const others = trees.changes.filter(
    ({ path, kind, change }) => kind === 'file' && change !== 'removed' && !isNamed(path),
  );
  const begun = new Set<string>();
  for (const { path } of others.slice(0, MOST_LOOKED_AT)) {
    const start = await repository.readStart(head, path, MAGIC_BYTES);
    if (beginsLikeWeights(start) && !(data.has(path) && beginsLikeNumpy(start))) begun.add(path);
  }
  const left = others.length - MOST_LOOKED_AT;
  return {
    found: [
      ...findWeights(trees, (path) => isNamed(path) || begun.has(path)),
      ...(await modelsWithChangedFiles(search)),
    ],
    notes:
      left > 0 ? [`${left} changed files are called like no weights, and their first bytes were not looked at.`] : [],
  };
}

/** Models that stand as they were, but name a file that changed. */
async function modelsWithChangedFiles(search: WeightSearch): Promise<FoundWeights[]> {
  const { repository, head, trees, folder } = search;
  const options = { ...search.options, maxBytes: MOST_ASKED_BYTES };
  const found: FoundWeights[] = [];
  for (const [path, changed] of [...modelsBeside(trees)].slice(0, MOST_ASKED)) {
    const named = await materialise(repository, head, [path], folder, options).then(
      ([file]) => namesBeside(file!),
      (error: unknown) => {
        if (error instanceof UserError) return new Set<string>();
        throw error;
      },
    );
    if (changed.some((file) => named.has(file.replace(/\.dvc$/, ''))))
      found.push({ path, previousPath: null, change: 'changed', base: path, head: path, problem: null });
  }
  return found;
}
