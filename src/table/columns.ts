import type { ColumnKind } from '../evidence/column.ts';
import type { Side } from './load.ts';
import { missingWordSql } from './missing.ts';
import type { TableOptions } from './pool.ts';
import type { Sql, SqlValue } from './sql.ts';

/** How a column is read, decided once. `numeric`: its values are compared as numbers ("1.0" equals "1"). */
export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly numeric: boolean;
  /** Words that stand for "no value" are read as missing. */
  readonly missingWords: boolean;
}

const SAMPLED_ABOVE = 200_000;
const BATCH = 100;
/** Share of the values that must be numbers (or dates), so that one typing error does not make a column text. */
const ENOUGH = 0.95;
const TRUTHS = new Set(['true', 'false', 'yes', 'no', 'y', 'n', 't', 'f', '0', '1', '0.0', '1.0', 'on', 'off']);

interface Facts {
  readonly present: number;
  readonly total: number;
  readonly distinct: number;
  readonly numbers: number;
  readonly dates: number;
  readonly words: number;
  readonly length: number;
  readonly spaces: number;
  readonly low: string;
  readonly high: string;
}

/** Decides the kinds of all columns of a side; above 200,000 rows from a sample by position. */
export async function planColumns(sql: Sql, side: Side, options: TableOptions): Promise<ColumnPlan[]> {
  const every = Math.max(1, Math.floor(side.rows / SAMPLED_ABOVE));
  const source = `${side.table}${every > 1 ? ` WHERE hash(rowid) % ${every} = 0` : ''}`;
  const all = side.names.map((_, at) => `c${at}`);
  const first = await readFacts(sql, source, all, firstSql);
  const open = all.filter((_, at) => Number(first[at]!.numbers) < Number(first[at]!.present));
  const second = await readFacts(sql, source, open, secondSql);
  const [total] = (await sql.rows(`SELECT count(*) FROM ${source}`))[0]!;
  return side.names.map((name, at) => {
    const found = { ...first[at], ...second[open.indexOf(`c${at}`)] };
    const n = (key: string) => Number(found[key] ?? 0);
    const facts = { total: Number(total), present: n('present'), distinct: n('distinct'), numbers: n('numbers') };
    const text = { dates: n('dates'), words: n('words'), length: n('length'), spaces: n('spaces') };
    return planOf(name, { ...facts, ...text, low: String(found.low ?? ''), high: String(found.high ?? '') }, options);
  });
}

type Cells = Readonly<Record<string, SqlValue>>;

/** One record per column, in batches that the database can plan. */
async function readFacts(
  sql: Sql,
  source: string,
  columns: readonly string[],
  cells: (column: string) => Readonly<Record<string, string>>,
): Promise<Cells[]> {
  const found: Cells[] = [];
  for (let start = 0; start < columns.length; start += BATCH) {
    const records = columns.slice(start, start + BATCH).map(cells);
    const [row] = await sql.rows(
      `SELECT ${records.flatMap((record) => Object.values(record)).join(', ')} FROM ${source}`,
    );
    let at = 0;
    for (const record of records) found.push(Object.fromEntries(Object.keys(record).map((key) => [key, row![at++]!])));
  }
  return found;
}

/** SQL: a finite number, else null. */
export function numberSql(column: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${column} AS DOUBLE)) THEN TRY_CAST(${column} AS DOUBLE) END`;
}

function firstSql(column: string): Record<string, string> {
  return {
    present: `count(${column})`,
    distinct: `approx_count_distinct(${column})`,
    numbers: `count(*) FILTER (isfinite(TRY_CAST(${column} AS DOUBLE)))`,
    low: `left(min(${column}), 100)`,
    high: `left(max(${column}), 100)`,
  };
}

/** What matters for columns that are not all numbers. */
function secondSql(column: string): Record<string, string> {
  const date = `regexp_matches(${column}, '^\\d{1,4}[-/]\\d{1,2}[-/]\\d{1,4}') AND TRY_CAST(${column} AS TIMESTAMP) IS NOT NULL`;
  return {
    dates: `count(*) FILTER (${date})`,
    words: `count(*) FILTER (${missingWordSql(column)})`,
    length: `avg(length(${column}))`,
    spaces: `avg(length(${column}) - length(replace(${column}, ' ', '')))`,
  };
}

function planOf(name: string, facts: Facts, options: TableOptions): ColumnPlan {
  const known = facts.present - facts.words;
  const numeric = known > 0 && facts.numbers >= ENOUGH * known;
  const date = known > 0 && facts.dates >= ENOUGH * known;
  const plan = (kind: ColumnKind): ColumnPlan => ({
    name,
    kind,
    numeric: numeric && kind !== 'id' && kind !== 'text' && kind !== 'excluded',
    missingWords: kind === 'numeric' || kind === 'date',
  });
  if (name === options.label) return plan('label');
  if (name === options.id) return plan('id');
  if (name === options.group) return plan('group');
  if (options.exclude.includes(name)) return plan('excluded');
  if (options.text.includes(name)) return plan('text');
  const single = facts.low === facts.high;
  if (facts.present === 0 || (single && facts.present === facts.total)) return plan('constant');
  if (
    facts.distinct <= 4 &&
    [facts.low, facts.high].every((value) => TRUTHS.has(value.toLowerCase())) &&
    !single &&
    facts.distinct <= 2
  )
    return plan('boolean');
  if (numeric) return plan('numeric');
  if (date) return plan('date');
  const prose = facts.length > 25 && facts.spaces >= 3 && facts.distinct > 0.3 * facts.present;
  return plan(prose ? 'text' : 'category');
}
