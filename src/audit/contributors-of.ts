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

/** For `--by`: who committed each line, where no column has this name. */
export const AUTHOR = 'author';

/** The contributors that a column or the history names, those with the most rows first; a sentence where none can be told. */
export function contributorsOf(at: Pick<AttackRun, 'pool' | 'options' | 'authors'>): readonly Contributor[] | string {
  const { pool, options } = at;
  const by = oneLine(options.by ?? '', LONGEST);
  const column = pool.columns.find(({ name }) => name === options.by);
  const committed = !column && options.by === AUTHOR ? (at.authors ?? null) : null;
  if (typeof committed === 'string') return committed;
  if (!column && !committed) return `There is no column "${by}" that could name contributors.`;
  if (column?.kind === 'label') return `The column "${by}" is the label: its values are not contributors.`;
  const names = column?.values ?? committed!;
  const found = new Map<string, number[]>();
  pool.rows.forEach(({ split, label }, row) => {
    const value = names[row];
    if (split !== 'train' || label === null || value === null || value === undefined) return;
    const own = found.get(value);
    if (own) own.push(row);
    else found.set(value, [row]);
  });
  if (found.size === 0) return `Nobody is named by "${by}".`;
  if (found.size === 1) return 'All rows that name a contributor are of one: there is nobody to be exposed by others.';
  return [...found]
    .map(([value, rows]): Contributor => ({ name: oneLine(value, LONGEST), rows }))
    .sort((x, y) => y.rows.length - x.rows.length || x.rows[0]! - y.rows[0]!);
}
