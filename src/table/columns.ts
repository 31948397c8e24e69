import type { ColumnKind } from '../evidence/column.ts';
import { longSql } from './cells.ts';
import { contentColumn } from './image-column.ts';
import { listSql, widthSql } from './lists.ts';
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
  /** Numbers in a list, for a column of lists. */
  readonly width?: number;
}

const SAMPLED_ABOVE = 200_000;
/** Share of the values that must be numbers (or dates), so that one typing error does not make a column text. */
const ENOUGH = 0.95;
const TRUTHS = new Set(['true', 'false', 'yes', 'no', 'y', 'n', 't', 'f', '0', '1', '0.0', '1.0', 'on', 'off']);

/** Kinds whose values are texts, even where all of them look like numbers. */
const TEXTS: readonly ColumnKind[] = ['id', 'text', 'image', 'excluded'];

interface Facts {
  readonly present: number;
  readonly total: number;
  readonly distinct: number;
  readonly numbers: number;
  readonly dates: number;
  readonly words: number;
  readonly length: number;
  readonly spaces: number;
  readonly lists: number;
  /** Fewest and most numbers in a list, the outer 5% left out. */
  readonly shortest: number;
  readonly longest: number;
  readonly low: string;
  readonly high: string;
}

/** Decides the kinds of all columns of a side; above 200,000 rows from a sample by position. */
export async function planColumns(sql: Sql, side: Side, options: TableOptions): Promise<ColumnPlan[]> {
  const every = Math.max(1, Math.floor(side.rows / SAMPLED_ABOVE));
  const source = `${side.table}${every > 1 ? ` WHERE hash(rowid) % ${every} = 0` : ''}`;
  const all = side.names.map((_, at) => at);
  const first = await readFacts(sql, source, all, FIRST);
  const open = all.filter((at) => Number(first.get(at)?.numbers ?? 0) < Number(first.get(at)?.present ?? 0));
  const second = await readFacts(sql, source, open, SECOND);
  const isListed = (at: number) =>
    Number(second.get(at)?.brackets ?? 0) >= ENOUGH * Number(first.get(at)?.present ?? 0);
  const third = await readFacts(sql, source, open.filter(isListed), THIRD);
  const [total] = (await sql.rows(`SELECT count(*) FROM ${source}`))[0]!;
  return side.names.map((name, at) => {
    const found: Cells = { ...first.get(at), ...second.get(at), ...third.get(at) };
    const n = (key: string) => Number(found[key] ?? 0);
    const facts = { total: Number(total), present: n('present'), distinct: n('distinct'), numbers: n('numbers') };
    const text = { dates: n('dates'), words: n('words'), length: n('length'), spaces: n('spaces') };
    const lists = { lists: n('lists'), shortest: n('shortest'), longest: n('longest') };
    return planOf(
      name,
      { ...facts, ...text, ...lists, low: String(found.low ?? ''), high: String(found.high ?? '') },
      options,
    );
  });
}

type Cells = Readonly<Record<string, SqlValue>>;

/** One record per column index; none for a side without rows. */
async function readFacts(
  sql: Sql,
  source: string,
  columns: readonly number[],
  facts: Readonly<Record<string, string>>,
): Promise<Map<number, Cells>> {
  if (columns.length === 0) return new Map();
  const names = Object.keys(facts);
  const rows = await sql.rows(
    `SELECT c, ${Object.values(facts).join(', ')} FROM ${longSql(source, columns)} GROUP BY c`,
  );
  return new Map(
    rows.map(([at, ...cells]) => [Number(at), Object.fromEntries(names.map((name, i) => [name, cells[i]!]))]),
  );
}

/** SQL: a finite number, else null. */
export function numberSql(column: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${column} AS DOUBLE)) THEN TRY_CAST(${column} AS DOUBLE) END`;
}

const FIRST = {
  present: 'count(v)',
  distinct: 'approx_count_distinct(v)',
  numbers: 'count(*) FILTER (isfinite(TRY_CAST(v AS DOUBLE)))',
  low: 'left(min(v), 100)',
  high: 'left(max(v), 100)',
};

/** What matters for columns that are not all numbers. */
const SECOND = {
  dates: `count(*) FILTER (regexp_matches(v, '^\\d{1,4}[-/]\\d{1,2}[-/]\\d{1,4}') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL)`,
  words: `count(*) FILTER (${missingWordSql('v')})`,
  length: 'avg(length(v))',
  spaces: `avg(length(v) - length(replace(v, ' ', '')))`,
  brackets: `count(*) FILTER (prefix(v, '['))`,
};

/** What matters for columns that may be lists. */
const THIRD = {
  lists: `count(*) FILTER (${listSql('v')})`,
  shortest: `quantile_disc(${widthSql('v')}, 0.025) FILTER (${listSql('v')})`,
  longest: `quantile_disc(${widthSql('v')}, 0.975) FILTER (${listSql('v')})`,
};

function planOf(name: string, facts: Facts, options: TableOptions): ColumnPlan {
  const known = facts.present - facts.words;
  const numeric = known > 0 && facts.numbers >= ENOUGH * known;
  const date = known > 0 && facts.dates >= ENOUGH * known;
  const plan = (kind: ColumnKind): ColumnPlan => ({
    name,
    kind,
    numeric: numeric && !TEXTS.includes(kind),
    missingWords: kind === 'numeric' || kind === 'date',
  });
  if (name === options.label) return plan('label');
  if (name === options.id) return plan('id');
  if (name === options.group) return plan('group');
  const { image = null } = options;
  if (image !== null && name === contentColumn(image)) return plan('image');
  if (options.exclude.includes(name) || name === image) return plan('excluded');
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
  if (facts.lists > 0 && facts.lists >= ENOUGH * facts.present && facts.shortest === facts.longest)
    return { ...plan('list'), width: facts.shortest };
  const prose = facts.length > 25 && facts.spaces >= 3 && facts.distinct > 0.3 * facts.present;
  return plan(prose ? 'text' : 'category');
}
