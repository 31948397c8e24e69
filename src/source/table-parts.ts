import { globPattern, isGlob } from './glob.ts';
import { folderOf } from './repository.ts';

/** A table in one file, or in several that a pattern names. */
export interface TableParts {
  /** The file's path, or a glob that matches these files and no other. */
  readonly path: string;
  readonly files: readonly string[];
}

/** Two files of one name but for a number are as well versions of one table. */
const FEWEST = 3;
const NUMBER = /\d+(?=\D*$)/;

/**
 * Joins files of one folder whose names differ in their last number alone: a part that a change adds then belongs to the
 * same data set. `all` are the paths of everything that a pattern could match.
 */
export function tableParts(paths: readonly string[], all: readonly string[]): TableParts[] {
  const groups = Map.groupBy(paths, patternOf);
  const inFolder = Map.groupBy(all, folderOf);
  return [...groups].flatMap(([path, files]) => {
    // A pattern's wildcard stays inside the folder, which must not be a pattern itself; it finds no DVC pointers.
    const isPlain = files.length >= FEWEST && !files.some(isGlob) && !path.endsWith('.dvc');
    const isPattern = isPlain && matches(path, inFolder.get(folderOf(path)) ?? []) === files.length;
    return isPattern ? [{ path, files }] : files.map((file) => ({ path: file, files: [file] }));
  });
}

function patternOf(path: string): string {
  const folder = folderOf(path);
  const [name, ...endings] = path.slice(folder.length).split('.');
  return `${folder}${[name!.replace(NUMBER, '*'), ...endings].join('.')}`;
}

function matches(glob: string, all: readonly string[]): number {
  const pattern = globPattern(glob);
  return all.filter((path) => pattern.test(path)).length;
}
