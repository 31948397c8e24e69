import { isWide, mapListSql } from './cells.ts';
import type { ColumnPlan } from './columns.ts';
import { missingWordSql } from './missing.ts';

/** Digits beyond which a double no longer tells two numbers apart. */
const EXACT_DIGITS = 15;

/** SQL: a value in the form in which it is compared: numbers by value, missing words as nothing. */
export function canonicalSql(column: string, plan: ColumnPlan): string {
  const text = plan.missingWords ? `CASE WHEN ${missingWordSql(column)} THEN NULL ELSE ${column} END` : column;
  if (!plan.numeric) return text;
  const number = `TRY_CAST(${column} AS DOUBLE)`;
  // A text such as 12 or -3.25 is its own canonical form: most cells are spared two casts.
  const digits = `(${column} >= '1' AND ${column} < ':' OR ${column} >= '-1' AND ${column} < '-:')`;
  const short = `(NOT contains(${column}, '.') OR NOT (suffix(${column}, '0') OR suffix(${column}, '.')))`;
  const plain = `${column} = '0' OR ${digits} AND ${short} AND NOT contains(${column}, 'e') AND NOT contains(${column}, 'E')`;
  return (
    `CASE WHEN ${plain} THEN ${column} WHEN length(${column}) <= ${EXACT_DIGITS} AND isfinite(${number}) ` +
    `THEN replace(replace(CAST(${number} + 0.0 AS VARCHAR) || '|', '.0|', '|'), '|', '') ELSE ${text} END`
  );
}

interface PlannedCell {
  readonly sql: string;
  readonly plan: ColumnPlan;
}

/** SQL: 128 bits of SHA-256 in hexadecimal over the canonical values; values never hold the separator (`load`). */
export function hashSql(columns: readonly PlannedCell[]): string {
  if (columns.length === 0) return `left(sha256(''), 32)`;
  if (isWide(columns)) {
    const cells = `list_transform(${canonicalListSql(columns)}, lambda x: coalesce(x, '\x1e'))`;
    return `left(sha256(array_to_string(${cells}, '\x1f')), 32)`;
  }
  const cells = columns.map(({ sql, plan }) => `coalesce(${canonicalSql(sql, plan)}, '\x1e')`);
  return `left(sha256(concat_ws('\x1f', ${cells.join(', ')})), 32)`;
}

/** SQL: whether two rows differ. Only cells of rows whose texts differ are brought into canonical form. */
export function differSql(ours: readonly PlannedCell[], theirs: readonly PlannedCell[]): string {
  if (ours.length === 0) return 'false';
  const texts = ours.map(({ sql }, at) => `${sql} IS DISTINCT FROM ${theirs[at]!.sql}`);
  const raw = (columns: readonly PlannedCell[]) => `[${columns.map(({ sql }) => sql).join(', ')}]`;
  const text = isWide(ours) ? `${raw(ours)} IS DISTINCT FROM ${raw(theirs)}` : texts.join(' OR ');
  return `CASE WHEN ${text} THEN ${canonicalListSql(ours)} IS DISTINCT FROM ${canonicalListSql(theirs)} ELSE false END`;
}

/** SQL: a list of the canonical values, columns that are read alike side by side. */
function canonicalListSql(columns: readonly PlannedCell[]): string {
  const alike = new Map<string, PlannedCell[]>();
  for (const column of columns) {
    const key = `${column.plan.numeric} ${column.plan.missingWords}`;
    alike.set(key, [...(alike.get(key) ?? []), column]);
  }
  const lists = [...alike.values()].map((group) =>
    mapListSql(
      group.map(({ sql }) => sql),
      (value) => canonicalSql(value, group[0]!.plan),
    ),
  );
  return lists.reduce((joined, list) => `list_concat(${joined}, ${list})`);
}
