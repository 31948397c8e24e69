import { oneLine, UserError } from '../errors.ts';
import type { Review, ReviewFinding } from '../review/review.ts';
import { visible } from './escape.ts';
import { type Place, placeText } from './place.ts';

/** A row that a finding names, as `taster rows` looks it up: a culprit or one of its victims. */
export interface RowListing extends Place {
  readonly finding: string;
  readonly check: string;
  readonly role: 'row' | 'victim';
  readonly data: string;
  readonly sha: string;
  readonly id: string;
  /** One raw sentence: why it is named. */
  readonly why: string;
}

/** Column names and values of a row, in the order of the file. */
export type RowValues = readonly (readonly [string, string | null])[];

const CELL_LIMIT = 500;

/**
 * The named rows of all findings, or of those whose id (or the beginning of it) or check is `selector`, each followed
 * by its victims. Throws UserError `unknown-finding` when the selector names none.
 */
export function listRows(review: Review, selector: string | null): RowListing[] {
  const findings = review.findings.filter((finding) => selector === null || isNamed(finding, selector));
  if (selector !== null && findings.length === 0) {
    const known = [...new Set(review.findings.filter(({ rows }) => rows.length > 0).map(({ check }) => check))];
    throw new UserError('unknown-finding', `No finding or check is called "${oneLine(visible(selector, 60))}".`, {
      hint: known.length > 0 ? `With rows: ${oneLine(known.join(', '))}.` : 'No finding of this review names a row.',
    });
  }
  return findings.flatMap((finding) => finding.rows.flatMap((row) => listingsOf(review, finding, row)));
}

/** Key under which the caller hands in the values of a row: one row may be named many times. */
export function rowKey({ revision, path, ordinal }: Place): string {
  return JSON.stringify([revision, path, ordinal]);
}

/** The listings as text for a terminal, with the values that the caller could read. */
export function renderRows(listings: readonly RowListing[], values: ReadonlyMap<string, RowValues>): string {
  if (listings.length === 0) return 'No rows are named.\n';
  let check = '';
  const lines = listings.flatMap((listing) => {
    const heading = listing.check === check ? [] : [`${check === '' ? '' : '\n'}${clean(listing.check)}`];
    check = listing.check;
    return [...heading, ...listingLines(listing, values.get(rowKey(listing)) ?? null)];
  });
  return `${lines.join('\n')}\n`;
}

function listingLines(listing: RowListing, values: RowValues | null): string[] {
  const indent = listing.role === 'victim' ? '      ' : '  ';
  const at = `${clean(placeText(listing))} (${listing.revision} ${clean(listing.sha.slice(0, 7))}, id ${clean(listing.id)})`;
  const first = listing.role === 'victim' ? `${indent}-> ${at}` : `${indent}${at}`;
  const inner = `${indent}   `;
  return [
    first,
    ...(listing.why === '' ? [] : [`${inner}${clean(listing.why)}`]),
    ...(values ?? []).map(([name, value]) => `${inner}${clean(name)} = ${value === null ? '(missing)' : clean(value)}`),
  ];
}

function listingsOf(review: Review, finding: ReviewFinding, row: ReviewFinding['rows'][number]): RowListing[] {
  const common = { finding: finding.id, check: finding.check };
  const { why, victims, score: _score, q: _q, ...place } = row;
  return [
    { ...common, ...place, role: 'row', sha: review[row.revision].sha, why },
    ...victims.map(({ effect, ...victim }) => ({
      ...common,
      ...victim,
      role: 'victim' as const,
      sha: review[victim.revision].sha,
      why: `effect ${effect.toFixed(2)}`,
    })),
  ];
}

function isNamed(finding: ReviewFinding, selector: string): boolean {
  return finding.check === selector || (selector.length >= 4 && finding.id.startsWith(selector));
}

function clean(text: string): string {
  return oneLine(visible(text, CELL_LIMIT), CELL_LIMIT);
}
