import { globPattern, isGlob } from './glob.ts';
import { FOLDER, imagesAt, imagesBeside, isImagePath } from './images.ts';
import type { ChangedFile, TreeEntry } from './repository.ts';

/** What is asked for: the configuration's entry, or nothing but a path. */
export interface DataPath {
  readonly name: string;
  readonly path: string;
  readonly holdout: string | null;
  /** A column of image paths, `folder` for a folder per class; nothing for a table without images. */
  readonly image?: string | null;
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
  /** All images that its rows, or its holdout's, may name; null for a data set without images. */
  readonly images: { readonly base: readonly TreeEntry[]; readonly head: readonly TreeEntry[] } | null;
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

/** All files of data sets at either revision, holdouts included. */
export function filesOf(found: readonly FoundDataSet[]): ReadonlySet<string> {
  return new Set(
    found.flatMap(({ base, head, holdout }) => [base, head, holdout.base, holdout.head].flatMap((side) => side ?? [])),
  );
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
  const find = data.image === FOLDER ? matchImages : match;
  const sides = (path: string) => {
    const base = find(trees.base, path);
    const head = find(trees.head, path);
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
  // A link among images is a row without an image: it need not keep all others from being looked at.
  const isRow = ({ path }: TreeEntry) => data.image === FOLDER && isImagePath(path);
  const odd = all.find((entry) => entry.kind !== 'file' && !isRow(entry));
  const images = imagesOf(trees, data, touched, [...train.base, ...holdout.base], [...train.head, ...holdout.head]);
  const paths = (entries: readonly TreeEntry[]) => (entries.length === 0 ? null : entries.map(({ path }) => path));
  return {
    name: data.name,
    path: train.path,
    previousPath: train.previousPath,
    base: paths(train.base),
    head: paths(train.head),
    holdout: { base: paths(holdout.base), head: paths(holdout.head) },
    images,
    changed: [...all, ...(images?.base ?? []), ...(images?.head ?? [])].some(({ path }) => touched.has(path)),
    problem: odd ? problemOf(odd) : null,
  };
}

function imagesOf(
  trees: Trees,
  { image = null }: DataPath,
  touched: ReadonlySet<string>,
  base: readonly TreeEntry[],
  head: readonly TreeEntry[],
): FoundDataSet['images'] {
  if (image === null) return null;
  const paths = (entries: readonly TreeEntry[]) => entries.map(({ path }) => path);
  const before = image === FOLDER ? base : imagesBeside(trees.base, paths(base));
  const after = image === FOLDER ? head : imagesBeside(trees.head, paths(head));
  // In the work tree a file has no object; one that did not change is base's, and need not be read from the disk.
  const known = new Map(before.map(({ path, object }) => [path, object]));
  const unchanged = ({ path, object }: TreeEntry) =>
    object !== null || touched.has(path) ? object : (known.get(path) ?? null);
  return { base: before, head: after.map((entry) => ({ ...entry, object: unchanged(entry) })) };
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
  return exact.length > 0 ? exact : onTheWay(entries, path);
}

/** Images that the path names, or the link or submodule that stands in the place of their folder. */
function matchImages(entries: readonly TreeEntry[], path: string): TreeEntry[] {
  const images = imagesAt(entries, path);
  return images.length > 0 || isGlob(path) ? images : onTheWay(entries, `${path}/`);
}

function onTheWay(entries: readonly TreeEntry[], path: string): TreeEntry[] {
  return entries.filter(({ kind, path: folder }) => kind !== 'file' && path.startsWith(`${folder}/`)).slice(0, 1);
}
