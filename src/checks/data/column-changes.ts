import type { ColumnSummary } from '../../evidence/column.ts';
import type { Evidence } from '../../evidence/evidence.ts';

type Pair = readonly [ColumnSummary, ColumnSummary];

/** Above it two summaries tell of different columns; distance as in `distanceOf`. */
const ALIKE = 0.1;
const PAIRS = 250_000;

/** Pairs of a removed and an added column that look alike: the same column under a new name. */
export function renamedColumns(removed: readonly ColumnSummary[], added: readonly ColumnSummary[]): Pair[] {
  if (removed.length * added.length > PAIRS) return [];
  const taken = new Set<ColumnSummary>();
  const pairs = removed.flatMap((before) =>
    added.map((after) => ({ before, after, distance: distanceOf(before, after) })),
  );
  return pairs
    .filter(({ distance }) => distance <= ALIKE)
    .sort((a, b) => a.distance - b.distance)
    .flatMap(({ before, after }): Pair[] => {
      if (taken.has(before) || taken.has(after)) return [];
      taken.add(before).add(after);
      return [[before, after]];
    });
}

/** Groups of column names that exchanged their values: each looks like another's past and not like its own. */
export function permutedColumns(both: readonly Pair[]): string[][] {
  const strange = both.filter(([before, after]) => before.quantiles && distanceOf(before, after) > 3 * ALIKE);
  if (strange.length ** 2 > PAIRS) return [];
  const source = new Map<string, string>();
  for (const [, after] of strange) {
    const likely = strange.filter(([before]) => before.name !== after.name && distanceOf(before, after) <= ALIKE);
    if (likely.length === 1) source.set(after.name, likely[0]![0].name);
  }
  const seen = new Set<string>();
  return [...source.keys()].flatMap((start) => {
    const cycle: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      cycle.push(name);
      name = source.get(name);
    }
    return name === start && cycle.length > 1 ? [cycle] : [];
  });
}

/** Classes without a row at base, and classes without a row at head. */
export function appearedClasses({ rows, classes, task }: Evidence): { appeared: string[]; vanished: string[] } {
  if (task !== 'classification') return { appeared: [], vanished: [] };
  const base = new Set<number>();
  const head = new Set<number>();
  for (const row of rows) {
    if (row.split !== 'train' || row.label === null) continue;
    if (row.inBase) base.add(row.label);
    if (row.inHead) head.add(row.label);
  }
  const only = (one: ReadonlySet<number>, other: ReadonlySet<number>) =>
    classes.filter((_, label) => one.has(label) && !other.has(label));
  return { appeared: only(head, base), vanished: only(base, head) };
}

/** 0 for summaries that look the same; past 1 for different kinds. Quantiles in units of the middle 80%'s width. */
function distanceOf(one: ColumnSummary, other: ColumnSummary): number {
  if (one.kind !== other.kind) return 2;
  const share = (column: ColumnSummary) => (column.rows === 0 ? 0 : column.missing / column.rows);
  const missing = Math.abs(share(one) - share(other));
  if (one.quantiles && other.quantiles) {
    const middle = [1, 2, 3, 4, 5];
    const width = Math.max(one.quantiles[5]! - one.quantiles[1]!, other.quantiles[5]! - other.quantiles[1]!, 1e-12);
    return missing + Math.max(...middle.map((i) => Math.abs(one.quantiles![i]! - other.quantiles![i]!) / width));
  }
  const most = Math.max(one.distinct, other.distinct, 1);
  return missing + Math.abs(one.distinct - other.distinct) / most;
}
