import type { NearCopy, PoolRow } from '../evidence/rows.ts';
import { crossPairs, equalGroups, equalPairs } from './equal-rows.ts';
import { hyperplaneBuckets } from './hyperplanes.ts';
import { innerProducts, invertedIndex, pairWork } from './inverted-index.ts';
import { keepBest, type Neighbour } from './nearest-rows.ts';
import { fitSimilarity, similarityOf } from './similarity.ts';

export interface NearCopyOptions {
  /** Least similarity (see `similarity.ts`) of a pair; in (0, 1]. */
  readonly threshold: number;
  /** Upper bound on pairs of unequal rows; beyond it the most similar stay. Default 500,000. */
  readonly maxPairs?: number;
  /** Neighbours kept per row. Default 32. */
  readonly perRow?: number;
  /** Multiplications beyond which all pairs are not compared, but only those that random hyperplanes bring together. */
  readonly maxWork?: number;
}

export interface NearCopies {
  /** Sorted by a, then b; each pair once. */
  readonly pairs: readonly NearCopy[];
  /** True when only equal rows were looked for: without features, or beyond what even hyperplanes can do. */
  readonly skipped: boolean;
  /** True when pairs come from random hyperplanes: the same share is missed among base rows and among new ones. */
  readonly approximate: boolean;
}

/** Similarity that rows of other content reach at most, however alike their features are. */
const NOT_EQUAL = 0.9999;
const MAX_WORK = 1.5e9;
const TABLES = 16;
const BITS = 18;

/**
 * Pairs of rows of `values` [N,D] whose similarity reaches `threshold`. Equal feature hashes are always pairs, with
 * similarity 1, and no other pair has it; groups of many equal rows are thinned as in `equal-rows.ts`. Every row keeps
 * its `perRow` nearest among the rows that come before it, where change and holdout rows come last: they meet all of
 * base. Deterministic.
 */
export function nearCopies(
  values: Float32Array,
  width: number,
  rows: readonly PoolRow[],
  { threshold, maxPairs = 500_000, perRow = 32, maxWork = MAX_WORK }: NearCopyOptions,
): NearCopies {
  const groups = equalGroups(rows);
  const equal = groups.flatMap(equalPairs);
  if (width === 0) return { pairs: equal.sort(byRows), skipped: true, approximate: false };
  const isLate = (group: number[]) => Number(!group.some((row) => rows[row]!.inBase && rows[row]!.split === 'train'));
  const ordered = [...groups].sort((a, b) => isLate(a) - isLate(b) || a[0]! - b[0]!);
  const listed = Int32Array.from(ordered, (group) => group[0]!);
  const similarity = fitSimilarity(values, width, rows);
  const test = (p: number, q: number, inner: number) =>
    Math.min(NOT_EQUAL, similarityOf(similarity, listed[p]!, listed[q]!, inner));
  const index = invertedIndex(values, width, listed);
  const approximate = pairWork(index) > maxWork;
  const found = listed.length > 1 ? new Map<number, Neighbour[]>() : null;
  let skipped = false;
  if (found && approximate) skipped = !searchBuckets();
  else if (found) searchAll();
  const near = [...(found ?? [])].flatMap(([p, best]) => best.map((one) => ({ p, ...one })));
  near.sort((x, y) => y.similarity - x.similarity || x.p - y.p || x.index - y.index);
  const crossed = near
    .slice(0, maxPairs)
    .flatMap((one) => crossPairs(ordered[one.p]!, ordered[one.index]!, one.similarity));
  return { pairs: [...equal, ...crossed.slice(0, maxPairs)].sort(byRows), skipped, approximate };

  function searchAll(): void {
    const sums = new Float64Array(listed.length);
    for (let p = 1; p < listed.length; p++) {
      innerProducts(index, { values, width, row: listed[p]! }, p, sums);
      for (let q = 0; q < p; q++) keep(p, q, sums[q]!);
    }
  }

  /** False when the buckets are too full to be searched within the work allowed. */
  function searchBuckets(): boolean {
    let work = maxWork;
    for (const buckets of hyperplaneBuckets(values, width, listed, { tables: TABLES, bits: BITS }))
      for (const bucket of buckets) {
        work -= (bucket.length ** 2 / 2) * width;
        if (work < 0) return false;
        for (let i = 1; i < bucket.length; i++) for (let j = 0; j < i; j++) keepOnce(bucket[i]!, bucket[j]!);
      }
    return true;
  }

  function keepOnce(p: number, q: number): void {
    if (found!.get(p)?.some((one) => one.index === q)) return;
    let inner = 0;
    for (let c = 0, x = listed[p]! * width, y = listed[q]! * width; c < width; c++, x++, y++)
      inner += values[x]! * values[y]!;
    keep(p, q, inner);
  }

  function keep(p: number, q: number, inner: number): void {
    const alike = test(p, q, inner);
    if (alike < threshold) return;
    const best = found!.get(p);
    if (best) keepBest(best, { index: q, similarity: alike }, perRow);
    else found!.set(p, [{ index: q, similarity: alike }]);
  }
}

function byRows(x: NearCopy, y: NearCopy): number {
  return x.a - y.a || x.b - y.b;
}
