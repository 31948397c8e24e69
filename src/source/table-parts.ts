import { globPattern } from './glob.ts';

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
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const pattern = patternOf(path);
    const group = groups.get(pattern) ?? [];
    group.push(path);
    groups.set(pattern, group);
  }
  return [...groups].flatMap(([path, files]) => {
    const isPattern = files.length >= FEWEST && matches(path, all) === files.length;
    return isPattern ? [{ path, files }] : files.map((file) => ({ path: file, files: [file] }));
  });
}

function patternOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const [name, ...endings] = path.slice(folder.length).split('.');
  return `${folder}${[name!.replace(NUMBER, '*'), ...endings].join('.')}`;
}

function matches(glob: string, all: readonly string[]): number {
  const pattern = globPattern(glob);
  return all.filter((path) => pattern.test(path)).length;
}
