import { UserError } from '../errors.ts';
import type { RowCounts } from '../evidence/evidence.ts';
import { differSql, hashSql } from './canonical.ts';
import type { ColumnPlan } from './columns.ts';
import type { Side } from './load.ts';
import type { Sql } from './sql.ts';

export interface Diff {
  /** Table of (b, h, k, changed): row ids in base and head (null where absent), the key, and whether content differs. */
  readonly pairs: string;
  /** Table of the base row ids of rows that moved, or null when none did. */
  readonly moved: string | null;
  readonly counts: RowCounts;
}

/**
 * Compares two sides on the columns that both have. Rows are matched by the id column, else by content hash and the
 * ordinal among equals. A row moved when its rank among the rows that both sides have differs: rows added or removed
 * around it do not move it. Throws a UserError for an id that is missing or comes twice.
 */
export async function diffSides(
  sql: Sql,
  name: string,
  sides: { readonly base: Side | null; readonly head: Side | null },
  compared: readonly ColumnPlan[],
  id: string | null,
): Promise<Diff> {
  const pairs = `${name}_pairs`;
  const keyed = (revision: string) => `${name}_${revision}_keys`;
  for (const [revision, side] of Object.entries(sides))
    if (!side) await sql.run(`CREATE OR REPLACE TABLE ${keyed(revision)} (r BIGINT, k VARCHAR)`);
    else if (id === null) await keyByContent(sql, keyed(revision), side, compared);
    else await checkIds(sql, side, id);
  const ids = id !== null && sides.base && sides.head;
  const source = (side: Side, alias: string) =>
    compared.map((plan) => ({ sql: `${alias}.c${side.names.indexOf(plan.name)}`, plan }));
  const byId = (side: Side | null, revision: string) =>
    side && id !== null
      ? { table: side.table, r: 'rowid', k: `c${side.names.indexOf(id)}` }
      : { table: keyed(revision), r: 'r', k: 'k' };
  const [b, h] = [byId(sides.base, 'base'), byId(sides.head, 'head')];
  const changed = ids ? differSql(source(sides.base, 'b'), source(sides.head, 'h')) : 'false';
  await sql.run(
    `CREATE OR REPLACE TABLE ${pairs} AS SELECT b.${b.r} AS b, h.${h.r} AS h, coalesce(b.${b.k}, h.${h.k}) AS k, ` +
      `b.${b.r} IS NOT NULL AND h.${h.r} IS NOT NULL AND (${changed}) AS changed ` +
      `FROM ${b.table} b FULL JOIN ${h.table} h ON b.${b.k} = h.${h.k}`,
  );
  const [row] = await sql.rows(
    `SELECT count(*) FILTER (b IS NULL), count(*) FILTER (h IS NULL), count(*) FILTER (changed) FROM ${pairs}`,
  );
  const moved = sides.base && sides.head ? await findMoved(sql, name) : { table: null, count: 0 };
  const counts = {
    base: sides.base?.rows ?? 0,
    head: sides.head?.rows ?? 0,
    added: Number(row![0]),
    removed: Number(row![1]),
    changed: Number(row![2]),
    moved: moved.count,
  };
  return { pairs, moved: moved.table, counts };
}

/** Rows without an id: their key is the content's hash and the ordinal among equals, so equal keys have equal content. */
async function keyByContent(sql: Sql, table: string, side: Side, compared: readonly ColumnPlan[]): Promise<void> {
  const hash = hashSql(compared.map((plan) => ({ sql: `c${side.names.indexOf(plan.name)}`, plan })));
  await sql.run(`CREATE OR REPLACE TABLE ${table}_h AS SELECT rowid AS r, ${hash} AS h FROM ${side.table}`);
  const twice = `SELECT h FROM ${table}_h GROUP BY h HAVING count(*) > 1`;
  await sql.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT r, h || '-0' AS k FROM ${table}_h WHERE h NOT IN (${twice}) ` +
      `UNION ALL SELECT r, h || '-' || (row_number() OVER (PARTITION BY h ORDER BY r) - 1) FROM ${table}_h WHERE h IN (${twice})`,
  );
  await sql.run(`DROP TABLE ${table}_h`);
}

async function checkIds(sql: Sql, side: Side, id: string): Promise<void> {
  const column = `c${side.names.indexOf(id)}`;
  const count = async (distinct: string) =>
    (await sql.rows(`SELECT count(*), count(${column}), count(DISTINCT ${distinct}) FROM ${side.table}`))[0]!.map(
      Number,
    ) as [number, number, number];
  // Counting 64-bit hashes is faster than counting texts; two ids of one hash are told apart by the second look.
  const quick = await count(`hash(${column})`);
  const [rows, present, distinct] = quick[1] === quick[2] ? quick : await count(column);
  const where = side.parts[0]?.file.repoPath ?? 'the data set';
  const hint = 'An id must name one row: correct the ids, or leave `id` away so that rows are told apart by content.';
  if (present < rows)
    throw new UserError('missing-id', `${where}: the id column "${id}" is empty in ${rows - present} rows.`, { hint });
  if (distinct < present)
    throw new UserError(
      'duplicate-id',
      `${where}: the id column "${id}" repeats itself in ${present - distinct} rows.`,
      { hint },
    );
}

async function findMoved(sql: Sql, name: string): Promise<{ table: string | null; count: number }> {
  const same = `${name}_pairs WHERE b IS NOT NULL AND h IS NOT NULL AND NOT changed`;
  const [row] = await sql.rows(
    `SELECT count(*) FROM (SELECT h < lag(h) OVER (ORDER BY b) AS back FROM ${same}) WHERE back`,
  );
  if (Number(row![0]) === 0) return { table: null, count: 0 };
  const table = `${name}_moved`;
  await sql.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT b FROM (SELECT b, row_number() OVER (ORDER BY b) AS i, row_number() OVER (ORDER BY h) AS j FROM ${same}) WHERE i <> j`,
  );
  return { table, count: Number((await sql.rows(`SELECT count(*) FROM ${table}`))[0]![0]) };
}
