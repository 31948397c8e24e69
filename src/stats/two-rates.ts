import { logGamma } from './gamma.ts';

/**
 * One-sided exact test that the second rate is above the first (Fisher 1935): P of at least `second.k` successes on
 * the second side, all margins fixed. 1 without trials on one side.
 */
export function fisherGreater(
  first: { readonly k: number; readonly n: number },
  second: { readonly k: number; readonly n: number },
): number {
  if (first.n === 0 || second.n === 0) return 1;
  const successes = first.k + second.k;
  const total = first.n + second.n;
  const top = Math.min(successes, second.n);
  const logAll = logChoose(total, second.n);
  let p = 0;
  for (let k = second.k; k <= top; k++)
    p += Math.exp(logChoose(successes, k) + logChoose(total - successes, second.n - k) - logAll);
  return Math.min(1, p);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
