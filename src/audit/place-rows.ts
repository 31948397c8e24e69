import { oneLine } from '../errors.ts';
import type { Locate } from '../review/place.ts';
import type { DataRequest } from '../review/request.ts';
import type { Pool } from '../table/pool.ts';
import type { AttackedRow } from './attack.ts';
import type { AuditRow } from './audit.ts';

/** File and line of the rows that an attack names. */
export async function placeRows(
  named: readonly AttackedRow[],
  pool: Pool,
  data: DataRequest,
  locate: Locate,
): Promise<AuditRow[]> {
  const kept = named.slice(0, 100);
  const lines = new Map<number, number | null>();
  const places = kept.map(({ row }) => ({ row, ...pool.rows[row]! }));
  for (const path of new Set(places.map((place) => place.path))) {
    const own = places.filter((place) => place.path === path);
    const file = [...(data.head ?? []), ...(data.holdout.head ?? [])].find(({ repoPath }) => repoPath === path);
    if (!file) continue;
    const found = await locate(
      file,
      own.map(({ ordinal }) => ordinal),
    );
    for (const [index, { row }] of own.entries()) lines.set(row, found[index] ?? null);
  }
  return kept.map(({ row, effect, why }) => {
    const { path, ordinal } = pool.rows[row]!;
    return { path, ordinal, line: lines.get(row) ?? null, effect, why: oneLine(why, 300) };
  });
}
