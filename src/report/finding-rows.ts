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
  const rows = finding.rows.slice(0, options.limit);
  if (rows.length === 0) return null;
  const paired = finding.rows.some((row) => row.victims.length > 0);
  const effect = finding.family === 'leakage' ? 'exposure added (d′)' : 'strength';
  const heading = paired ? ['row', 'exposes', effect] : ['row', 'why'];
  if (paired && finding.family !== 'leakage') heading[1] = 'other row';
  const lines = rows.map((row) => (paired ? pairLine(review, row, options) : plainLine(review, row, options)));
  const table = markdownTable([heading, ...lines], { alignDelimiters: false, align: ['l', 'l', paired ? 'r' : 'l'] });
  const rest = Math.max(finding.rowsTotal, finding.rows.length) - rows.length;
  return rest > 0 ? `${table}\n\n…and ${formatCount(rest)} more.` : table;
}

/** The row's own id, where it is a name and not a hash. */
export function namedId(row: { readonly id: string }): string | null {
  return row.id === '' || /^[0-9a-f]{12,}([#:.-]\d+)?$/i.test(row.id) ? null : row.id;
}

function rowCell(review: Review, row: ReviewRow, links: Links | null): string {
  const id = namedId(row);
  const place = placeLink(review, row, links);
  return (id === null ? place : `${place} (id ${code(id, 40)})`) + (row.revision === 'base' ? ' in base' : '');
}

function pairLine(review: Review, row: ReviewRow, { links }: RowsOptions): string[] {
  const victims = row.victims.slice(0, VICTIMS_SHOWN);
  const more = row.victims.length - victims.length;
  const places = victims.map(
    (victim) => placeLink(review, victim, links) + (victim.revision === 'base' ? ' in base' : ''),
  );
  const effects = victims.map((victim) => signedEffect(victim.effect));
  return [
    rowCell(review, row, links),
    [...places, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>') || '–',
    effects.join('<br>') || '–',
  ];
}

function plainLine(review: Review, row: ReviewRow, { links }: RowsOptions): string[] {
  return [rowCell(review, row, links), prose(row.why, 160)];
}

function signedEffect(effect: number): string {
  return `${effect > 0 ? '+' : effect < 0 ? '−' : ''}${Math.abs(effect).toFixed(2)}`;
}
