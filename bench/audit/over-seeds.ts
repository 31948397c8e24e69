import { betaQuantile } from '../../src/stats/beta.ts';

/** A mean over seeds with its 95% interval by Student's t; infinite below two seeds. */
export interface OverSeeds {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/** Seeds are independent runs: the interval holds what bits, weights, order and the drawn targets change. */
export function overSeeds(values: readonly number[]): OverSeeds {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, seeds: n };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentT(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, seeds: n };
}

/** t with P(|T| > t) = 5%: that tail is I_x(v/2, 1/2) at x = v / (v + t^2) (Abramowitz and Stegun, 26.7.1). */
function studentT(freedom: number): number {
  const x = betaQuantile(0.05, freedom / 2, 0.5);
  return Math.sqrt((freedom * (1 - x)) / x);
}
