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
 * Places function 0 among the others. Each is held against the mean of all the rest, stretched and moved to fit it best
 * (a longer training only makes answers surer), in units of the rest's standard deviation at each point. A function is
 * as far out as its bulk or its peak is, whichever is further from the typical one: a single rank, so that one test
 * is made, not two.
 * @param functions [K+1] of [N]. Throws a plain Error for fewer than four.
 */
export function placeInCloud(functions: readonly Float32Array[]): CloudPlace {
  const count = functions.length;
  if (count < 4) throw new Error(`a cloud of ${count} functions`);
  const points = functions[0]!.length;
  const sums = new Float64Array(points);
  const squares = new Float64Array(points);
  for (const values of functions)
    for (let at = 0; at < points; at++) {
      sums[at]! += values[at]!;
      squares[at]! += values[at]! ** 2;
    }
  const facts = functions.map((values) => {
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
  const middle = (values: readonly number[]) => [...values].sort((x, y) => x - y)[values.length >> 1]!;
  return {
    ...facts[0]!,
    p: (1 + far.slice(1).filter((one) => one >= far[0]!).length) / count,
    typicalBulk: middle(others.map(({ bulk }) => bulk)),
    typicalPeak: middle(others.map(({ peak }) => peak)),
  };
}

function deviationsOf(values: Float32Array, sums: Float64Array, squares: Float64Array, rest: number): Float64Array {
  const points = values.length;
  const means = sums.map((sum, at) => (sum - values[at]!) / rest);
  const spreads = means.map((mean, at) =>
    Math.sqrt(Math.max(1e-9, ((squares[at]! - values[at]! ** 2) / rest - mean * mean) * (rest / (rest - 1)))),
  );
  // Least squares of the own values on the others' mean: what is left is what stretching and moving cannot explain.
  const mean = (list: ArrayLike<number>) => Array.prototype.reduce.call(list, (a, b) => (a as number) + (b as number), 0) as number / points; // biome-ignore format: one idea
  const [centre, own] = [mean(means), mean(values)];
  let cross = 0;
  let square = 0;
  for (let at = 0; at < points; at++) {
    cross += (means[at]! - centre) * (values[at]! - own);
    square += (means[at]! - centre) ** 2;
  }
  const slope = square === 0 ? 1 : cross / square;
  const stretch = slope > 0 ? slope : 1;
  return means.map((one, at) => ((values[at]! - own) / stretch - (one - centre)) / spreads[at]!);
}

/** In robust units of all: distance from the median over the median distance from it. */
function standardised(values: readonly number[]): number[] {
  const middle = (list: readonly number[]) => [...list].sort((x, y) => x - y)[list.length >> 1]!;
  const centre = middle(values);
  const spread = middle(values.map((value) => Math.abs(value - centre))) || 1e-12;
  return values.map((value) => (value - centre) / spread);
}
