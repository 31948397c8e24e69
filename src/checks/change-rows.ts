import type { Evidence } from '../evidence/evidence.ts';
import type { PoolRow } from '../evidence/rows.ts';

/** Pool indices of one split, by what the change does to them. */
export interface RowSides {
  /** At base and at head. */
  readonly kept: readonly number[];
  /** At base, kept or not. */
  readonly base: readonly number[];
  /** At head only: added rows and the new versions of changed ones. */
  readonly arriving: readonly number[];
  /** At base only: removed rows and the old versions of changed ones. */
  readonly leaving: readonly number[];
}

/** Sorts the rows of a split into what was there, what comes and what goes. */
export function rowSides(evidence: Evidence, split: PoolRow['split'] = 'train'): RowSides {
  const pick = (test: (row: PoolRow) => boolean) =>
    evidence.rows.flatMap((row, index) => (row.split === split && test(row) ? [index] : []));
  return {
    kept: pick((row) => row.inBase && row.inHead),
    base: pick((row) => row.inBase),
    arriving: pick((row) => row.inHead && !row.inBase),
    leaving: pick((row) => row.inBase && !row.inHead),
  };
}

/** For each changed row's new version, the index of its old one. */
export function oldVersions(evidence: Evidence): ReadonlyMap<number, number> {
  const key = (row: PoolRow) => `${row.split}:${row.id}`;
  const old = new Map<string, number>();
  evidence.rows.forEach((row, index) => {
    if (row.change === 'changed' && row.inBase) old.set(key(row), index);
  });
  return new Map(
    evidence.rows.flatMap((row, index): [number, number][] => {
      const before = row.change === 'changed' && row.inHead ? old.get(key(row)) : undefined;
      return before === undefined || before === index ? [] : [[index, before]];
    }),
  );
}
