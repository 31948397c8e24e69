import { betaQuantile } from './beta.ts';
import { normalQuantile } from './gaussian.ts';

/** A closed interval of rates. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact interval for a rate after k successes in n trials (Clopper and Pearson 1934): covers at least `confidence`.
 * Without trials it is [0, 1]. Throws a plain Error unless 0 <= k <= n.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): Interval {
  demand(k, n);
  const tail = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : betaQuantile(tail, k, n - k + 1),
    high: k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k),
  };
}

/** Score interval for a rate (Wilson 1927): shorter than the exact one, right on average over rates. */
export function wilson(k: number, n: number, confidence = 0.95): Interval {
  demand(k, n);
  if (n === 0) return { low: 0, high: 1 };
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const rate = k / n;
  const centre = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  return { low: k === 0 ? 0 : Math.max(0, centre - half), high: k === n ? 1 : Math.min(1, centre + half) };
}

/**
 * Interval of the difference of two independent rates, second minus first, from their Wilson intervals
 * (Newcombe 1998, method 10). Without trials on one side it is [-1, 1].
 */
export function rateDifference(
  first: { readonly k: number; readonly n: number },
  second: { readonly k: number; readonly n: number },
  confidence = 0.95,
): Interval {
  if (first.n === 0 || second.n === 0) return { low: -1, high: 1 };
  const a = first.k / first.n;
  const b = second.k / second.n;
  const A = wilson(first.k, first.n, confidence);
  const B = wilson(second.k, second.n, confidence);
  return {
    low: Math.max(-1, b - a - Math.hypot(b - B.low, A.high - a)),
    high: Math.min(1, b - a + Math.hypot(B.high - b, a - A.low)),
  };
}

/**
 * Interval of the difference of two rates over the same n trials, from the trials in which just one of them succeeded
 * (Bonett and Price 2012, adjusted Wald). @param gained second alone. @param lost first alone.
 */
export function pairedRateDifference(gained: number, lost: number, n: number, confidence = 0.95): Interval {
  demand(gained + lost, n);
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const [up, down] = [(gained + 1) / (n + 2), (lost + 1) / (n + 2)];
  const half = z * Math.sqrt((up + down - (up - down) ** 2) / (n + 2));
  return { low: Math.max(-1, up - down - half), high: Math.min(1, up - down + half) };
}

function demand(k: number, n: number): void {
  if (!(k >= 0 && k <= n)) throw new Error(`${k} successes in ${n} trials`);
}
