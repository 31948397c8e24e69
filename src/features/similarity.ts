import type { PoolRow } from '../evidence/rows.ts';

/**
 * How alike two encoded rows are, in [0, 1]; 1 for equal rows only:
 *
 *   s(x, y) = 1 - |x - y|^2 / (|x|^2 + |y|^2),
 *
 * where the continuous features add at least twice their median squared length over base's training rows to the
 * denominator. For 0/1 rows this is Dice's coefficient (k of K ones replaced: 1 - k/K), for texts the cosine of their
 * tf-idf vectors; for numbers it is a squared distance in units of the data's own spread: rows near the median are
 * not called different for a small absolute step, and a row and its double are not called equal, as by a cosine.
 */
export interface Similarity {
  /** [N] squared length of the 0/1 features. */
  readonly binary: Float64Array;
  /** [N] squared length of the other features. */
  readonly continuous: Float64Array;
  /** Least sum of two rows' `continuous`. */
  readonly floor: number;
}

/** Measures the rows of `values` [N,D] once; a column counts as binary when it holds nothing but 0 and 1. */
export function fitSimilarity(values: Float32Array, width: number, rows: readonly PoolRow[]): Similarity {
  const isBinary = new Uint8Array(width).fill(1);
  for (let start = 0; start < values.length; start += width)
    for (let column = 0; column < width; column++) {
      const value = values[start + column]!;
      if (value !== 0 && value !== 1) isBinary[column] = 0;
    }
  const binary = new Float64Array(rows.length);
  const continuous = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++)
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column]!;
      if (value === 0) continue;
      if (isBinary[column] === 1) binary[row]! += 1;
      else continuous[row]! += value * value;
    }
  const isTrain = (index: number) => rows[index]!.split === 'train';
  const train = rows.map((_, index) => index).filter(isTrain);
  const base = train.filter((index) => rows[index]!.inBase);
  const lengths = Float64Array.from(base.length > 0 ? base : train, (index) => continuous[index]!).sort();
  return { binary, continuous, floor: 2 * (lengths[lengths.length >> 1] ?? 0) };
}

/** Similarity of rows a and b from their inner product. */
export function similarityOf({ binary, continuous, floor }: Similarity, a: number, b: number, inner: number): number {
  const lengths = binary[a]! + binary[b]!;
  const spread = continuous[a]! + continuous[b]!;
  const denominator = lengths + Math.max(spread, floor);
  if (denominator === 0) return 1;
  return Math.min(1, Math.max(0, 1 - (lengths + spread - 2 * inner) / denominator));
}
