import { bootstrap } from '../stats/resample.ts';
import type { Measure } from './audit.ts';
import { plain } from './measures.ts';

/** A quantile of the finite values, with a bootstrap interval over them. */
export function quantileOf(values: ArrayLike<number>, share: number, unit: string, seed: number): Measure {
  const finite = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  const n = finite.length;
  if (n === 0) return plain(null, unit, 0);
  const at = (sorted: ArrayLike<number>) => sorted[Math.min(n - 1, Math.round(share * (n - 1)))]!;
  // The values are sorted: drawn places, once sorted, give drawn values in order.
  const drawn = (places: Int32Array) => finite[at(Int32Array.from(places).sort())]!;
  const { low, high } = bootstrap(n, drawn, { seed });
  return { value: at(finite), low, high, n, unit };
}
