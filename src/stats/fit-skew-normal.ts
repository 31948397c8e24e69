import { logNormalCdf } from './gaussian.ts';
import type { SkewNormal } from './skew-normal.ts';

/**
 * The skew normal under which values are likeliest (Azzalini 1985), by damped Newton steps from the one with their moments:
 * nothing is drawn, so that equal values give equal fits. (Moments alone lean on single values far out: one in a thousand
 * doubled exposures.) A shape of 100 either way stands for an infinite one. Null where the values have no spread, are fewer than three, or one is not a finite number.
 */
export function fitSkewNormal(values: ArrayLike<number>): SkewNormal | null {
  const { length } = values;
  const mean = meanOf(values, (value) => value);
  const deviation = Math.sqrt(meanOf(values, (value) => (value - mean) ** 2));
  if (length < 3 || !(Number.isFinite(deviation) && deviation > 1e-12 * Math.abs(mean))) return null;
  const standard = Float64Array.from(values, (value) => (value - mean) / deviation);
  const { location, scale, shape } = climb(standard, byMoments(standard));
  return { location: mean + deviation * location, scale: deviation * scale, shape };
}

function meanOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += of(values[at]!);
  return sum / values.length;
}

/** A start must not be at the edge: no skew normal is more skewed than 0.9953. */
const MOST_SKEWED = 0.95;

/** Of values with mean 0 and variance 1: the skew normal with their skewness, in closed form. */
function byMoments(standard: Float64Array): SkewNormal {
  const raw = meanOf(standard, (value) => value ** 3);
  const skewness = Math.max(-MOST_SKEWED, Math.min(MOST_SKEWED, raw));
  const cubic = Math.abs(skewness) ** (2 / 3);
  const delta = Math.sign(skewness) * Math.sqrt(((Math.PI / 2) * cubic) / (cubic + ((4 - Math.PI) / 2) ** (2 / 3)));
  const scale = 1 / Math.sqrt(1 - (2 * delta * delta) / Math.PI);
  return { scale, location: -scale * delta * Math.sqrt(2 / Math.PI), shape: delta / Math.sqrt(1 - delta * delta) };
}

const STEPS = 200;
/** With a larger shape it is a half normal to every eye, with an edge: the likelihood may rise for ever. */
export const LARGEST_SHAPE = 100;

/** Levenberg's steps uphill: the more damped, the shorter and the closer to the gradient. */
function climb(standard: Float64Array, start: SkewNormal): SkewNormal {
  let place = start;
  let slope = slopeAt(standard, place);
  let damping = 1e-3;
  for (let step = 0; step < STEPS && damping < 1e9; step++) {
    const [location, logScale, shape] = solve(slope, damping);
    const next: SkewNormal = {
      location: place.location + location,
      scale: place.scale * Math.exp(logScale),
      shape: Math.max(-LARGEST_SHAPE, Math.min(LARGEST_SHAPE, place.shape + shape)),
    };
    const there = slopeAt(standard, next);
    const gain = there.height - slope.height;
    if (!(gain > 0)) {
      damping *= 8;
      continue;
    }
    [place, slope, damping] = [next, there, damping / 8];
    if (gain < 1e-13) break;
  }
  return place;
}

/** Mean log likelihood of the values, without its constant; its gradient and Hessian by location, log scale and shape. */
interface Slope {
  readonly height: number;
  readonly gradient: readonly number[];
  readonly hessian: readonly (readonly number[])[];
}

function slopeAt(standard: Float64Array, { location, scale, shape }: SkewNormal): Slope {
  let height = 0;
  const g = [0, 0, 0];
  const h = [0, 0, 0, 0, 0, 0];
  for (const x of standard) {
    const t = (x - location) / scale;
    const u = shape * t;
    const logCdf = logNormalCdf(u);
    // First and second derivative of log Phi.
    const first = Math.exp(-0.5 * u * u - HALF_LOG_2PI - logCdf);
    const second = -first * (u + first);
    const rise = -t + shape * first;
    const bend = -1 + shape * shape * second;
    const twist = first + u * second;
    height += -0.5 * t * t + logCdf;
    g[0]! -= rise / scale;
    g[1]! -= 1 + t * rise;
    g[2]! += t * first;
    h[0]! += bend / (scale * scale);
    h[1]! += (rise + t * bend) / scale;
    h[2]! -= twist / scale;
    h[3]! += t * rise + t * t * bend;
    h[4]! -= t * twist;
    h[5]! += t * t * second;
  }
  const n = standard.length;
  const [aa, ab, ac, bb, bc, cc] = h.map((sum) => sum / n) as [number, number, number, number, number, number];
  return {
    height: height / n - Math.log(scale),
    gradient: g.map((sum) => sum / n),
    hessian: [
      [aa, ab, ac],
      [ab, bb, bc],
      [ac, bc, cc],
    ],
  };
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/** The step s of (damping I - Hessian) s = gradient, by Cramer's rule. */
function solve({ gradient, hessian }: Slope, damping: number): readonly [number, number, number] {
  const rows = hessian.map((row, i) => row.map((value, j) => (i === j ? damping : 0) - value));
  const whole = determinant(rows);
  const part = (column: number) =>
    determinant(rows.map((row, i) => row.map((value, j) => (j === column ? gradient[i]! : value)))) / whole;
  return [part(0), part(1), part(2)];
}

function determinant(rows: readonly (readonly number[])[]): number {
  const [[a, b, c], [d, e, f], [g, h, i]] = rows as readonly (readonly [number, number, number])[] as [
    readonly [number, number, number],
    readonly [number, number, number],
    readonly [number, number, number],
  ];
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
