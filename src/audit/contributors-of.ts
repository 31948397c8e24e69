import { oneLine } from '../errors.ts';
import type { AttackRun } from './attack.ts';

/** Who brought which row. */
export interface Contributor {
  /** As the data say it, cut. */
  readonly name: string;
  /** Labelled training rows. */
  readonly rows: readonly number[];
}

const LONGEST = 60;

/** The contributors that a column names, those with the most rows first; a sentence where they cannot be told. */
export function contributorsOf(at: Pick<AttackRun, 'pool' | 'options'>): readonly Contributor[] | string {
  const { pool, options } = at;
  const named = oneLine(options.by ?? '', LONGEST);
  const column = pool.columns.find(({ name }) => name === options.by);
  if (!column) return `There is no column "${named}" that could name contributors.`;
  if (column.kind === 'label') return `The column "${named}" is the label: its values are not contributors.`;
  const found = new Map<string, number[]>();
  pool.rows.forEach(({ split, label }, row) => {
    const value = column.values[row];
    if (split !== 'train' || label === null || value === null || value === undefined) return;
    const own = found.get(value);
    if (own) own.push(row);
    else found.set(value, [row]);
  });
  if (found.size === 0) return `The column "${named}" names nobody: it is empty.`;
  if (found.size === 1) return `All rows that name a contributor are of one: there is nobody to be exposed by others.`;
  return [...found]
    .map(([value, rows]): Contributor => ({ name: oneLine(value, LONGEST), rows }))
    .sort((x, y) => y.rows.length - x.rows.length || x.rows[0]! - y.rows[0]!);
}
