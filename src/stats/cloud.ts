import { alignedTo, deviationsAmong, middleOf } from './deviations.ts';
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

/** What describes the points: [N,D], so that a deviation that goes with a column is seen, however little it is at a point. */
export interface Columns {
  readonly values: Float32Array;
  readonly width: number;
}

/** Products of one function's deviations with all columns that a cloud may cost: widest columns first, the rest left out. */
const MOST_PRODUCTS = 2e7;

/**
 * Places function 0 among the others. All are stretched and moved to fit their mean best (a longer training only makes
 * answers surer); each is then held against the rest, in units of their standard deviation at each point, and summed
 * over each column of what describes the points. A function is as far out as the furthest of its bulk and its peak, over points
 * and over columns, and of what else is measured of each, in units of what is typical: a single rank, so that one test is made.
 * @param functions [K+1] of [N]. Throws a plain Error for fewer than four.
 * @param more measures of the same functions, of each larger where it lies further out: [K+1] each.
 */
export function placeInCloud(
  functions: readonly Float32Array[],
  {
    columns = null,
    more = [],
  }: { readonly columns?: Columns | null; readonly more?: readonly (readonly number[])[] } = {},
): CloudPlace {
  const count = functions.length;
  if (count < 4) throw new Error(`a cloud of ${count} functions`);
  const middle = middleOf(functions);
  const aligned = functions.map((values) => alignedTo(middle, values));
  const atPoints = spreadOf(aligned);
  const overColumns = columns && spreadOf(sumsOver(columns, aligned.map((values) => values.map((value, at) => value - middle[at]!)))); // biome-ignore format: one idea
  const ofSpreads = [atPoints, ...(overColumns ? [overColumns] : [])].flatMap((spread) => [
    spread.map(({ bulk }) => bulk),
    spread.map(({ peak }) => peak),
  ]);
  const measures = [...ofSpreads, ...more].map(standardised);
  const far = functions.map((_, at) => Math.max(...measures.map((measure) => measure[at]!)));
  const others = atPoints.slice(1);
  return {
    ...atPoints[0]!,
    p: (1 + far.slice(1).filter((one) => one >= far[0]!).length) / count,
    typicalBulk: median(others.map(({ bulk }) => bulk)),
    typicalPeak: median(others.map(({ peak }) => peak)),
  };
}

/** Each function's deviations from the rest, their mean square, and their mean where they are largest. */
function spreadOf(functions: readonly Float64Array[]) {
  const points = functions[0]!.length;
  const deviationsOf = deviationsAmong(functions);
  const top = Math.max(1, Math.round(PEAK * points));
  return functions.map((values) => {
    const deviations = deviationsOf(values);
    const sizes = deviations.map(Math.abs).sort();
    return {
      deviations,
      bulk: deviations.reduce((sum, z) => sum + z * z, 0) / points,
      peak: sizes.subarray(points - top).reduce((sum, size) => sum + size, 0) / top,
    };
  });
}

/** Sums of each function over the columns, centred: how much its deviations go with each. */
function sumsOver({ values, width }: Columns, functions: readonly Float64Array[]): Float64Array[] {
  const points = functions[0]!.length;
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  for (let cell = 0; cell < points * width; cell++) means[cell % width]! += values[cell]! / points;
  for (let cell = 0; cell < points * width; cell++)
    variances[cell % width]! += (values[cell]! - means[cell % width]!) ** 2;
  const most = Math.max(1, Math.floor(MOST_PRODUCTS / points));
  const chosen = Array.from(variances.keys())
    .filter((column) => variances[column]! > 0)
    .sort((x, y) => variances[y]! - variances[x]! || x - y)
    .slice(0, most);
  return functions.map((own) => {
    const sums = new Float64Array(chosen.length);
    for (let row = 0; row < points; row++)
      for (let at = 0; at < chosen.length; at++)
        sums[at]! += own[row]! * (values[row * width + chosen[at]!]! - means[chosen[at]!]!);
    return sums;
  });
}

/** In robust units of all: distance from the median over the median distance from it. */
function standardised(values: readonly number[]): number[] {
  const centre = median(values);
  const spread = median(values.map((value) => Math.abs(value - centre))) || 1e-12;
  return values.map((value) => (value - centre) / spread);
}
