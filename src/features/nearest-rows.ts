import type { PoolRow } from '../evidence/rows.ts';
import { innerProducts, invertedIndex } from './inverted-index.ts';
import { fitSimilarity, similarityOf } from './similarity.ts';

export interface Neighbour {
  readonly index: number;
  /** As `similarity.ts` defines it. */
  readonly similarity: number;
}

/**
 * The k most similar of `candidates` for each of `queries` (both indices into `rows`), nearest first, ties by index;
 * a row is never its own neighbour. Exact.
 */
export function nearestRows(
  { values, width }: { readonly values: Float32Array; readonly width: number },
  rows: readonly PoolRow[],
  {
    queries,
    candidates,
    k,
  }: { readonly queries: readonly number[]; readonly candidates: readonly number[]; readonly k: number },
): Neighbour[][] {
  const similarity = fitSimilarity(values, width, rows);
  const listed = Int32Array.from(candidates);
  const index = invertedIndex(values, width, listed);
  const sums = new Float64Array(listed.length);
  return queries.map((row) => {
    innerProducts(index, { values, width, row }, listed.length, sums);
    const best: Neighbour[] = [];
    for (let p = 0; p < listed.length; p++) {
      const other = listed[p]!;
      if (other !== row)
        keepBest(best, { index: other, similarity: similarityOf(similarity, row, other, sums[p]!) }, k);
    }
    return best;
  });
}

/** Inserts into a list kept nearest first, at most k long. */
export function keepBest(best: Neighbour[], one: Neighbour, k: number): void {
  let place = best.length;
  while (place > 0 && isNearer(one, best[place - 1]!)) place--;
  if (place >= k) return;
  best.splice(place, 0, one);
  if (best.length > k) best.pop();
}

function isNearer(a: Neighbour, b: Neighbour): boolean {
  return a.similarity > b.similarity || (a.similarity === b.similarity && a.index < b.index);
}
