import { listLength, parseList } from '../table/lists.ts';
import type { PoolColumn } from '../table/pool.ts';
import { type Encoder, nameOf, unread } from './encoder.ts';
import { fitRobustScale } from './robust-scale.ts';

/** Numbers of one cell beyond which a list is left out. */
const MOST_NUMBERS = 2 ** 19;

/**
 * Lists of D numbers as features, each robustly scaled as a column of its own. Beyond `room` features the means of
 * neighbours take their place: of pictures and signals that is a smaller version, and distances between rows of
 * independent numbers keep their order on average. A row without such a list is all zeros (the medians) plus, where base
 * has such rows, a 0/1 feature of its own; a missing number is left out of its mean.
 */
export function fitList(column: PoolColumn, fit: Int32Array, room: number): Encoder {
  const length = usualLength(column, fit);
  if (length === null) return unread(column, 'lists without a length in common');
  if (length > MOST_NUMBERS) return unread(column, `lists of ${length} numbers, at most ${MOST_NUMBERS} are read`);
  const together = Math.ceil(length / Math.max(1, room - 1));
  const width = Math.ceil(length / together);
  const rows = column.values.length;
  const values = new Float32Array(rows * width).fill(Number.NaN);
  const present = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const numbers = parseList(column.values[row]);
    if (numbers?.length !== length) continue;
    present[row] = 1;
    for (let at = 0; at < width; at++)
      values[row * width + at] = meanOf(numbers, at * together, Math.min(length, (at + 1) * together));
  }
  const scales = Array.from({ length: width }, (_, at) => fitRobustScale(fittedValues(values, width, at, fit)));
  const missing = fit.reduce((sum, row) => sum + (present[row] === 1 ? 0 : 1), 0);
  const pooled = together > 1 ? `, by the means of ${together} neighbours each` : '';
  return {
    width: missing > 0 ? width + 1 : width,
    continuous: width,
    sentence: `${nameOf(column)}: list of ${length} numbers${pooled}, robust scaled, ${missing} missing`,
    write: (into, stride, offset) => {
      for (let row = 0; row < rows; row++) {
        const start = row * stride + offset;
        if (missing > 0 && present[row] === 0) into[start + width] = 1;
        for (let at = 0; at < width; at++) {
          const value = values[row * width + at]!;
          into[start + at] = Number.isNaN(value) ? scales[at]!.apply(scales[at]!.median) : scales[at]!.apply(value);
        }
      }
    },
  };
}

/** The values of one feature in the fitting rows, ascending, missing ones left out. */
function fittedValues(values: Float32Array, width: number, at: number, fit: Int32Array): Float64Array {
  const fitted = new Float64Array(fit.length);
  let count = 0;
  for (const row of fit) {
    const value = values[row * width + at]!;
    if (!Number.isNaN(value)) fitted[count++] = value;
  }
  return fitted.subarray(0, count).sort();
}

/** Far below what single precision holds, so that sums stay finite. */
const LARGEST = 1e32;

/** The most frequent length of a list in the fitting rows; null where there is none. */
function usualLength(column: PoolColumn, fit: Int32Array): number | null {
  const counts = new Map<number, number>();
  for (const row of fit) {
    const length = listLength(column.values[row]);
    if (length !== null) counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  const [usual = null] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  return usual;
}

/** The mean of the numbers from `start` to `end`, exclusive; NaN where there are none. */
function meanOf(numbers: Float64Array, start: number, end: number): number {
  let [sum, count] = [0, 0];
  for (let at = start; at < end; at++) {
    const number = numbers[at]!;
    if (Number.isNaN(number)) continue;
    sum += Math.min(LARGEST, Math.max(-LARGEST, number));
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
