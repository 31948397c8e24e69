import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import type { Config, ModelConfig } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import type { ModelRequest } from '../review/request.ts';
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
  if (model === null) return false;
  const touched = changes.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [path, previousPath]));
  return touched.some((path) => path === model.path || isBeside(path, model.path));
}

/**
 * Brings a declared model and the files beside it into the private folder: head's where the change touches it, for that
 * is what would ship; else base's, which is the same. What cannot be had becomes a `problem`.
 */
export async function gatherModel(
  repository: Repository,
  model: ModelConfig,
  at: {
    readonly trees: Trees;
    readonly revisions: Revisions;
    readonly folder: string;
    readonly options: MaterialiseOptions;
  },
): Promise<ModelRequest> {
  const { trees, revisions, folder, options } = at;
  const revision = trees.head.some(({ path }) => path === model.path) ? 'head' : 'base';
  const request = { path: model.path, revision, file: null, external: [], problem: null } as const;
  const entry = trees[revision].find(({ path }) => path === model.path);
  if (!entry) return { ...request, problem: `There is no ${oneLine(model.path, 200)} at either revision.` };
  if (entry.kind !== 'file')
    return { ...request, problem: `${oneLine(model.path, 200)} is a ${entry.kind}: name the file itself.` };
  const beside = trees[revision].filter((each) => isFileBeside(each, model.path)).slice(0, MOST_BESIDE);
  try {
    const [file] = await materialise(repository, revisions[revision], [model.path], folder, options);
    const paths = beside.map(({ path }) => path);
    const external = await materialise(repository, revisions[revision], paths, folder, options);
    return { ...request, file: file!, external };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...request, problem: `${error.message} ${error.hint}`.slice(0, 2000) };
  }
}

const isFileBeside = ({ kind, path }: TreeEntry, model: string) => kind === 'file' && isBeside(path, model);

function isBeside(path: string, model: string): boolean {
  const folder = model.slice(0, model.lastIndexOf('/') + 1);
  return path !== model && path.startsWith(folder) && BESIDE.test(path);
}
