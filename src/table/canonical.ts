import type { ColumnPlan } from './columns.ts';
import { missingWordSql } from './missing.ts';

/** Digits beyond which a double no longer tells two numbers apart. */
const EXACT_DIGITS = 15;

/** SQL: a value in the form in which it is compared: numbers by value, missing words as nothing. */
export function canonicalSql(column: string, plan: ColumnPlan): string {
  const text = plan.missingWords ? `CASE WHEN ${missingWordSql(column)} THEN NULL ELSE ${column} END` : column;
  if (!plan.numeric) return text;
  return `CASE WHEN length(${column}) <= ${EXACT_DIGITS} AND isfinite(TRY_CAST(${column} AS DOUBLE)) THEN CAST(TRY_CAST(${column} AS DOUBLE) + 0.0 AS VARCHAR) ELSE ${text} END`;
}

/** SQL: 128 bits of SHA-256 in hexadecimal over the canonical values; values never hold the separator (`load`). */
export function hashSql(columns: readonly { readonly sql: string; readonly plan: ColumnPlan }[]): string {
  if (columns.length === 0) return `left(sha256(''), 32)`;
  const cells = columns.map(({ sql, plan }) => `coalesce(${canonicalSql(sql, plan)}, '\x1e')`);
  return `left(sha256(concat_ws('\x1f', ${cells.join(', ')})), 32)`;
}
