import { logGamma } from './gamma.ts';

/** The subsampled Gaussian mechanism, step after step: what DP-SGD does to a row. */
export interface Mechanism {
  /** q: how likely a row takes part in a step, in (0, 1], each row by a coin of its own. */
  readonly rate: number;
  /** sigma: standard deviation of the noise in units of the clip norm. */
  readonly noise: number;
  /** T */
  readonly steps: number;
}

/** Orders of Renyi divergence that are tried: fractions for little noise, large ones for small epsilons. */
const ORDERS: readonly number[] = [
  ...[1.02, 1.05, 1.15, 1.25, 1.35],
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 54 }, (_, i) => 11 + i),
  ...[72, 80, 96, 112, 128, 160, 192, 256, 384, 512, 768, 1024],
];

/**
 * Epsilon of a (epsilon, delta) guarantee against adding or removing one row: the Renyi divergence of all steps together
 * (Mironov, Talwar and Zhang 2019, arXiv 1908.10530), turned by Canonne, Kamath and Steinke 2020 (arXiv 2004.00010,
 * proposition 12), at the best order. Infinite without noise.
 */
export function epsilonOf({ rate, noise, steps }: Mechanism, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw new Error(`delta ${delta} is not between 0 and 1`);
  const epsilons = ORDERS.map((order) => {
    const slack = Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
    return steps * renyiDivergence({ rate, noise }, order) + slack;
  });
  return Math.max(0, Math.min(...epsilons));
}

/** The least noise whose epsilon is at most the wanted one, to a thousandth. Throws a plain Error where none below 1,000 is. */
export function noiseFor(at: Omit<Mechanism, 'noise'>, wanted: { epsilon: number; delta: number }): number {
  const isEnough = (noise: number) => epsilonOf({ ...at, noise }, wanted.delta) <= wanted.epsilon;
  let [low, high] = [0, 1];
  while (!isEnough(high)) {
    [low, high] = [high, 2 * high];
    if (high > 1000) throw new Error(`no noise gives an epsilon of ${wanted.epsilon} at a delta of ${wanted.delta}`);
  }
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Renyi divergence of one step, nats: log A / (order - 1) with A the mean of (1 - q + q e^{(2z - 1) / (2 sigma^2)})^order over
 * z of N(0, sigma^2). For a whole order A is a finite sum (ibid., section 3.3), else it is integrated.
 * @param order above 1.
 */
export function renyiDivergence({ rate, noise }: Omit<Mechanism, 'steps'>, order: number): number {
  if (!(rate > 0 && rate <= 1 && noise >= 0 && order > 1))
    throw new Error(`no divergence for a rate of ${rate}, noise ${noise} and order ${order}`);
  if (noise === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return order / (2 * noise * noise);
  const log = Number.isInteger(order) ? logSum(rate, noise, order) : logIntegral(rate, noise, order);
  return log / (order - 1);
}

function logSum(rate: number, noise: number, order: number): number {
  const terms = new Float64Array(order + 1).map((_, k) => {
    const ways = logGamma(order + 1) - logGamma(k + 1) - logGamma(order - k + 1);
    return ways + k * Math.log(rate) + (order - k) * Math.log1p(-rate) + (k * k - k) / (2 * noise * noise);
  });
  return logSumExp(terms);
}

/** The integrand is analytic and falls like a Gaussian on both sides: the trapezoidal rule misses next to nothing. */
function logIntegral(rate: number, noise: number, order: number): number {
  const step = noise / 16;
  const reach = 14 * noise;
  const count = Math.ceil((order + 2 * reach) / step);
  const stays = Math.log1p(-rate);
  const goes = Math.log(rate);
  const terms = new Float64Array(count + 1).map((_, i) => {
    const z = -reach + i * step;
    const shifted = goes + (2 * z - 1) / (2 * noise * noise);
    const mixed = Math.max(stays, shifted) + Math.log1p(Math.exp(-Math.abs(stays - shifted)));
    return order * mixed - (z * z) / (2 * noise * noise);
  });
  return logSumExp(terms) + Math.log(step / (noise * Math.sqrt(2 * Math.PI)));
}

function logSumExp(terms: Float64Array): number {
  const largest = terms.reduce((most, term) => Math.max(most, term));
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}
