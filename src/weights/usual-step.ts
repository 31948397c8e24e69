import type { StoredTensor } from './stored-tensor.ts';

const PIECE = 2 ** 18;
/** Steps are counted by powers of two from 2^-60 to 2^20. */
const SMALLEST = -60;
const BINS = 80;
const USUAL = 0.99;
/** Numbers below this part of the root mean square are taken for that large: training moves them as it moves others. */
const FLOOR = 1e-3;

/**
 * By how much of themselves 99 of 100 of the numbers that moved have moved at most: rounded up to a power of two;
 * infinite where most moved from zero in a tensor of zeros. One number that moved far hides nothing of the others.
 * @param rms root mean square of `one`.
 */
export function usualStep(one: StoredTensor, other: StoredTensor, rms: number): number {
  const bins = new Float64Array(BINS + 1);
  const least = FLOOR * rms;
  for (let first = 0; first < one.count; first += PIECE) {
    const last = Math.min(one.count, first + PIECE);
    const before = one.elements(first, last) as Float32Array;
    const after = other.elements(first, last) as Float32Array;
    for (let at = 0; at < before.length; at++) {
      const x = before[at]!;
      const y = after[at]!;
      if (Object.is(x, y) || !Number.isFinite(x) || !Number.isFinite(y)) continue;
      const power = Math.ceil(Math.log2(Math.abs(y - x) / Math.max(Math.abs(x), least)));
      bins[Math.min(BINS, Math.max(0, power - SMALLEST))]!++;
    }
  }
  const all = bins.reduce((sum, count) => sum + count, 0);
  if (all === 0) return 0;
  let seen = 0;
  for (const [bin, count] of bins.entries()) {
    seen += count;
    if (seen >= USUAL * all) return bin === BINS ? Number.POSITIVE_INFINITY : 2 ** (bin + SMALLEST);
  }
  return 0;
}
