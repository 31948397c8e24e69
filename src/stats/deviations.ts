/** The mean of functions that are given by their values at the same N points. */
export function middleOf(functions: readonly ArrayLike<number>[]): Float64Array {
  return totals(functions).sums.map((sum) => sum / functions.length);
}

/** The values, stretched and moved by least squares of them on the middle: what is left is what that cannot explain. */
export function alignedTo(middle: Float64Array, values: Float32Array): Float64Array {
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

/** How far a function lies from the others at each point [N], in standard deviations of these: one function at a time. */
export function deviationsAmong(functions: readonly Float64Array[]): (own: Float64Array) => Float64Array {
  const { sums, squares } = totals(functions);
  const rest = functions.length - 1;
  return (own) =>
    own.map((value, at) => {
      const mean = (sums[at]! - value) / rest;
      const variance = ((squares[at]! - value ** 2) / rest - mean * mean) * (rest / (rest - 1));
      return (value - mean) / Math.sqrt(Math.max(1e-9, variance));
    });
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
