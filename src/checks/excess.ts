import type { Estimate } from '../evidence/finding.ts';
import { clopperPearson, rateDifference } from '../stats/interval.ts';
import { fisherGreater } from '../stats/two-rates.ts';

/** k of n. */
export interface Count {
  readonly k: number;
  readonly n: number;
}

/** How much more often something happens among the change's rows than among base's own. */
export interface Excess {
  readonly base: Count;
  readonly head: Count;
  /** One-sided exact p-value of the change's rate being above base's. */
  readonly p: number;
  /** Rows of the change beyond what base's rate would bring. */
  readonly rows: number;
}

/** Base and change rows are exchangeable when the change is honest: base's rate is what an honest change brings. */
export function excessOf(base: Count, head: Count): Excess {
  const expected = base.n === 0 ? 0 : (head.n * base.k) / base.n;
  return { base, head, p: fisherGreater(base, head), rows: head.k - expected };
}

/** The rate with its exact 95% interval. */
export function rateEstimate({ k, n }: Count): Estimate {
  if (n === 0) return { value: null, low: null, high: null, n };
  return { value: k / n, ...clopperPearson(k, n), n };
}

/** Difference of the rates, change minus base, with its 95% interval. */
export function differenceEstimate({ base, head }: Excess): Estimate {
  if (base.n === 0 || head.n === 0) return { value: null, low: null, high: null, n: head.n };
  return { value: head.k / head.n - base.k / base.n, ...rateDifference(base, head), n: head.n };
}
