import type { ColumnSummary } from '../evidence/column.ts';
import { type ColumnPlan, numberSql } from './columns.ts';
import type { Side } from './load.ts';
import { missingWordSql } from './missing.ts';
import type { Sql } from './sql.ts';

const BATCH = 100;
const EXACT_BELOW = 200_000;
const QUANTILES = '[0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]';

/** Counts and quantiles of every column of a side. Above 200,000 rows distinct values and quantiles are estimates. */
export async function summarise(
  sql: Sql,
  side: Side,
  plans: ReadonlyMap<string, ColumnPlan>,
  labelAccuracy: ReadonlyMap<string, number>,
): Promise<ColumnSummary[]> {
  const exact = side.rows <= EXACT_BELOW;
  const summaries: ColumnSummary[] = [];
  for (let start = 0; start < side.names.length; start += BATCH) {
    const names = side.names.slice(start, start + BATCH);
    const cells = names.map((name, at) => {
      const column = `c${start + at}`;
      const plan = plans.get(name)!;
      const missing = plan.missingWords
        ? `count(*) FILTER (${column} IS NULL OR ${missingWordSql(column)})`
        : `count(*) - count(${column})`;
      const distinct = exact ? `count(DISTINCT ${column})` : `approx_count_distinct(${column})`;
      const value =
        plan.kind === 'numeric'
          ? numberSql(column)
          : plan.kind === 'date'
            ? `epoch(TRY_CAST(${column} AS TIMESTAMP))`
            : null;
      const quantiles = exact ? `quantile_cont(${value}, ${QUANTILES})` : `approx_quantile(${value}, ${QUANTILES})`;
      return `${missing}, ${distinct}, ${value ? `array_to_string(CAST(${quantiles} AS VARCHAR[]), ' ')` : 'NULL'}`;
    });
    const [row] = await sql.rows(`SELECT ${cells.join(', ')} FROM ${side.table}`);
    for (const [at, name] of names.entries()) {
      const [missing, distinct, quantiles] = row!.slice(at * 3, at * 3 + 3);
      summaries.push({
        name,
        kind: plans.get(name)!.kind,
        rows: side.rows,
        missing: Number(missing),
        distinct: Number(distinct),
        quantiles: quantiles ? String(quantiles).split(' ').map(Number) : null,
        labelAccuracy: labelAccuracy.get(name) ?? null,
      });
    }
  }
  return summaries;
}
