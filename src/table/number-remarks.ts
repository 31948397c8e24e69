import { longSql } from './cells.ts';
import type { ColumnPlan } from './columns.ts';
import { listSql, widthSql } from './lists.ts';
import type { Side } from './load.ts';
import { missingWordSql } from './missing.ts';
import { listNames } from './schema-remarks.ts';
import type { Sql } from './sql.ts';

/**
 * Tells how many values of numeric columns are no finite numbers (NaN, infinity, words; `NA` and the like are not counted)
 * and how many of list columns are no list of as many numbers.
 */
export async function numberRemarks(sql: Sql, side: Side | null, plans: readonly ColumnPlan[]): Promise<string[]> {
  return side ? [...(await oddNumbers(sql, side, plans)), ...(await oddLists(sql, side, plans))] : [];
}

async function oddNumbers(sql: Sql, side: Side, plans: readonly ColumnPlan[]): Promise<string[]> {
  const numeric = new Set(plans.filter(({ kind }) => kind === 'numeric').map(({ name }) => name));
  const columns = side.names.flatMap((name, at) => (numeric.has(name) ? [at] : []));
  if (columns.length === 0) return [];
  // A value that does not cast is null here; a missing one stays null and is not counted.
  const odd = `NOT coalesce(isfinite(TRY_CAST(v AS DOUBLE)), ${missingWordSql('v')})`;
  const found = await sql.rows(
    `SELECT c, count(*) FROM ${longSql(side.table, columns)} WHERE ${odd} GROUP BY c ORDER BY c`,
  );
  if (found.length === 0) return [];
  const total = found.reduce((sum, [, count]) => sum + Number(count), 0);
  const names = listNames(found.map(([at]) => side.names[Number(at)]!));
  const path = side.parts[0]?.file.repoPath ?? 'the data set';
  return [`${path}: ${total} value(s) of numeric columns are no finite numbers and are read as missing (${names}).`];
}

async function oddLists(sql: Sql, side: Side, plans: readonly ColumnPlan[]): Promise<string[]> {
  const remarks: string[] = [];
  for (const { kind, name, width = 0 } of plans) {
    const at = side.names.indexOf(name);
    if (kind !== 'list' || at < 0) continue;
    const odd = `c${at} IS NOT NULL AND NOT (${listSql(`c${at}`)} AND ${widthSql(`c${at}`)} = ${width})`;
    const [[count = 0] = []] = await sql.rows(`SELECT count(*) FROM ${side.table} WHERE ${odd}`);
    if (Number(count) > 0)
      remarks.push(
        `${side.parts[0]?.file.repoPath ?? 'the data set'}: ${count} value(s) of the column ${listNames([name])} are no list of ${width} numbers and are read as missing.`,
      );
  }
  return remarks;
}
