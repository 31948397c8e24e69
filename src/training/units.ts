import type { NearCopy, PoolRow } from '../evidence/rows.ts';

/** Near copies at least this similar may share a unit, if each is that near to every other of the unit. */
const DIAMETER = 0.7;
const LARGEST = 16;

export interface Units {
  /** [N] unit of each row. */
  readonly of: Int32Array;
  /** Stable name of each unit: what its bits are keyed with. */
  readonly names: readonly string[];
}

/**
 * Rows that go in and out of a shadow model together: the rows of a group, else clusters of near copies by complete
 * linkage. Rows of the change and rows that stay never share a unit, not even by the group column: a wrong-label copy
 * is a near copy of its victim, and with one bit for both its effect could not be told.
 */
export function assignUnits(
  rows: readonly PoolRow[],
  groups: readonly (string | null)[],
  nearCopies: readonly NearCopy[],
): Units {
  const side = rows.map(sideOf);
  const clusters = linkCompletely(
    rows,
    nearCopies.filter(({ a, b }) => side[a] === side[b] && groups[a] === null && groups[b] === null),
  );
  const of = new Int32Array(rows.length);
  const names: string[] = [];
  const known = new Map<string, number>();
  rows.forEach((_, index) => {
    const group = groups[index] ?? null;
    const name = group === null ? `${side[index]}/row/${rows[clusters[index]!]!.id}` : `${side[index]}/group/${group}`;
    let unit = known.get(name);
    if (unit === undefined) {
      unit = names.length;
      known.set(name, unit);
      names.push(name);
    }
    of[index] = unit;
  });
  return { of, names };
}

/** Rows that stay, arrive and leave are kept apart; so is the holdout. */
function sideOf({ inBase, inHead, split }: PoolRow): string {
  if (split === 'holdout') return 'holdout';
  return inBase ? (inHead ? 'stays' : 'leaves') : 'arrives';
}

/** Complete linkage, most similar pairs first; gives each row the first row of its cluster. */
function linkCompletely(rows: readonly PoolRow[], pairs: readonly NearCopy[]): number[] {
  const near = pairs
    .filter(({ similarity }) => similarity >= DIAMETER)
    .sort((x, y) => y.similarity - x.similarity || x.a - y.a || x.b - y.b);
  const linked = new Set(near.map(({ a, b }) => a * rows.length + b));
  const clusterOf = rows.map((_, index) => index);
  const members = new Map<number, number[]>();
  const membersOf = (cluster: number) => members.get(cluster) ?? [cluster];
  for (const { a, b } of near) {
    const [one, other] = [clusterOf[a]!, clusterOf[b]!];
    if (one === other) continue;
    const [left, right] = [membersOf(one), membersOf(other)];
    if (left.length + right.length > LARGEST) continue;
    const complete = left.every((x) => right.every((y) => linked.has(Math.min(x, y) * rows.length + Math.max(x, y))));
    if (!complete) continue;
    const first = Math.min(one, other);
    const all = [...left, ...right];
    for (const row of all) clusterOf[row] = first;
    members.set(first, all);
  }
  return clusterOf;
}
