/** Who wrote the lines of a file, as its commits claim. */
export interface FileAuthors {
  /** In the repository. */
  readonly path: string;
  readonly names: readonly string[];
  /** Lines that follow each other, of one author: the first (one-based), how many, and the name's index; ascending. */
  readonly runs: readonly (readonly [first: number, count: number, name: number])[];
}

/** The author of a line; null where no commit says. */
export function authorOf({ names, runs }: FileAuthors, line: number): string | null {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]![0] <= line) low = middle + 1;
    else high = middle;
  }
  const run = runs[low - 1];
  return run && line < run[0] + run[1] ? (names[run[2]] ?? null) : null;
}

/** Lines that somebody wrote. */
export const linesOf = ({ runs }: FileAuthors): number => runs.reduce((sum, [, count]) => sum + count, 0);
