import type { Leakage } from '../stats/leakage.ts';
import { median } from '../stats/lira.ts';
import { bootstrap } from '../stats/resample.ts';
import type { Measure } from './audit.ts';

/** A figure without interval. */
export const plain = (value: number | null, unit: string, n: number | null = null): Measure => ({
  value: value === null || !Number.isFinite(value) ? null : value,
  low: null,
  high: null,
  n,
  unit,
});

/** A figure and its standard error, as a 95% interval inside [floor, ceiling]. */
export function bounded(
  value: number,
  error: number,
  { unit, n, floor = 0, ceiling = 1 }: { unit: string; n: number; floor?: number; ceiling?: number },
): Measure {
  const low = Math.max(floor, value - 1.96 * error);
  const high = Math.min(ceiling, value + 1.96 * error);
  return { value, low, high, n, unit };
}

/** A true positive rate with the false positives behind it. */
export const tprOf = ({ tpr, error, falsePositives, scores }: Leakage): Measure => ({
  ...bounded(tpr, error, { unit: 'rate', n: scores.members.length }),
  falsePositives,
});

/** The median of finite values with a bootstrap interval over them. */
export function medianOf(values: ArrayLike<number>, unit: string, seed: number): Measure {
  const finite = Float64Array.from(Array.from(values).filter(Number.isFinite));
  if (finite.length === 0) return plain(null, unit, 0);
  const { low, high } = bootstrap(finite.length, (drawn) => median(Float64Array.from(drawn, (at) => finite[at]!)), {
    seed,
  });
  return { value: median(finite), low, high, n: finite.length, unit };
}
