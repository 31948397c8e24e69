import { oneLine } from '../errors.ts';
import type { PoolColumn } from '../table/pool.ts';

/** One column of the pool after fitting: how wide it is, how it was read, and how it writes itself. */
export interface Encoder {
  /** Features it takes; 0 for a column that is none. */
  readonly width: number;
  /** How many of its features, from the first on, are continuous with about unit variance (0/1 and text are not). */
  readonly continuous: number;
  /** How the column was read, without its values. */
  readonly sentence: string;
  /** Writes all N rows into `into` [N,stride] from feature `offset` on; cells are zero before. */
  write(into: Float32Array, stride: number, offset: number): void;
}

/** Fits one column on the rows `fit` (indices into the pool), never looking at the others. */
export type Fit = (column: PoolColumn, fit: Int32Array) => Encoder;

/** Values beyond this many robust standard deviations are cut off. */
export const CLIP = 10;

/** A column's name as a sentence may carry it. */
export function nameOf(column: PoolColumn): string {
  return oneLine(column.name, 60);
}

/** A column that gives no features, and why. */
export function unread(column: PoolColumn, why: string): Encoder {
  return { width: 0, continuous: 0, sentence: `${nameOf(column)}: ${why}`, write: () => {} };
}

/** How many of the fitting rows lack a value. */
export function missingIn(column: PoolColumn, fit: Int32Array): number {
  let missing = 0;
  for (const row of fit) if ((column.values[row] ?? null) === null) missing++;
  return missing;
}

/** A number as three significant digits would be read. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
