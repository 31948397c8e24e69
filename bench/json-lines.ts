import { existsSync, readFileSync } from 'node:fs';

/** Lines of a file of JSON lines, taken to be what their reader says; none where there is no file. */
export function readLines<L>(file: string | null): L[] {
  if (file === null || !existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as L);
}
