import type { PoolColumn } from '../table/pool.ts';
import { fitCategory } from './category.ts';
import { type Encoder, nameOf } from './encoder.ts';
import { fitNumbers } from './numeric.ts';

const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0']);

/** Booleans as 0 and 1, missing as 0 plus a feature of its own; words that are none in base make it a category. */
export function fitBoolean(column: PoolColumn, fit: Int32Array): Encoder {
  for (const row of fit) {
    const value = column.values[row] ?? null;
    if (value !== null && Number.isNaN(parseBoolean(value))) return fitCategory(column, fit);
  }
  const numbers = Float64Array.from(column.values, (value) => (value === null ? Number.NaN : parseBoolean(value)));
  const encoder = fitNumbers(column, numbers, fit, 'boolean');
  const missing = fit.reduce((sum, row) => sum + (Number.isNaN(numbers[row]!) ? 1 : 0), 0);
  return { ...encoder, sentence: `${nameOf(column)}: boolean, read as 0 and 1, ${missing} missing` };
}

/** 1 or 0; NaN for what is no word for either. */
export function parseBoolean(text: string): number {
  const word = text.toLowerCase();
  return TRUE.has(word) ? 1 : FALSE.has(word) ? 0 : Number.NaN;
}
