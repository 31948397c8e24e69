import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import type { Config, ModelConfig } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Revision } from '../evidence/rows.ts';
import type { ModelFiles, ModelRequest } from '../review/request.ts';
import type { FoundDataSet, Trees } from '../source/data-sets.ts';
import type { Repository, TreeEntry } from '../source/repository.ts';
import type { Revisions } from '../source/revisions.ts';

/** What exporters call the files that hold a model's weights beside it. */
const BESIDE = /\.(?:data|bin|weights?|onnx_data|pb)$/i;
const MOST_BESIDE = 1000;

/** The model of a data set, by the configuration: the first that names it, or the only one where there is one data set. */
export function modelOf(data: string, models: readonly ModelConfig[], dataSets: number): ModelConfig | null {
  const named = models.find((model) => model.data === data);
  return named ?? (dataSets === 1 ? (models.find((model) => model.data === null) ?? null) : null);
}

/** True where the change touches the file of a data set's model, or one that may hold its weights. */
export function isModelChanged(
  { name }: Pick<FoundDataSet, 'name'>,
  { models, data }: Pick<Config, 'models' | 'data'>,
  { changes }: Pick<Trees, 'changes'>,
): boolean {
  const model = modelOf(name, models, data.length);
  return model !== null && touches({ changes }, model.path);
}

function touches({ changes }: Pick<Trees, 'changes'>, model: string): boolean {
  const touched = changes.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [path, previousPath]));
  return touched.some((path) => path === model || isBeside(path, model));
}

/** Brings a declared model and the files beside it into the private folder. What cannot be had becomes a `problem`. */
export async function gatherModel(
  repository: Repository,
  { path }: ModelConfig,
  at: {
    readonly trees: Trees;
    readonly revisions: Revisions;
    readonly folder: string;
    readonly options: MaterialiseOptions;
  },
): Promise<ModelRequest> {
  const { trees, revisions, folder, options } = at;
  const changed = touches(trees, path);
  const found = { base: trees.base.find(named(path)), head: trees.head.find(named(path)) };
  const request = { path, base: null, head: null, changed, problem: null } as const;
  const odd = [found.base, found.head].find((entry) => entry && entry.kind !== 'file');
  if (odd) return { ...request, problem: `${oneLine(path, 200)} is a ${odd.kind}: name the file itself.` };
  if (!found.base && !found.head)
    return { ...request, problem: `There is no ${oneLine(path, 200)} at either revision.` };
  const bring = async (revision: Revision): Promise<ModelFiles | null> => {
    if (!found[revision]) return null;
    const beside = trees[revision].filter((entry) => isFileBeside(entry, path)).slice(0, MOST_BESIDE);
    const paths = [path, ...beside.map((entry) => entry.path)];
    const [file, ...external] = await materialise(repository, revisions[revision], paths, folder, options);
    return { file: file!, external };
  };
  try {
    const base = await bring('base');
    return { ...request, base, head: changed ? await bring('head') : base };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...request, problem: `${error.message} ${error.hint}`.slice(0, 2000) };
  }
}

const named = (wanted: string) => (entry: TreeEntry) => entry.path === wanted;
const isFileBeside = ({ kind, path }: TreeEntry, model: string) => kind === 'file' && isBeside(path, model);

function isBeside(path: string, model: string): boolean {
  const folder = model.slice(0, model.lastIndexOf('/') + 1);
  return path !== model && path.startsWith(folder) && BESIDE.test(path);
}
