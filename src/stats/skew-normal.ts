import { logNormalCdf } from './gaussian.ts';

/** Azzalini's skew normal distribution: density 2 phi(t) Phi(shape t) / scale at t = (x - location) / scale. */
export interface SkewNormal {
  readonly location: number;
  readonly scale: number;
  readonly shape: number;
}

/**
 * log P(X <= x), nats, with seven digits far out in the tail, where the probability itself is no number any more: the
 * density is summed in logarithms over panels that grow from where it changes most.
 */
export function logSkewNormalCdf({ location, scale, shape }: SkewNormal, x: number): number {
  const t = (x - location) / scale;
  if (Number.isNaN(t) || t === Number.NEGATIVE_INFINITY) return t;
  const top = Math.min(t, FAR);
  const bottom = Math.min(-FAR, 2 * top - FAR);
  const edges = [top, bottom, ...growing(top, -1, shape), ...growing(0, 1, shape), ...growing(0, -1, shape), 0]
    .filter((edge) => edge >= bottom && edge <= top)
    .sort((a, b) => a - b);
  const logDensity = (at: number) => Math.LN2 - HALF_LOG_2PI - 0.5 * at * at + logNormalCdf(shape * at);
  const terms = edges.slice(1).flatMap((edge, index) => {
    const half = (edge - edges[index]!) / 2;
    if (half === 0) return [];
    return GAUSS.map(([node, weight]) => Math.log(half * weight) + logDensity(edge - half + half * node));
  });
  const largest = terms.reduce((most, term) => Math.max(most, term), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return Math.min(0, largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0)));
}

/** Beyond it the density is less than 1e-300. */
const FAR = 38;
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/** Edges at distances that double, the first well below the scale on which the density changes there. */
function growing(from: number, direction: 1 | -1, shape: number): number[] {
  const first = 0.25 / (1 + Math.abs(from) + Math.abs(shape) * (1 + Math.abs(shape * from)));
  const count = Math.ceil(Math.log2((4 * FAR + Math.abs(from)) / first)) + 1;
  return Array.from({ length: count }, (_, power) => from + direction * first * 2 ** power);
}

/** Nodes and weights of the Gauss-Legendre rule of ten points on [-1, 1] (Abramowitz and Stegun 1964, table 25.4). */
const GAUSS: readonly (readonly [number, number])[] = (
  [
    [0.1488743389816312, 0.2955242247147529],
    [0.4333953941292472, 0.2692667193099963],
    [0.6794095682990244, 0.219086362515982],
    [0.8650633666889845, 0.1494513491505806],
    [0.9739065285171717, 0.0666713443086881],
  ] as const
).flatMap(([node, weight]) => [
  [-node, weight],
  [node, weight],
]);
