import { markdownTable } from 'markdown-table';
import type { Review, ReviewFinding, ReviewRow } from '../review/review.ts';
import { code, prose } from './escape.ts';
import { type Links, placeLink } from './place.ts';
import { formatCount } from './quantity.ts';

const VICTIMS_SHOWN = 3;

export interface RowsOptions {
  readonly links: Links | null;
  /** Rows shown at most; the rest is counted. */
  readonly limit: number;
}

/** The named rows of a finding as a markdown table, each linked to its line; null when it names none. */
export function findingRows(review: Review, finding: ReviewFinding, options: RowsOptions): string | null {
  const named = rowTable(review, finding, finding.rows, options);
  const rest = Math.max(finding.rowsTotal, finding.rows.length) - Math.min(options.limit, finding.rows.length);
  return named !== null && rest > 0 ? `${named}\n\n…and ${formatCount(rest)} more.` : named;
}

/** Some of a finding's rows as a table: row, the rows it touches, how much; and why, where a row touches none. */
export function rowTable(
  review: Review,
  finding: ReviewFinding,
  some: readonly ReviewRow[],
  { links, limit }: RowsOptions,
): string | null {
  const rows = some.slice(0, limit);
  if (rows.length === 0) return null;
  const paired = rows.some((row) => row.victims.length > 0);
  const reasons = rows.some((row) => row.victims.length === 0);
  const lines = rows.map((row) => [
    rowCell(review, row, links),
    ...(paired ? victimCells(review, finding, row, links) : []),
    ...(reasons ? [row.victims.length === 0 ? prose(row.why, 160) || '–' : ''] : []),
  ]);
  const heading = ['row', ...(paired ? [pairWord(finding), effectWord(finding)] : []), ...(reasons ? ['why'] : [])];
  const align = ['l', ...(paired ? ['l', 'r'] : []), ...(reasons ? ['l'] : [])];
  return markdownTable([heading, ...lines], { alignDelimiters: false, align });
}

/** What a row does to the rows listed with it: `exposes` is for measured leakage alone. */
export function pairWord(finding: ReviewFinding): 'exposes' | 'may expose' | 'other row' {
  if (finding.family !== 'leakage') return 'other row';
  return finding.outcome === 'fail' ? 'exposes' : 'may expose';
}

/** The row's own id, where it is a name, not a hash, and not the file that the row is. */
export function namedId(row: { readonly id: string; readonly path?: string }): string | null {
  return row.id === '' || row.id === row.path || /^[0-9a-f]{12,}([#:.-]\d+)?$/i.test(row.id) ? null : row.id;
}

function rowCell(review: Review, row: ReviewRow, links: Links | null): string {
  const id = namedId(row);
  const place = placeLink(review, row, links);
  return (id === null ? place : `${place} (id ${code(id, 40)})`) + (row.revision === 'base' ? ' in base' : '');
}

function victimCells(review: Review, finding: ReviewFinding, row: ReviewRow, links: Links | null): string[] {
  const victims = row.victims.slice(0, VICTIMS_SHOWN);
  const more = row.victims.length - victims.length;
  const places = victims.map(
    (victim) => placeLink(review, victim, links) + (victim.revision === 'base' ? ' in base' : ''),
  );
  const effects = victims.map(({ effect }) => effectText(finding, effect));
  return [[...places, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>') || '–', effects.join('<br>') || '–'];
}

/** What the number beside a row and one that it touches says. */
export function effectWord({ family }: ReviewFinding): string {
  return family === 'leakage' ? 'exposure added (d′)' : 'likeness';
}

/** That number: a difference, with its sign, for leakage alone. */
export function effectText({ family }: ReviewFinding, effect: number): string {
  if (family !== 'leakage') return effect.toFixed(2);
  return `${effect > 0 ? '+' : effect < 0 ? '−' : ''}${Math.abs(effect).toFixed(2)}`;
}
