import type { ColumnKind } from '../../evidence/column.ts';
import { longSql } from '../cells.ts';
import type { ColumnPlan } from '../columns.ts';
import type { Side } from '../load.ts';
import type { Sql } from '../sql.ts';

/** Characters of a cell that are looked into. */
export const LONGEST_CELL = 2 ** 20;

/** One side of the training or the holdout data. */
export interface ScannedSide {
  readonly side: Side;
  readonly revision: 'base' | 'head';
  /** Index of the pool's row, by the side's own. */
  readonly poolRow: ReadonlyMap<number, number>;
}

/** Columns of numbers: of their cells only those are looked into that are none, or long enough for a card. */
const NUMBERS: ReadonlySet<ColumnKind> = new Set(['numeric', 'date', 'boolean', 'list']);

/**
 * SQL (RE2: linear in the text): whether a text may hold any secret at all. What the scanners know holds an at sign,
 * six digits with little between them, sixteen characters without a blank, or the first line of a key.
 */
const IN_TEXT = `strlen(v) >= 6 AND (contains(v, '@') OR regexp_matches(v, '[0-9][0-9 ().+/-]{5}|\\S{16}|-----BEGIN'))`;
const IN_NUMBERS = `strlen(v) >= 6 AND (regexp_full_match(v, '[0-9]{13,19}') OR regexp_matches(v, '[A-Za-z]{3}') AND ${IN_TEXT})`;

const TEXTS = 'secret_texts';
const CELLS = 'secret_cells';
const WANTED = 'secret_wanted';
/** Ids that one statement takes. */
const IDS_AT_ONCE = 20_000;
/** A cell of digits alone, as long as a card's number. */
const BARE = `regexp_full_match(v, '[0-9]{13,19}')`;

/** Where a suspect text stands. */
export interface SuspectCell {
  /** Id of the text. */
  readonly text: number;
  /** Index of the scanned side, of the row in it, and of the column. */
  readonly side: number;
  readonly row: number;
  readonly column: number;
}

/** The cells of all columns of these sides that may hold secrets: each distinct text once, by its id from 0. */
export interface Suspects {
  /** Characters of the texts. */
  readonly lengths: readonly number[];
  /** Texts below this id are fresh: no cell of base is equal. */
  readonly fresh: number;
  /** Texts of `from` <= id < `to`, cut at `LONGEST_CELL` characters. */
  read(from: number, to: number): Promise<string[]>;
  /** Where these texts stand, by side, row and column. */
  cellsOf(ids: readonly number[]): Promise<SuspectCell[]>;
  /** Cells that are digits alone, as long as a card's number, in one column of one side. */
  bareCells(side: number, column: number): Promise<number>;
  drop(): Promise<void>;
}

/** Finds the suspects among all cells, excluded columns and the holdout included; images aside. */
export async function findSuspects(
  sql: Sql,
  sides: readonly ScannedSide[],
  plans: ReadonlyMap<string, ColumnPlan>,
): Promise<Suspects> {
  const sources = sides.flatMap(({ side }, index) => {
    const columns = (test: (kind: ColumnKind) => boolean) =>
      side.names.flatMap((name, at) => (test(plans.get(name)?.kind ?? 'text') ? [at] : []));
    const looks = [
      { columns: columns((kind) => kind !== 'image' && !NUMBERS.has(kind)), where: IN_TEXT },
      { columns: columns((kind) => NUMBERS.has(kind)), where: IN_NUMBERS },
    ];
    return looks
      .filter(({ columns }) => columns.length > 0)
      .map(({ columns, where }) => `SELECT ${index} AS s, r, c, v FROM ${longSql(side.table, columns)} WHERE ${where}`);
  });
  const base = sides.flatMap(({ revision }, index) => (revision === 'base' ? [index] : []));
  const fresh = base.length === 0 ? 'true' : `NOT bool_or(s IN (${base.join(', ')}))`;
  await sql.run(`CREATE OR REPLACE TABLE ${CELLS} (s INTEGER, r BIGINT, c INTEGER, v VARCHAR)`);
  for (const source of sources) await sql.run(`INSERT INTO ${CELLS} ${source}`);
  await sql.run(
    `CREATE OR REPLACE TABLE ${TEXTS} AS SELECT v, fresh, row_number() OVER (ORDER BY NOT fresh, s, r, v) - 1 AS id ` +
      `FROM (SELECT v, ${fresh} AS fresh, max(s) AS s, min(r) AS r FROM ${CELLS} GROUP BY v)`,
  );
  const [lengths] = await sql.columns(`SELECT length(v) FROM ${TEXTS} ORDER BY id`);
  const [counted] = await sql.rows(`SELECT count(*) FROM ${TEXTS} WHERE fresh`);
  return {
    lengths: (lengths ?? []).map(Number),
    fresh: Number(counted![0]),
    async read(from, to) {
      const [texts] = await sql.columns(
        `SELECT left(v, ${LONGEST_CELL}) FROM ${TEXTS} WHERE id >= ${from} AND id < ${to} ORDER BY id`,
      );
      return (texts ?? []).map(String);
    },
    async cellsOf(ids) {
      await sql.run(`CREATE OR REPLACE TABLE ${WANTED} (id BIGINT)`);
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
        await sql.run(`INSERT INTO ${WANTED} SELECT unnest([${ids.slice(at, at + IDS_AT_ONCE).join(', ')}])`);
      const rows = await sql.rows(
        `SELECT t.id, s, r, c FROM ${CELLS} x JOIN ${TEXTS} t ON t.v = x.v WHERE t.id IN (SELECT id FROM ${WANTED}) ORDER BY s, r, c`,
      );
      return rows.map(([text, side, row, column]) => ({
        ...{ text: Number(text), side: Number(side), row: Number(row), column: Number(column) },
      }));
    },
    async bareCells(side, column) {
      const [row] = await sql.rows(`SELECT count(*) FROM ${CELLS} WHERE s = ${side} AND c = ${column} AND ${BARE}`);
      return Number(row![0]);
    },
    async drop() {
      for (const table of [CELLS, TEXTS, WANTED]) await sql.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}
