import type { Pool } from '../../table/pool.ts';

/** Characters before a secret that another text must hold to be taken for one that goes on from the same words. */
const SHARED = 10;
/** Characters of a text in which they are looked for. */
const LOOKED_AT = 2 ** 14;

/** Where change rows hold what stands before secrets of base. */
export interface Beginnings {
  /** Rows by beginning, in the order of the pool. */
  readonly rows: ReadonlyMap<string, readonly number[]>;
  /** The first place of any beginning in the text of a row and column; `placeKey` gives the key. */
  readonly at: ReadonlyMap<string, number>;
}

/** What stands right before a place of a text, upper and lower case alike; null where that is too little to know again. */
export function beginningOf(text: string, start: number): string | null {
  const before = text.slice(Math.max(0, start - SHARED), start).toLowerCase();
  return before.length < SHARED || before.trim().length < SHARED / 2 ? null : before;
}

export const placeKey = (row: number, column: string): string => `${row}/${column}`;

/** Looks for beginnings in all texts that arrive, each place of a text once. */
export function findBeginnings(pool: Pool, beginnings: ReadonlySet<string>): Beginnings {
  const rows = new Map<string, number[]>();
  const at = new Map<string, number>();
  if (beginnings.size === 0) return { rows, at };
  for (const { name, kind, values } of pool.columns) {
    if (kind !== 'text') continue;
    for (const [row, { inBase, inHead, split }] of pool.rows.entries()) {
      const value = values[row] ?? null;
      if (value === null || inBase || !inHead || split !== 'train') continue;
      const text = value.slice(0, LOOKED_AT).toLowerCase();
      for (let place = 0; place + SHARED <= text.length; place++) {
        const beginning = text.slice(place, place + SHARED);
        if (!beginnings.has(beginning)) continue;
        const found = rows.get(beginning) ?? [];
        if (found.at(-1) !== row) found.push(row);
        rows.set(beginning, found);
        const key = placeKey(row, name);
        at.set(key, Math.min(place, at.get(key) ?? place));
      }
    }
  }
  return { rows, at };
}
