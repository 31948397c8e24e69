import type { Evidence } from '../evidence/evidence.ts';
import type { PoolRow } from '../evidence/rows.ts';

/** Another pool row with the same or nearly the same features. */
export interface Copy {
  readonly row: number;
  /** In [0, 1]; 1 for equal features. */
  readonly similarity: number;
  readonly exact: boolean;
}

/** Equal rows that stand for all rows of one group, label and side, so that huge groups stay linear. */
const REPRESENTATIVES = 4;

/** For each pool row its copies: rows with equal features first, then near copies of at least `near` similarity. */
export function copiesOf(evidence: Evidence, near: number): readonly (readonly Copy[])[] {
  const groups = Map.groupBy(evidence.rows.keys(), (index) => evidence.rows[index]!.featureHash);
  const standing = new Map([...groups].map(([hash, group]) => [hash, representatives(evidence.rows, group)]));
  const found: Copy[][] = evidence.rows.map((row, index) =>
    standing
      .get(row.featureHash)!
      .filter((other) => other !== index)
      .map((other) => ({ row: other, similarity: 1, exact: true })),
  );
  for (const { a, b, similarity } of evidence.nearCopies) {
    if (similarity < near || evidence.rows[a]!.featureHash === evidence.rows[b]!.featureHash) continue;
    found[a]!.push({ row: b, similarity, exact: false });
    found[b]!.push({ row: a, similarity, exact: false });
  }
  return found;
}

function representatives(rows: readonly PoolRow[], group: readonly number[]): number[] {
  const taken = new Map<string, number>();
  return group.filter((index) => {
    const { label, inBase, inHead, split } = rows[index]!;
    const key = `${label}:${inBase}:${inHead}:${split}`;
    const count = taken.get(key) ?? 0;
    taken.set(key, count + 1);
    return count < REPRESENTATIVES;
  });
}
