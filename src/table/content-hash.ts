import { createHash } from 'node:crypto';
import type { ColumnPlan } from './columns.ts';
import { isNumber } from './missing.ts';

const EXACT_DIGITS = 15;

/**
 * 128 bits of SHA-256 in hexadecimal per row over the given columns, numbers by value; the same for equal content in
 * any revision and any run. `values` holds one array of rows per column.
 */
export function contentHashes(
  plans: readonly ColumnPlan[],
  values: readonly (readonly (string | null)[])[],
  rows: number,
  wanted: (plan: ColumnPlan) => boolean,
): string[] {
  const used = plans.flatMap((plan, at) => (wanted(plan) ? [{ numeric: plan.numeric, column: values[at]! }] : []));
  return Array.from({ length: rows }, (_, row) => {
    const cells = used.map(({ numeric, column }) => canonical(column[row] ?? null, numeric));
    return createHash('sha256').update(cells.join('\x1f')).digest('hex').slice(0, 32);
  });
}

function canonical(value: string | null, numeric: boolean): string {
  if (value === null) return '\x1e';
  if (value.length === 1) return value;
  return numeric && value.length <= EXACT_DIGITS && isNumber(value) ? String(Number(value) + 0) : value;
}
