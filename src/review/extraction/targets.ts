import type { NearCopy, PoolRow } from '../../evidence/rows.ts';
import type { SecretPlace } from '../../evidence/secrets.ts';
import type { Pool } from '../../table/pool.ts';
import { type Ranked, rankedPart } from '../../table/secrets/candidates.ts';
import { type Beginnings, beginningOf, findBeginnings } from './beginnings.ts';

/** Secrets that one review asks about. */
export const MOST_SECRETS = 20;
/** Suspects of one secret, and rows that hold it: more would be most of what the models see. */
const MOST_SUSPECTS = 64;
const MOST_PLACES = 32;

/** A secret of the training text. */
export interface Target {
  /** Its places in columns of text, base's first. */
  readonly places: readonly SecretPlace[];
  readonly ranked: Ranked;
  /** Whether base holds it. */
  readonly isStanding: boolean;
  /** Change rows that may expose it; with none, nothing is to be compared. */
  readonly suspects: readonly number[];
}

export interface Targets {
  /** Those with suspects first, then new ones, then credentials. */
  readonly targets: readonly Target[];
  /** Secrets in columns of text. */
  readonly found: number;
  /** Where change rows go on from the words before a secret. */
  readonly beginnings: Beginnings;
}

/** The secrets to ask about; those that one guesses by trying all are none. */
export function chooseTargets(pool: Pool, nearCopies: readonly NearCopy[]): Targets {
  const texts = new Map(pool.columns.flatMap(({ name, kind, values }) => (kind === 'text' ? [[name, values]] : [])));
  const places = (pool.secrets?.places ?? []).filter(
    ({ row, column }) => texts.has(column) && pool.rows[row]!.split === 'train',
  );
  const bySecret = [...Map.groupBy(places, ({ secret }) => secret).values()].map((own) =>
    own.toSorted((a, b) => Number(b.inBase) - Number(a.inBase) || a.row - b.row),
  );
  const candidates = bySecret.flatMap((own) => {
    const { row, column, start, end, kind, inBase } = own[0]!;
    const cell = texts.get(column)![row]!;
    const ranked = rankedPart(cell.slice(start, end), kind);
    return ranked ? [{ places: own, ranked, isStanding: inBase, beginning: beginningOf(cell, start) }] : [];
  });
  const standing = candidates.filter(({ isStanding }) => isStanding);
  const beginnings = findBeginnings(pool, new Set(standing.flatMap(({ beginning }) => beginning ?? [])));
  const near = nearRows(nearCopies);
  const targets = candidates.map(({ places: own, ranked, isStanding, beginning }): Target => {
    const shared = beginning === null ? [] : (beginnings.rows.get(beginning) ?? []);
    const suspects = isStanding ? suspectsOf(pool.rows, own, shared, near) : [];
    return { places: own.slice(0, MOST_PLACES), ranked, isStanding, suspects: suspects.slice(0, MOST_SUSPECTS) };
  });
  const sorted = targets.toSorted(
    (a, b) =>
      Number(b.suspects.length > 0) - Number(a.suspects.length > 0) ||
      Number(a.isStanding) - Number(b.isStanding) ||
      Number(b.places[0]!.isCredential) - Number(a.places[0]!.isCredential) ||
      a.places[0]!.secret - b.places[0]!.secret,
  );
  return { targets: sorted.slice(0, MOST_SECRETS), found: bySecret.length, beginnings };
}

function nearRows(pairs: readonly NearCopy[]): ReadonlyMap<number, readonly number[]> {
  const near = new Map<number, number[]>();
  const add = (row: number, other: number) => {
    const found = near.get(row) ?? [];
    found.push(other);
    near.set(row, found);
  };
  for (const { a, b } of pairs) {
    add(a, b);
    add(b, a);
  }
  return near;
}

const arrives = ({ inBase, inHead, split }: PoolRow) => inHead && !inBase && split === 'train';

/** Those that hold the secret come first, then near copies, then rows that go on from the same words. */
function suspectsOf(
  rows: readonly PoolRow[],
  places: readonly SecretPlace[],
  shared: readonly number[],
  near: ReadonlyMap<number, readonly number[]>,
): number[] {
  const holders = [...new Set(places.map(({ row }) => row))];
  const stays = replacements(rows, holders);
  const close = holders.flatMap((row) => near.get(row) ?? []);
  return [...new Set([...holders, ...close, ...shared])].filter((row) => arrives(rows[row]!) && !stays.has(row));
}

/** New versions of rows that held the secret before: they take a place, and are no addition. */
function replacements(rows: readonly PoolRow[], holders: readonly number[]): ReadonlySet<number> {
  const leaving = holders.filter((row) => rows[row]!.inBase && !rows[row]!.inHead);
  const arriving = holders.filter((row) => arrives(rows[row]!));
  const taken = new Set<number>();
  for (const same of [
    (a: PoolRow, b: PoolRow) => a.change === 'changed' && b.change === 'changed' && a.id === b.id,
    (a: PoolRow, b: PoolRow) => a.featureHash === b.featureHash,
    () => true,
  ])
    for (const old of leaving.splice(0)) {
      const next = arriving.find((row) => !taken.has(row) && same(rows[old]!, rows[row]!));
      if (next === undefined) leaving.push(old);
      else taken.add(next);
    }
  return taken;
}
