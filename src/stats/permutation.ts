import { randomSequence } from '../tensor/random.ts';

/**
 * Seeded permutation test of two samples: P, under shuffled membership, of a statistic at least as large as the one
 * seen; the seen arrangement counts as one (Phipson and Smyth 2010), so p is never 0. `statistic` gets the pooled
 * values and, for each, whether it belongs to the second sample.
 */
export function permutationTest<T>(
  first: readonly T[],
  second: readonly T[],
  statistic: (values: readonly T[], isSecond: Uint8Array) => number,
  options: { readonly seed: number; readonly rounds: number },
): { readonly observed: number; readonly p: number } {
  const values = [...first, ...second];
  const isSecond = new Uint8Array(values.length).fill(1, first.length);
  const observed = statistic(values, isSecond);
  const random = randomSequence(options.seed);
  // A hair of tolerance: sums in another order must count as equal.
  const bar = observed - 1e-12 * Math.max(1, Math.abs(observed));
  let reached = 1;
  for (let round = 0; round < options.rounds; round++) {
    for (let i = values.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const kept = isSecond[i]!;
      isSecond[i] = isSecond[j]!;
      isSecond[j] = kept;
    }
    if (statistic(values, isSecond) >= bar) reached++;
  }
  return { observed, p: reached / (options.rounds + 1) };
}
