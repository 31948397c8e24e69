import type { PoolColumn } from '../table/pool.ts';
import { type Encoder, nameOf, short } from './encoder.ts';
import { fitRobustScale, type RobustScale } from './robust-scale.ts';

/**
 * A number as text; NaN where there is none. Hexadecimal, infinities and words are no numbers: what a spreadsheet
 * writes for them means missing.
 */
export function parseNumber(text: string | null | undefined): number {
  if (text === null || text === undefined || text === '') return Number.NaN;
  const second = text.charCodeAt(1) | 0x20;
  if (second === 0x78 || second === 0x6f || second === 0x62) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Numbers: robustly scaled, missing as the median plus (where base has missing ones) a 0/1 feature of its own. */
export function fitNumeric(column: PoolColumn, fit: Int32Array): Encoder {
  const numbers = new Float64Array(column.values.length);
  for (let row = 0; row < numbers.length; row++) numbers[row] = parseNumber(column.values[row]);
  return fitNumbers(column, numbers, fit, 'numeric');
}

/** The same for numbers that are already parsed; NaN is missing. */
export function fitNumbers(column: PoolColumn, numbers: Float64Array, fit: Int32Array, kind: string): Encoder {
  const fitted = new Float64Array(fit.length);
  let count = 0;
  for (const row of fit) if (!Number.isNaN(numbers[row]!)) fitted[count++] = numbers[row]!;
  const present = fitted.subarray(0, count);
  const scale = fitRobustScale(present.sort());
  const missing = fit.length - present.length;
  const filler = scale.apply(scale.median);
  const indicator = missing > 0;
  const binary = scale.shape === 'binary' || scale.shape === 'two values';
  return {
    width: indicator ? 2 : 1,
    continuous: binary || scale.shape === 'constant' ? 0 : 1,
    sentence: `${nameOf(column)}: ${kind}, ${wordsFor(scale, present.length)}, ${missing} missing`,
    write: (into, stride, offset) => {
      for (let row = 0, at = offset; row < numbers.length; row++, at += stride) {
        const value = numbers[row]!;
        const absent = Number.isNaN(value);
        into[at] = absent ? (binary ? 0 : filler) : scale.apply(value);
        if (absent && indicator) into[at + 1] = 1;
      }
    },
  };
}

function wordsFor(scale: RobustScale, present: number): string {
  if (present === 0) return 'no value to scale by';
  if (scale.shape === 'binary') return 'kept as 0 and 1';
  if (scale.shape === 'two values') return 'two values, read as 0 and 1';
  if (scale.shape === 'constant') return `always ${short(scale.median)}`;
  const how = scale.shape === 'linear' ? 'robust scaled' : 'heavy-tailed, scaled by a signed logarithm';
  return `${how} (median ${short(scale.median)}, IQR ${short(scale.iqr)})`;
}
