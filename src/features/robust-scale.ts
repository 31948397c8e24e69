import { CLIP } from './encoder.ts';

/** How numbers become features of about unit variance: fitted once, finite for every finite input. */
export interface RobustScale {
  readonly shape: 'binary' | 'two values' | 'linear' | 'signed log' | 'constant';
  readonly median: number;
  readonly iqr: number;
  apply(value: number): number;
}

/** Standard deviations of a normal distribution in its interquartile range. */
const NORMAL_IQR = 1.349;
/** A robust z-score that a normal sample never has: one in a hundred of them makes a tail heavy. */
const HEAVY = 5;

/**
 * Fits on finite `sorted` values (ascending). 0/1 stays 0/1, any other two values become 0 and 1, the rest is
 * (x - median) / (IQR / 1.349); where the IQR is 0 or more than 1% lie beyond 5 robust standard deviations, asinh of
 * that (a signed logarithm, linear near the median). With IQR 0 the unit is the median distance of the values that
 * differ from the median. Everything is cut off at +-10.
 */
export function fitRobustScale(sorted: Float64Array): RobustScale {
  const n = sorted.length;
  const low = sorted[0];
  const high = sorted[n - 1];
  if (low === undefined || high === undefined) return { shape: 'constant', median: 0, iqr: 0, apply: () => 0 };
  const median = quantile(sorted, 0.5);
  const lower = quantile(sorted, 0.25);
  const upper = quantile(sorted, 0.75);
  const iqr = upper / 2 - lower / 2 > Number.MAX_VALUE / 2 ? Number.MAX_VALUE : upper - lower;
  if (low === high) return { shape: 'constant', median, iqr, apply: (x) => (x === low ? 0 : clip(x > low ? 1 : -1)) };
  if (hasTwoValues(sorted, low, high)) {
    const binary = low === 0 && high === 1;
    // Halves cannot overflow, and the smallest number's half is 0.
    const span = Math.max(high / 2 - low / 2, Number.MIN_VALUE);
    return { shape: binary ? 'binary' : 'two values', median, iqr, apply: (x) => clip((x / 2 - low / 2) / span) };
  }
  const spread = iqr > 0 ? iqr / NORMAL_IQR : medianDistance(sorted, median);
  // Below the smallest normal number a division overflows; such a spread tells values apart by rank at best.
  const unit = Math.max(spread, Number.MIN_VALUE * 2 ** 52);
  const heavy = iqr === 0 || shareBeyond(sorted, median, HEAVY * unit) > 0.01;
  const linear = (x: number) => (x / 2 - median / 2) / (unit / 2);
  return heavy
    ? { shape: 'signed log', median, iqr, apply: (x) => clip(Math.asinh(linear(x))) }
    : { shape: 'linear', median, iqr, apply: (x) => clip(linear(x)) };
}

function clip(value: number): number {
  return Math.min(CLIP, Math.max(-CLIP, value));
}

/** Linear interpolation between order statistics (Hyndman and Fan, type 7). */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  const share = at - Math.floor(at);
  return below * (1 - share) + above * share;
}

function hasTwoValues(sorted: Float64Array, low: number, high: number): boolean {
  return sorted.every((value) => value === low || value === high);
}

function medianDistance(sorted: Float64Array, median: number): number {
  const distances = sorted.filter((value) => value !== median).map((value) => Math.abs(value - median));
  return distances.length === 0 ? 1 : Math.min(quantile(distances.sort(), 0.5), Number.MAX_VALUE);
}

function shareBeyond(sorted: Float64Array, centre: number, distance: number): number {
  let beyond = 0;
  for (const value of sorted) if (Math.abs(value - centre) > distance) beyond++;
  return beyond / sorted.length;
}
