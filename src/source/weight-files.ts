import type { Trees } from './data-sets.ts';
import { type ChangedFile, folderOf, type TreeEntry } from './repository.ts';

/** A file of weights that changed, and where it lies. A side is null where it does not exist, or is no file. */
export interface FoundWeights {
  /** Without the ending of a DVC pointer; at head, or at base where it is gone. */
  readonly path: string;
  readonly previousPath: string | null;
  readonly change: 'added' | 'removed' | 'changed' | 'renamed';
  /** Paths in the trees. */
  readonly base: string | null;
  readonly head: string | null;
  /** Why head cannot be looked at; null where it can. */
  readonly problem: string | null;
}

const WEIGHTS = /\.(?:onnx|safetensors|pt|pth|th|ckpt|pkl|pickle|joblib|npy|npz|h5|hdf5|keras|gguf|tflite)(?:\.dvc)?$/i;
const POINTER = /\.dvc$/i;
/** What is no weights of a model, whatever lies beside it. */
const TEXT =
  /\.(?:py|pyi|ipynb|md|rst|txt|json|jsonl|ya?ml|toml|cfg|ini|lock|csv|tsv|[jt]sx?|html?|css|sh|c|cc|cpp|h|hpp|java|rs|go|png|jpe?g|gif|svg)$/i;

const ARRAYS = /\.np[yz](?:\.dvc)?$/i;

/** True for the names of NumPy's files, which hold weights or data. */
export function isArrayPath(path: string): boolean {
  return ARRAYS.test(path);
}

/** True where a path looks like weights. */
export function isWeightPath(path: string): boolean {
  return WEIGHTS.test(path);
}

/**
 * Changed files of weights, in the order of the changes.
 * @param isWeights whether a path of either revision is one of weights.
 */
export function findWeights({ base, changes }: Trees, isWeights: (path: string) => boolean): FoundWeights[] {
  const kinds = new Map(base.map(({ path, kind }) => [path, kind]));
  return changes.flatMap((change) => {
    const was = change.previousPath !== null && isWeights(change.previousPath);
    return was || isWeights(change.path) ? (foundOf(change, was, kinds) ?? []) : [];
  });
}

function foundOf(
  { path, previousPath, change, kind }: ChangedFile,
  wasWeights: boolean,
  kinds: ReadonlyMap<string, TreeEntry['kind']>,
): FoundWeights | null {
  const plain = (at: string) => (kinds.get(at) === 'file' ? at : null);
  // What came from a file that nobody took for weights is new as weights: base vouches for nothing.
  const base =
    change === 'added' ? null : previousPath === null ? plain(path) : wasWeights ? plain(previousPath) : null;
  const head = change === 'removed' ? null : path;
  if (base === null && head === null) return null;
  return {
    path: path.replace(POINTER, ''),
    previousPath: base !== null && base !== path ? previousPath : null,
    change: head === null ? 'removed' : base === null ? 'added' : base === head ? 'changed' : 'renamed',
    ...{ base, head },
    problem: head === null || kind === 'file' ? null : oddText(path, kind),
  };
}

function oddText(path: string, kind: TreeEntry['kind']): string {
  return kind === 'link'
    ? `${path} is a symbolic link: links are not followed; commit the file itself.`
    : `${path} is a submodule: its content is not part of this repository.`;
}

/**
 * Models that did not change themselves but have a changed file in their folder or below, which may hold their weights:
 * path of the model, and the files by their path from its folder.
 */
export function modelsBeside({ head, changes }: Trees): ReadonlyMap<string, readonly string[]> {
  const touched = new Set(changes.map(({ path }) => path));
  const files = changes.filter(({ path }) => !WEIGHTS.test(path) && !TEXT.test(path)).map(({ path }) => path);
  const models = head.filter(({ path, kind }) => kind === 'file' && /\.onnx$/i.test(path) && !touched.has(path));
  return new Map(
    models.flatMap(({ path }) => {
      const folder = folderOf(path);
      const beside = files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length));
      return beside.length > 0 ? [[path, beside] as const] : [];
    }),
  );
}
