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

/**
 * Counts and quantiles of every column of a side. Above 200,000 rows distinct values are an estimate and quantiles are
 * those of a fixed sample by position, the same in every run (the database's own sketches differ with its threads).
 */
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
    const every = Math.max(1, Math.floor(side.rows / EXACT_BELOW));
    const sample = every > 1 ? `${side.table} WHERE hash(rowid) % ${every} = 0` : side.table;
    const ask = (cells: string, source: string) =>
      sql.rows(`SELECT c, ${cells} FROM ${longSql(source, columns)} GROUP BY c`);
    for (const [at, ...counts] of await ask(countsSql(asked !== null, side.rows <= EXACT_BELOW), side.table))
      found.set(Number(at), counts);
    if (asked === null) continue;
    for (const [at, quantiles] of await ask(quantilesSql(NUMBERS.get(asked)!), sample))
      found.set(Number(at), [...found.get(Number(at))!, quantiles!]);
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
function countsSql(words: boolean, exact: boolean): string {
  const missing = words ? `count(*) FILTER (v IS NULL OR ${missingWordSql('v')})` : 'count(*) - count(v)';
  return `${missing}, ${exact ? 'count(DISTINCT v)' : 'approx_count_distinct(v)'}`;
}

function quantilesSql(value: string): string {
  return `array_to_string(CAST(quantile_cont(${value}, ${QUANTILES}) AS VARCHAR[]), ' ')`;
}
