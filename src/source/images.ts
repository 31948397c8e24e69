import { globPattern, isGlob } from './glob.ts';
import { folderOf, type TreeEntry } from './repository.ts';

/** The word of `data[].image` that means: no table, each image file is a row and its folder the class. */
export const FOLDER = 'folder';

/** Names of files that are brought to the engine as images; what they really hold is decided by their content. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|dib|tiff?|p[bgpn]m|avif|hei[cf]|jp2|jxl|tga|ico)$/i;

export function isImagePath(path: string): boolean {
  return IMAGE.test(path);
}

/** Images below a folder, or those that a glob matches; a link among them is kept: its row has no image. */
export function imagesAt(entries: readonly TreeEntry[], path: string): TreeEntry[] {
  const pattern = isGlob(path) ? globPattern(path) : null;
  const folder = `${path.replace(/\/+$/, '')}/`;
  return entries.filter(
    (entry) =>
      entry.kind !== 'submodule' &&
      isImagePath(entry.path) &&
      (pattern ? pattern.test(entry.path) : entry.path.startsWith(folder)),
  );
}

/** Images in the folders of these files and below them: all that their rows may name. */
export function imagesBeside(entries: readonly TreeEntry[], files: readonly string[]): TreeEntry[] {
  const folders = [...new Set(files.map(folderOf))];
  return entries.filter(
    ({ path, kind }) => kind !== 'submodule' && isImagePath(path) && folders.some((folder) => path.startsWith(folder)),
  );
}

/**
 * The class of an image: the first folder that the data set's path leaves open, which is the one directly below a
 * plain path, and the one in place of the first wildcard of a glob. Null where the image itself stands there.
 */
export function classOf(image: string, path: string): string | null {
  const parts = path.replace(/\/+$/, '').split('/');
  const open = parts.findIndex(isGlob);
  const at = open < 0 ? parts.length : open;
  const folders = image.split('/').slice(0, -1);
  return folders[at] ?? null;
}
