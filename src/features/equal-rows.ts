import type { NearCopy, PoolRow } from '../evidence/rows.ts';

/** Largest group of equal rows of which every pair is listed. */
const WHOLE = 16;

/** Rows by equal feature hash, each group ascending, groups in the order of their first rows. */
export function equalGroups(rows: readonly PoolRow[]): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach((row, index) => {
    const group = groups.get(row.featureHash);
    if (group) group.push(index);
    else groups.set(row.featureHash, [index]);
  });
  return [...groups.values()];
}

/**
 * Pairs within one group of equal rows: all of them up to 16 rows; beyond that each row with the first and with the
 * row before it, so that a group of thousands stays linear and connected.
 */
export function equalPairs(group: readonly number[]): NearCopy[] {
  const pairs: NearCopy[] = [];
  for (let i = 1; i < group.length; i++)
    for (let j = 0; j < i; j++)
      if (group.length <= WHOLE || j === 0 || j === i - 1) pairs.push({ a: group[j]!, b: group[i]!, similarity: 1 });
  return pairs;
}

/** Pairs between two groups: all up to 256; beyond that the first row of either with every row of the other. */
export function crossPairs(one: readonly number[], other: readonly number[], similarity: number): NearCopy[] {
  const whole = one.length * other.length <= WHOLE * WHOLE;
  return one.flatMap((x, i) =>
    other
      .filter((_, j) => whole || i === 0 || j === 0)
      .map((y) => ({ a: Math.min(x, y), b: Math.max(x, y), similarity })),
  );
}
