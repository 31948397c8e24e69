import { isImagePath } from './images.ts';
import type { TreeEntry } from './repository.ts';

/** A folder whose folders are classes of images. */
export interface ImageFolder {
  readonly path: string;
  /** Names of the folders in it that hold images, sorted. */
  readonly classes: readonly string[];
  readonly images: number;
}

/** Images that make a folder a class rather than a place for a few pictures. */
const FEWEST = 5;
/** Pictures of a project, not data. */
const ASSETS = /^(?:\..*|docs?|assets?|static|public|icons?|screenshots?|figures?|node_modules)$/i;
/** Folders in it are splits or kinds of files, not classes. */
const NO_CLASSES =
  /^(?:train(?:ing)?|test|val(?:id(?:ation)?)?|dev|eval|holdout|images?|masks?|labels?|annotations?)$/i;

/** Folders below the root with at least two folders of images, by path. */
export function imageFolders(entries: readonly TreeEntry[]): ImageFolder[] {
  const found = new Map<string, Map<string, number>>();
  for (const { path, kind } of entries) {
    const parts = path.split('/');
    if (kind !== 'file' || parts.length < 3 || !isImagePath(path) || parts.some((part) => ASSETS.test(part))) continue;
    const [name, root] = [parts.at(-2)!, parts.slice(0, -2).join('/')];
    const classes = found.get(root) ?? new Map<string, number>();
    found.set(root, classes.set(name, (classes.get(name) ?? 0) + 1));
  }
  return [...found]
    .filter(
      ([, classes]) =>
        [...classes.values()].filter((count) => count >= FEWEST).length >= 2 &&
        ![...classes.keys()].every((name) => NO_CLASSES.test(name)),
    )
    .map(([path, classes]) => ({
      path,
      classes: [...classes.keys()].sort(),
      images: [...classes.values()].reduce((sum, count) => sum + count, 0),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
