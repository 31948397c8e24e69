/**
 * Benjamini-Hochberg adjusted p-values (q-values), in the order of `p`: rejecting q <= a keeps the expected share of
 * false rejections at or below a (Benjamini and Hochberg 1995). NaN is refused with a plain Error.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length);
  let smallest = 1;
  for (let rank = p.length; rank >= 1; rank--) {
    const index = order[rank - 1]!;
    smallest = Math.min(smallest, (p[index]! * p.length) / rank);
    adjusted[index] = smallest;
  }
  return adjusted;
}

/** Holm's step-down adjusted p-values: rejecting at a keeps P(any false rejection) at or below a (Holm 1979). */
export function holm(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, p[index]! * (p.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}

function ascending(p: readonly number[]): number[] {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new Error(`a p-value of ${value}`);
  return p.map((_, index) => index).sort((a, b) => p[a]! - p[b]! || a - b);
}
