/**
 * Beyond so many columns one expression per column costs the database seconds of planning; one expression over a list
 * of all cells does not. Below it the list itself, a copy of every row, costs more.
 */
const WIDE = 50;

/** SQL: the rows of `source` with `cell` applied to each of these expressions, as columns in their order. */
export function mapCellsSql(source: string, cells: readonly string[], cell: (value: string) => string): string {
  if (cells.length <= WIDE) return `SELECT ${cells.map(cell).join(', ')} FROM ${source}`;
  const columns = cells.map((_, at) => `l[${at + 1}]`).join(', ');
  return `SELECT ${columns} FROM (SELECT ${mapListSql(cells, cell)} AS l FROM ${source})`;
}

/** SQL: one list of these expressions with `cell` applied to each. */
export function mapListSql(cells: readonly string[], cell: (value: string) => string): string {
  return `list_transform([${cells.join(', ')}], lambda x: ${cell('x')})`;
}

export function isWide(cells: readonly unknown[]): boolean {
  return cells.length > WIDE;
}

/** SQL source in long form: one row (`r`, its rowid; `c`, the column's index; `v`, its text) per row of `source` and column. */
export function longSql(source: string, columns: readonly number[]): string {
  const values = columns.map((at) => `c${at}`).join(', ');
  return `(SELECT rowid AS r, unnest([${columns.join(', ')}]) AS c, unnest([${values}]) AS v FROM ${source})`;
}
