import { chiSquareUpperTail } from './gamma.ts';

/** Whether two samples of counts come from one distribution over the same C cells. */
export interface Homogeneity {
  readonly chiSquare: number;
  readonly freedom: number;
  readonly p: number;
  /** Total variation distance of the two shares, in [0, 1]. */
  readonly distance: number;
  /** True when an expected count below 5 makes the chi-square approximation unsafe: take a permutation test. */
  readonly sparse: boolean;
}

/** Pearson's chi-square test of homogeneity; cells empty on both sides are left out. p is 1 when a side is empty. */
export function homogeneity(first: readonly number[], second: readonly number[]): Homogeneity {
  const cells = first.map((count, cell) => [count, second[cell] ?? 0] as const).filter(([a, b]) => a + b > 0);
  const n = cells.reduce((sum, [a]) => sum + a, 0);
  const m = cells.reduce((sum, [, b]) => sum + b, 0);
  const freedom = Math.max(0, cells.length - 1);
  if (n === 0 || m === 0 || freedom === 0) return { chiSquare: 0, freedom, p: 1, distance: 0, sparse: false };
  let chiSquare = 0;
  let distance = 0;
  let sparse = false;
  for (const [a, b] of cells) {
    const share = (a + b) / (n + m);
    if (Math.min(n, m) * share < 5) sparse = true;
    chiSquare += (a - n * share) ** 2 / (n * share) + (b - m * share) ** 2 / (m * share);
    distance += Math.abs(a / n - b / m) / 2;
  }
  return { chiSquare, freedom, p: chiSquareUpperTail(chiSquare, freedom), distance, sparse };
}
