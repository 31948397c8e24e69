import { median } from './lira.ts';

/** How far one function lies from others of its kind, all given by their values at the same N points. */
export interface CloudPlace {
  /** (1 + number of others at least as far out) / (1 + number of others): exact where all are exchangeable. */
  readonly p: number;
  /** Mean squared deviation at a point, and mean deviation at the hundredth of the points where it is largest. */
  readonly bulk: number;
  readonly peak: number;
  /** Medians of the same over the others. */
  readonly typicalBulk: number;
  readonly typicalPeak: number;
  /** [N] deviation at each point, in standard deviations of the others. */
  readonly deviations: Float64Array;
}

/** Share of the points whose deviations the peak is the mean of. */
const PEAK = 0.01;

/**
 * Places function 0 among the others. All are stretched and moved to fit their mean best (a longer training only makes
 * answers surer); each is then held against the rest, in units of their standard deviation at each point. A function is
 * as far out as its bulk or its peak is, whichever is further from the typical one: a single rank, so that one test
 * is made, not two.
 * @param functions [K+1] of [N]. Throws a plain Error for fewer than four.
 */
export function placeInCloud(functions: readonly Float32Array[]): CloudPlace {
  const count = functions.length;
  if (count < 4) throw new Error(`a cloud of ${count} functions`);
  const points = functions[0]!.length;
  const middle = totals(functions).sums.map((sum) => sum / count);
  const aligned = functions.map((values) => alignedTo(middle, values));
  const { sums, squares } = totals(aligned);
  const facts = aligned.map((values) => {
    const deviations = deviationsOf(values, sums, squares, count - 1);
    const sizes = deviations.map(Math.abs).sort();
    const top = Math.max(1, Math.round(PEAK * points));
    return {
      deviations,
      bulk: deviations.reduce((sum, z) => sum + z * z, 0) / points,
      peak: sizes.subarray(points - top).reduce((sum, size) => sum + size, 0) / top,
    };
  });
  const bulks = standardised(facts.map(({ bulk }) => bulk));
  const peaks = standardised(facts.map(({ peak }) => peak));
  const far = facts.map((_, at) => Math.max(bulks[at]!, peaks[at]!));
  const others = facts.slice(1);
  return {
    ...facts[0]!,
    p: (1 + far.slice(1).filter((one) => one >= far[0]!).length) / count,
    typicalBulk: median(others.map(({ bulk }) => bulk)),
    typicalPeak: median(others.map(({ peak }) => peak)),
  };
}

function totals(functions: readonly ArrayLike<number>[]): {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
} {
  const points = functions[0]!.length;
  const sums = new Float64Array(points);
  const squares = new Float64Array(points);
  for (const values of functions)
    for (let at = 0; at < points; at++) {
      sums[at]! += values[at]!;
      squares[at]! += values[at]! ** 2;
    }
  return { sums, squares };
}

/** The values, stretched and moved by least squares of them on the middle: what is left is what that cannot explain. */
function alignedTo(middle: Float64Array, values: Float32Array): Float64Array {
  const mean = (list: Float64Array | Float32Array) =>
    (list as Float64Array).reduce((sum, value) => sum + value, 0) / list.length;
  const [centre, own] = [mean(middle), mean(values)];
  let cross = 0;
  let square = 0;
  for (let at = 0; at < middle.length; at++) {
    cross += (middle[at]! - centre) * (values[at]! - own);
    square += (middle[at]! - centre) ** 2;
  }
  const slope = square > 0 && cross > 0 ? cross / square : 1;
  return Float64Array.from(values, (value) => centre + (value - own) / slope);
}

function deviationsOf(values: Float64Array, sums: Float64Array, squares: Float64Array, rest: number): Float64Array {
  return values.map((value, at) => {
    const mean = (sums[at]! - value) / rest;
    const variance = ((squares[at]! - value ** 2) / rest - mean * mean) * (rest / (rest - 1));
    return (value - mean) / Math.sqrt(Math.max(1e-9, variance));
  });
}

/** In robust units of all: distance from the median over the median distance from it. */
function standardised(values: readonly number[]): number[] {
  const centre = median(values);
  const spread = median(values.map((value) => Math.abs(value - centre))) || 1e-12;
  return values.map((value) => (value - centre) / spread);
}
