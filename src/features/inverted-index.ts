/** Rows by feature, zeros left out: inner products cost only what two rows share. */
export interface InvertedIndex {
  /** [D+1] where each feature's entries begin. */
  readonly starts: Int32Array;
  /** Positions in the list of rows that the index was made of, ascending within a feature. */
  readonly members: Int32Array;
  readonly weights: Float32Array;
}

/** Indexes the listed rows of `values` [N,D]; entry p stands for row `listed[p]`. */
export function invertedIndex(values: Float32Array, width: number, listed: Int32Array): InvertedIndex {
  const starts = new Int32Array(width + 1);
  for (const row of listed)
    for (let column = 0; column < width; column++) if (values[row * width + column] !== 0) starts[column + 1]!++;
  for (let column = 0; column < width; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const members = new Int32Array(starts[width]!);
  const weights = new Float32Array(starts[width]!);
  for (let p = 0; p < listed.length; p++)
    for (let column = 0, at = listed[p]! * width; column < width; column++, at++) {
      const value = values[at]!;
      if (value === 0) continue;
      const slot = next[column]!++;
      members[slot] = p;
      weights[slot] = value;
    }
  return { starts, members, weights };
}

/** Multiplications that all inner products between the indexed rows take (each pair once). */
export function pairWork({ starts }: InvertedIndex): number {
  let work = 0;
  for (let column = 0; column + 1 < starts.length; column++) work += (starts[column + 1]! - starts[column]!) ** 2 / 2;
  return work;
}

/**
 * Inner products of one row of `values` with the indexed rows at positions below `end`, into `sums` [>= end], which
 * is overwritten.
 */
export function innerProducts(
  index: InvertedIndex,
  query: { readonly values: Float32Array; readonly width: number; readonly row: number },
  end: number,
  sums: Float64Array,
): void {
  const { starts, members, weights } = index;
  sums.fill(0, 0, end);
  for (let column = 0, at = query.row * query.width; column < query.width; column++, at++) {
    const value = query.values[at]!;
    if (value === 0) continue;
    const stop = starts[column + 1]!;
    for (let slot = starts[column]!; slot < stop; slot++) {
      const member = members[slot]!;
      if (member >= end) break;
      sums[member]! += value * weights[slot]!;
    }
  }
}
