import { betaCdf, betaQuantile } from './beta.ts';

/** The mean of a few values with its 95% interval, and how surely it is above zero. */
export interface MeanTest {
  readonly mean: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
  /** One-sided p-value of the mean being at most zero (Student's t). */
  readonly p: number;
  readonly n: number;
}

/** Student's t-test of the mean of values that are independent and near normal; null for fewer than three, or no number. */
export function meanTest(values: readonly number[]): MeanTest | null {
  const n = values.length;
  if (n < 3 || !values.every(Number.isFinite)) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
  const freedom = n - 1;
  const tail = 0.5 * betaCdf(freedom / (freedom + (mean / error) ** 2), freedom / 2, 0.5);
  const p = error === 0 ? (mean > 0 ? 0 : 1) : mean > 0 ? tail : 1 - tail;
  const half = error * studentQuantile(freedom);
  return { mean, error, low: mean - half, high: mean + half, p, n };
}

/** The t with 2.5% above it. */
function studentQuantile(freedom: number): number {
  const x = betaQuantile(0.05, freedom / 2, 0.5);
  return Math.sqrt((freedom * (1 - x)) / x);
}
