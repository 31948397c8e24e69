import type { PoolColumn } from '../table/pool.ts';
import { type Encoder, missingIn, nameOf } from './encoder.ts';

/** Categories: one 0/1 feature for each of the `cap` most frequent ones, one for all others, one for missing. */
export function fitCategory(column: PoolColumn, fit: Int32Array, cap = 50): Encoder {
  const counts = new Map<string, number>();
  for (const row of fit) {
    const value = column.values[row] ?? null;
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const kept = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, cap);
  const place = new Map(kept.map(([value], index) => [value, index]));
  const missing = missingIn(column, fit);
  const other = kept.length;
  // What base never lacked is as new to it as a category that it never had.
  const absent = missing > 0 ? other + 1 : other;
  const capped = counts.size > kept.length ? `, the ${kept.length} most frequent kept` : '';
  return {
    width: absent + 1,
    continuous: 0,
    sentence: `${nameOf(column)}: category, ${counts.size} distinct${capped}, ${missing} missing`,
    write: (into, stride, offset) => {
      for (let row = 0; row < column.values.length; row++) {
        const value = column.values[row] ?? null;
        into[row * stride + offset + (value === null ? absent : (place.get(value) ?? other))] = 1;
      }
    },
  };
}

/** A column that never varies in base: one 0/1 feature that is 1 where a row differs. */
export function fitConstant(column: PoolColumn, fit: Int32Array): Encoder {
  const first = fit[0];
  const value = first === undefined ? null : (column.values[first] ?? null);
  return {
    width: 1,
    continuous: 0,
    sentence: `${nameOf(column)}: ${value === null ? 'no value' : 'one value'} in the fitted rows, 1 where a row differs`,
    write: (into, stride, offset) => {
      for (let row = 0; row < column.values.length; row++)
        if ((column.values[row] ?? null) !== value) into[row * stride + offset] = 1;
    },
  };
}
