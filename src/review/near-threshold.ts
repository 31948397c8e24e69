import type { NearCopy, PoolRow } from '../evidence/rows.ts';

const LADDER = [0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1] as const;
/** Lowest similarity that is ever called a near copy. */
export const LEAST_SIMILARITY = LADDER[0];
/** At most this share of base's rows may have a near copy among them: beyond it, rows are merely alike. */
const CROWDED = 0.05;

/**
 * Drops pairs that are no closer than honest rows of this data set are to each other: the threshold is the lowest step
 * of the ladder at which few base rows have a neighbour in base (of a new data set, few rows one among the new).
 */
export function nearEnough(pairs: readonly NearCopy[], rows: readonly PoolRow[]): NearCopy[] {
  const threshold = nearThreshold(pairs, rows);
  return pairs.filter(({ similarity }) => similarity >= threshold);
}

/** The similarity from which two rows of this data set are near copies. @param pairs from `LEAST_SIMILARITY` on. */
export function nearThreshold(pairs: readonly NearCopy[], rows: readonly PoolRow[]): number {
  const isNew = !rows.some(({ inBase, split }) => inBase && split === 'train');
  const isOwn = (index: number) => (isNew || rows[index]!.inBase) && rows[index]!.split === 'train';
  const total = rows.filter((_, index) => isOwn(index)).length;
  const lowest = LADDER.find((step) => {
    const crowd = new Set<number>();
    for (const { a, b, similarity } of pairs)
      if (similarity >= step && similarity < 1 && isOwn(a) && isOwn(b)) {
        crowd.add(a);
        crowd.add(b);
      }
    return crowd.size <= CROWDED * total;
  });
  return lowest ?? 1;
}
