import type { ColumnSummary } from '../evidence/column.ts';
import { longSql } from './cells.ts';
import { type ColumnPlan, numberSql } from './columns.ts';
import type { Side } from './load.ts';
import { missingWordSql } from './missing.ts';
import type { Sql, SqlValue } from './sql.ts';

const EXACT_BELOW = 200_000;
const QUANTILES = '[0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]';
const NUMBERS = new Map([
  ['numeric', numberSql('v')],
  ['date', 'epoch(TRY_CAST(v AS TIMESTAMP))'],
]);

/** Counts and quantiles of every column of a side. Above 200,000 rows distinct values and quantiles are estimates. */
export async function summarise(
  sql: Sql,
  side: Side,
  plans: ReadonlyMap<string, ColumnPlan>,
  labelAccuracy: ReadonlyMap<string, number>,
): Promise<ColumnSummary[]> {
  const kinds = side.names.map((name) => plans.get(name)!.kind);
  const found = new Map<number, SqlValue[]>();
  for (const asked of ['numeric', 'date', null]) {
    const columns = kinds.flatMap((kind, at) => ((NUMBERS.has(kind) ? kind : null) === asked ? [at] : []));
    if (columns.length === 0) continue;
    const cells = cellsSql(asked === null ? null : NUMBERS.get(asked)!, side.rows <= EXACT_BELOW);
    for (const [at, ...cell] of await sql.rows(`SELECT c, ${cells} FROM ${longSql(side.table, columns)} GROUP BY c`))
      found.set(Number(at), cell);
  }
  return side.names.map((name, at) => {
    const [missing, distinct, quantiles] = found.get(at) ?? [0, 0, null];
    return {
      name,
      kind: kinds[at]!,
      rows: side.rows,
      missing: Number(missing),
      distinct: Number(distinct),
      quantiles: quantiles ? String(quantiles).split(' ').map(Number) : null,
      labelAccuracy: labelAccuracy.get(name) ?? null,
    };
  });
}

/** Missing words stand for nothing in columns of numbers and dates only. */
function cellsSql(value: string | null, exact: boolean): string {
  const distinct = exact ? 'count(DISTINCT v)' : 'approx_count_distinct(v)';
  if (value === null) return `count(*) - count(v), ${distinct}, NULL`;
  const quantiles = exact ? `quantile_cont(${value}, ${QUANTILES})` : `approx_quantile(${value}, ${QUANTILES})`;
  const missing = `count(*) FILTER (v IS NULL OR ${missingWordSql('v')})`;
  return `${missing}, ${distinct}, array_to_string(CAST(${quantiles} AS VARCHAR[]), ' ')`;
}
