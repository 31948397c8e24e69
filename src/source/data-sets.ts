import { globPattern, isGlob } from './glob.ts';
import type { ChangedFile, TreeEntry } from './repository.ts';

/** What is asked for: the configuration's entry, or nothing but a path. */
export interface DataPath {
  readonly name: string;
  readonly path: string;
  readonly holdout: string | null;
}

/** The files of one data set at both revisions. Null: it does not exist there. */
export interface FoundDataSet {
  readonly name: string;
  readonly path: string;
  /** Where git saw a rename of a single file. */
  readonly previousPath: string | null;
  readonly base: readonly string[] | null;
  readonly head: readonly string[] | null;
  readonly holdout: { readonly base: readonly string[] | null; readonly head: readonly string[] | null };
  /** True where a file of it, or of its holdout, changed. */
  readonly changed: boolean;
  /** Why it cannot be read, in one sentence: a link, a submodule. */
  readonly problem: string | null;
}

export interface Trees {
  readonly base: readonly TreeEntry[];
  readonly head: readonly TreeEntry[];
  readonly changes: readonly ChangedFile[];
}

const RECOGNISED = /\.(csv|tsv|jsonl|ndjson|parquet)(\.dvc)?$/i;

/** The data sets of a review: the configured ones, or, with none configured, every changed file with a known ending. */
export function findDataSets(trees: Trees, configured: readonly DataPath[] | null): FoundDataSet[] {
  const wanted = configured ?? recognise(trees.changes);
  return wanted.map((data) => findOne(trees, data));
}

function recognise(changes: readonly ChangedFile[]): DataPath[] {
  const names = new Set<string>();
  return changes
    .filter(({ path }) => RECOGNISED.test(path))
    .map(({ path }) => {
      const real = path.replace(/\.dvc$/i, '');
      const short = real.replace(/^.*\//, '').replace(/\.[^.]+$/, '');
      const name = names.has(short) ? real : short;
      names.add(name);
      return { name, path: real, holdout: null };
    });
}

function findOne(trees: Trees, data: DataPath): FoundDataSet {
  const moved = (path: string) =>
    trees.changes.find((change) => change.previousPath !== null && isPathOf(change.path, path));
  const renamedTo = (path: string) =>
    trees.changes.find((change) => change.previousPath !== null && isPathOf(change.previousPath, path));
  const sides = (path: string) => {
    const base = match(trees.base, path);
    const head = match(trees.head, path);
    const from = !isGlob(path) && base.length === 0 && head.length > 0 ? moved(path) : undefined;
    const to = !isGlob(path) && head.length === 0 && base.length > 0 ? renamedTo(path) : undefined;
    return {
      base: from ? match(trees.base, from.previousPath!) : base,
      head: to ? match(trees.head, to.path) : head,
      previousPath: from ? from.previousPath : to ? path : null,
      path: to ? to.path : path,
    };
  };
  const train = sides(data.path);
  const holdout = data.holdout === null ? { base: [], head: [] } : sides(data.holdout);
  const all = [train.base, train.head, holdout.base, holdout.head].flat();
  const touched = new Set(
    trees.changes.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [path, previousPath])),
  );
  const odd = all.find(({ kind }) => kind !== 'file');
  const paths = (entries: readonly TreeEntry[]) => (entries.length === 0 ? null : entries.map(({ path }) => path));
  return {
    name: data.name,
    path: train.path,
    previousPath: train.previousPath,
    base: paths(train.base),
    head: paths(train.head),
    holdout: { base: paths(holdout.base), head: paths(holdout.head) },
    changed: all.some(({ path }) => touched.has(path)),
    problem: odd ? problemOf(odd) : null,
  };
}

function problemOf({ path, kind }: TreeEntry): string {
  return kind === 'link'
    ? `${path} is a symbolic link: links are not followed; name the file itself.`
    : `${path} is a submodule: its content is not part of this repository.`;
}

function isPathOf(path: string, wanted: string): boolean {
  return path === wanted || path === `${wanted}.dvc`;
}

/** Entries that the path names: itself or its DVC pointer, a link or submodule on the way, or all that a glob matches. */
function match(entries: readonly TreeEntry[], path: string): TreeEntry[] {
  if (isGlob(path)) {
    const pattern = globPattern(path);
    return entries.filter((entry) => pattern.test(entry.path));
  }
  const exact = entries.filter((entry) => isPathOf(entry.path, path)).slice(0, 1);
  return exact.length > 0
    ? exact
    : entries.filter(({ kind, path: folder }) => kind !== 'file' && path.startsWith(`${folder}/`)).slice(0, 1);
}
