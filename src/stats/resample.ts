import { randomSequence } from '../tensor/random.ts';

/** An interval from the quantiles of a statistic over resampled observations. */
export interface Resampled {
  readonly low: number;
  readonly high: number;
  /** Standard deviation over the resamples. */
  readonly error: number;
}

/**
 * Percentile bootstrap (Efron and Tibshirani 1993, section 13.3): the statistic over `times` draws with replacement.
 * @param statistic of indices into the observations. @param seed makes it reproducible.
 */
export function bootstrap(
  count: number,
  statistic: (drawn: Int32Array) => number,
  { seed, times = 400, confidence = 0.95 }: { seed: number; times?: number; confidence?: number },
): Resampled {
  const random = randomSequence(seed);
  const drawn = new Int32Array(count);
  const values = new Float64Array(times);
  for (let time = 0; time < times; time++) {
    for (let at = 0; at < count; at++) drawn[at] = random.below(count);
    values[time] = statistic(drawn);
  }
  values.sort();
  const at = (share: number) => values[Math.min(times - 1, Math.max(0, Math.round(share * (times - 1))))]!;
  const mean = values.reduce((sum, value) => sum + value, 0) / times;
  const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, times - 1));
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2), error };
}
