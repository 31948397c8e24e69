import { UserError } from '../errors.ts';
import type { RowCounts } from '../evidence/evidence.ts';
import { hashSql } from './canonical.ts';
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
  for (const [revision, side] of Object.entries(sides))
    if (side) await keyRows(sql, `${name}_${revision}_keys`, side, compared, id);
    else await sql.run(`CREATE OR REPLACE TABLE ${name}_${revision}_keys (r BIGINT, k VARCHAR, h VARCHAR)`);
  await sql.run(
    `CREATE OR REPLACE TABLE ${pairs} AS SELECT b.r AS b, h.r AS h, coalesce(b.k, h.k) AS k, ` +
      `b.r IS NOT NULL AND h.r IS NOT NULL AND b.h <> h.h AS changed ` +
      `FROM ${name}_base_keys b FULL JOIN ${name}_head_keys h ON b.k = h.k`,
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

async function keyRows(
  sql: Sql,
  table: string,
  side: Side,
  compared: readonly ColumnPlan[],
  id: string | null,
): Promise<void> {
  const hash = hashSql(compared.map((plan) => ({ sql: `c${side.names.indexOf(plan.name)}`, plan })));
  if (id !== null) {
    const column = `c${side.names.indexOf(id)}`;
    await sql.run(
      `CREATE OR REPLACE TABLE ${table} AS SELECT rowid AS r, ${column} AS k, ${hash} AS h FROM ${side.table}`,
    );
    await checkIds(sql, table, side, id);
    return;
  }
  await sql.run(`CREATE OR REPLACE TABLE ${table}_h AS SELECT rowid AS r, ${hash} AS h FROM ${side.table}`);
  const twice = `SELECT h FROM ${table}_h GROUP BY h HAVING count(*) > 1`;
  await sql.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT r, h || '-0' AS k, h FROM ${table}_h WHERE h NOT IN (${twice}) ` +
      `UNION ALL SELECT r, h || '-' || (row_number() OVER (PARTITION BY h ORDER BY r) - 1), h FROM ${table}_h WHERE h IN (${twice})`,
  );
  await sql.run(`DROP TABLE ${table}_h`);
}

async function checkIds(sql: Sql, table: string, side: Side, id: string): Promise<void> {
  const [row] = await sql.rows(`SELECT count(*), count(k), count(DISTINCT k) FROM ${table}`);
  const [rows, present, distinct] = row!.map(Number) as [number, number, number];
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
