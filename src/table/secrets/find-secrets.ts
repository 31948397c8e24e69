import type { SecretCount, SecretPlace, Secrets } from '../../evidence/secrets.ts';
import type { ColumnPlan } from '../columns.ts';
import type { Sql } from '../sql.ts';
import type { Match } from './personal-data.ts';
import { findSuspects, LONGEST_CELL, type ScannedSide, type SuspectCell, type Suspects } from './suspects.ts';

/** Finds the secrets in each of these texts; null where it was stopped over them. */
export type ScanTexts = (texts: readonly string[]) => Promise<readonly (readonly Match[])[] | null>;

/** Characters that one call of the scanner takes. */
const BATCH = 2 ** 18;
/** Characters that are scanned of what is new, and of what base has: a quarter of a minute each. */
const MOST_CHARACTERS = 2 ** 27;
/** Share of a column's long numbers that must be numbers of cards: of any numbers, one in fifty is. */
const CARDS = 0.9;

/**
 * Looks for secrets in all cells of both revisions, training and holdout. What head alone has comes first, so that a
 * large base takes no time away from it.
 */
export async function findSecrets(
  sql: Sql,
  sides: readonly ScannedSide[],
  plans: ReadonlyMap<string, ColumnPlan>,
  { scan, most = MOST_CHARACTERS }: { readonly scan: ScanTexts; readonly most?: number },
): Promise<Secrets> {
  const suspects = await findSuspects(sql, sides, plans);
  try {
    const found = new Map<number, readonly Match[]>();
    const missed: number[] = [];
    for (const [from, to] of [
      [0, suspects.fresh],
      [suspects.fresh, suspects.lengths.length],
    ] as const)
      missed.push(...(await scanTexts(suspects, from, to, { scan, most, found })));
    const cells = await suspects.cellsOf([...found.keys()]);
    const judged = await withoutChance(cells, found, suspects);
    const isBase = ({ side }: SuspectCell) => sides[side]!.revision === 'base';
    const lost = await suspects.cellsOf(missed);
    return {
      ...tell(judged, sides),
      unscanned: {
        fresh: lost.filter((cell) => !isBase(cell) && cell.text < suspects.fresh).length,
        base: lost.filter(isBase).length,
      },
    };
  } finally {
    await suspects.drop();
  }
}

/** Scans texts by their ids; gives those that were not looked into to their end. */
async function scanTexts(
  suspects: Suspects,
  from: number,
  to: number,
  {
    scan,
    most,
    found,
  }: { readonly scan: ScanTexts; readonly most: number; readonly found: Map<number, readonly Match[]> },
): Promise<number[]> {
  const missed: number[] = [];
  let left = most;
  for (let at = from; at < to; ) {
    let end = at;
    let characters = 0;
    do {
      const { [end]: length = 0 } = suspects.lengths;
      if (length > LONGEST_CELL) missed.push(end);
      characters += Math.min(length, LONGEST_CELL);
      end++;
    } while (end < to && characters + Math.min(suspects.lengths[end]!, LONGEST_CELL) <= BATCH);
    left -= characters;
    const matches = left < 0 ? null : await scan(await suspects.read(at, end));
    for (let id = at; id < end; id++)
      if (matches === null) missed.push(id);
      else if (matches[id - at]!.length > 0) found.set(id, matches[id - at]!);
    at = end;
  }
  return [...new Set(missed)];
}

/** A secret in a cell. */
interface Held {
  readonly cell: SuspectCell;
  readonly match: Match;
}

/** Leaves out cells of digits alone that are valid by chance: in a column of such numbers nearly all must be. */
async function withoutChance(
  cells: readonly SuspectCell[],
  found: ReadonlyMap<number, readonly Match[]>,
  suspects: Suspects,
): Promise<Held[]> {
  const held = cells.flatMap((cell) => found.get(cell.text)!.map((match): Held => ({ cell, match })));
  const isBare = ({ cell, match }: Held) =>
    match.end - match.start === suspects.lengths[cell.text] && /^\d{13,19}$/.test(match.value);
  const columnOf = ({ cell }: Held) => `${cell.side} ${cell.column}`;
  const byColumn = Map.groupBy(held.filter(isBare), columnOf);
  const chance = new Set<string>();
  for (const [column, numbers] of byColumn) {
    const all = await suspects.bareCells(numbers[0]!.cell.side, numbers[0]!.cell.column);
    if (numbers.length < CARDS * all) chance.add(column);
  }
  return held.filter((each) => !isBare(each) || !chance.has(columnOf(each)));
}

/** Numbers the secrets, tells new ones from base's, and places them in the pool. */
function tell(held: readonly Held[], sides: readonly ScannedSide[]): Omit<Secrets, 'unscanned'> {
  const numbers = new Map<string, number>();
  const numberOf = ({ kind, value }: Match) => {
    const key = `${kind}\n${value}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  const known = new Set(
    held.filter(({ cell }) => sides[cell.side]!.revision === 'base').map(({ match }) => numberOf(match)),
  );
  const places = new Map<string, SecretPlace>();
  const counts = new Map<string, SecretCount>();
  let unplaced = 0;
  for (const { cell, match } of held) {
    const { side, revision, poolRow } = sides[cell.side]!;
    const { kind, isCredential, start, end } = match;
    const secret = numberOf(match);
    const [inBase, isNew] = [revision === 'base', !known.has(secret)];
    const count = counts.get(kind) ?? { kind, isCredential, base: 0, head: 0, fresh: 0 };
    const more = inBase ? { base: count.base + 1 } : { head: count.head + 1, fresh: count.fresh + Number(isNew) };
    counts.set(kind, { ...count, ...more });
    const row = poolRow.get(cell.row);
    if (row === undefined) {
      if (isNew) unplaced++;
      continue;
    }
    const column = side.names[cell.column]!;
    const key = JSON.stringify([row, column, start, end, secret]);
    const twin = places.get(key);
    places.set(key, {
      ...{ row, column, kind, isCredential, secret, start, end, isNew },
      inBase: inBase || (twin?.inBase ?? false),
      inHead: !inBase || (twin?.inHead ?? false),
    });
  }
  return {
    places: [...places.values()].sort((a, b) => a.row - b.row || a.start - b.start),
    counts: [...counts.values()].sort(
      (a, b) => Number(b.isCredential) - Number(a.isCredential) || (a.kind < b.kind ? -1 : 1),
    ),
    unplaced,
  };
}
