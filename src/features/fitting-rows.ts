import type { Pool } from '../table/pool.ts';

/** The rows that encoders are fitted on: base's of the training split, head's where base has none. */
export function fittingRows({ rows }: Pick<Pool, 'rows'>): Int32Array {
  const indices = rows.map((_, index) => index).filter((index) => rows[index]!.split === 'train');
  const base = indices.filter((index) => rows[index]!.inBase);
  return Int32Array.from(base.length > 0 ? base : indices);
}
