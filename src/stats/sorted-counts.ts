/** Number of values of a list, sorted ascending, that are at most `x`; NaN stands behind all and is never counted. */
export function countUpTo(sorted: Float64Array, x: number): number {
  return search(sorted, (value) => value <= x);
}

/** Number of values of a list, sorted ascending, that are below `x`. */
export function countBelow(sorted: Float64Array, x: number): number {
  return search(sorted, (value) => value < x);
}

function search(sorted: Float64Array, goesLeft: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (goesLeft(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
