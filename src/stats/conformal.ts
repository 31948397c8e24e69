import { countUpTo } from './sorted-counts.ts';

/**
 * Conformal p-values (Bates et al. 2023, arXiv 2104.08279, eq. 2): the share of reference scores at least as strange
 * as each new one, the new one counted in. Small scores are strange. Ties count as strange, so that the p-values are
 * conservative and need no random draw. The smallest possible p is 1 / (n + 1).
 */
export function conformalPValues(reference: readonly number[], scores: readonly number[]): number[] {
  const sorted = Float64Array.from(reference).sort();
  return scores.map((score) => (1 + countUpTo(sorted, score)) / (sorted.length + 1));
}

/** Reference rows that one lone row among `tested` needs, to be flagged at all by Benjamini-Hochberg at level `q`. */
export function referenceNeeded(tested: number, q: number): number {
  return Math.max(0, Math.ceil(tested / q) - 1);
}

/** Smallest number of rows that must be equally strange before any of `tested` can be flagged at level `q`. */
export function smallestVisibleGroup(reference: number, tested: number, q: number): number {
  return Math.max(1, Math.ceil(tested / (q * (reference + 1)) - 1e-9));
}
