import type { ColumnKind } from '../evidence/column.ts';
import type { Side } from './load.ts';
import { MISSING_WORDS, missingWordSql } from './missing.ts';
import type { TableOptions } from './pool.ts';
import type { Sql } from './sql.ts';

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
  const where = every > 1 ? ` WHERE hash(rowid) % ${every} = 0` : '';
  const plans: ColumnPlan[] = [];
  for (let start = 0; start < side.names.length; start += BATCH) {
    const names = side.names.slice(start, start + BATCH);
    const cells = names.map((_, at) => factsSql(`c${start + at}`)).join(', ');
    const [row] = await sql.rows(`SELECT count(*), ${cells} FROM ${side.table}${where}`);
    for (const [at, name] of names.entries()) {
      const [present, distinct, numbers, dates, words, length, spaces, low, high] = row!.slice(1 + at * 9, 10 + at * 9);
      const n = (value: unknown) => Number(value ?? 0);
      const facts = {
        total: n(row![0]),
        present: n(present),
        distinct: n(distinct),
        numbers: n(numbers),
        dates: n(dates),
      };
      plans.push(
        planOf(
          name,
          {
            ...facts,
            words: n(words),
            length: n(length),
            spaces: n(spaces),
            low: String(low ?? ''),
            high: String(high ?? ''),
          },
          options,
        ),
      );
    }
  }
  return plans;
}

/** SQL: a finite number, else null. */
export function numberSql(column: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${column} AS DOUBLE)) THEN TRY_CAST(${column} AS DOUBLE) END`;
}

function factsSql(column: string): string {
  const date = `regexp_matches(${column}, '^\\d{1,4}[-/]\\d{1,2}[-/]\\d{1,4}') AND TRY_CAST(${column} AS TIMESTAMP) IS NOT NULL`;
  return [
    `count(${column})`,
    `approx_count_distinct(${column})`,
    `count(${numberSql(column)})`,
    `count(*) FILTER (${date})`,
    `count(*) FILTER (${missingWordSql(column)})`,
    `avg(length(${column}))`,
    `avg(length(${column}) - length(replace(${column}, ' ', '')))`,
    `left(min(${column}), 100)`,
    `left(max(${column}), 100)`,
  ].join(', ');
}

function planOf(name: string, facts: Facts, options: TableOptions): ColumnPlan {
  const known = facts.present - facts.words;
  const numeric = known > 0 && facts.numbers >= ENOUGH * known;
  const date = known > 0 && facts.dates >= ENOUGH * known;
  const plan = (kind: ColumnKind): ColumnPlan => ({
    name,
    kind,
    numeric: numeric && kind !== 'id' && kind !== 'text' && kind !== 'excluded',
    missingWords: MISSING_WORDS.length > 0 && (kind === 'numeric' || kind === 'date'),
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
