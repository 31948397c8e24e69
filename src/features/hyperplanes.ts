import { normalAt } from '../tensor/random.ts';

/**
 * Buckets of rows that are probably alike: each of `tables` hashes takes the signs of `bits` random projections
 * (Charikar 2002) about the listed rows' mean. Two rows at angle theta share a bucket of one table with probability (1 - theta/pi)^bits. The
 * hyperplanes are keyed by table, bit and feature alone: the same rows always meet. Gives, per table, the positions
 * in `listed` sorted by bucket, and the bucket of each.
 */
export function* hyperplaneBuckets(
  values: Float32Array,
  width: number,
  listed: Int32Array,
  { tables, bits }: { readonly tables: number; readonly bits: number },
): Generator<Int32Array[]> {
  const projections = new Float64Array(bits);
  const mean = meanOf(values, width, listed);
  const planes = new Float32Array(width * bits);
  for (let table = 0; table < tables; table++) {
    for (let at = 0; at < planes.length; at++) planes[at] = normalAt(0x1a5b, at, table);
    const centre = new Float64Array(bits);
    for (let column = 0; column < width; column++)
      for (let bit = 0; bit < bits; bit++) centre[bit]! += mean[column]! * planes[column * bits + bit]!;
    const codes = new Uint32Array(listed.length);
    for (let p = 0; p < listed.length; p++) {
      projections.fill(0);
      for (let column = 0, at = listed[p]! * width; column < width; column++, at++) {
        const value = values[at]!;
        if (value === 0) continue;
        for (let bit = 0, plane = column * bits; bit < bits; bit++, plane++)
          projections[bit]! += value * planes[plane]!;
      }
      let code = 0;
      for (let bit = 0; bit < bits; bit++) code = (code << 1) | (projections[bit]! > centre[bit]! ? 1 : 0);
      codes[p] = code;
    }
    yield bucketsOf(codes);
  }
}

function meanOf(values: Float32Array, width: number, listed: Int32Array): Float64Array {
  const mean = new Float64Array(width);
  for (const row of listed)
    for (let column = 0; column < width; column++) mean[column]! += values[row * width + column]! / listed.length;
  return mean;
}

/** Positions of equal codes, ascending in each bucket; buckets of one are dropped. */
function bucketsOf(codes: Uint32Array): Int32Array[] {
  const order = Int32Array.from(codes, (_, p) => p).sort((a, b) => codes[a]! - codes[b]! || a - b);
  const buckets: Int32Array[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && codes[order[to]!] === codes[order[from]!]) to++;
    if (to - from > 1) buckets.push(order.subarray(from, to));
    from = to;
  }
  return buckets;
}
