import { createHash } from 'node:crypto';
import type { Review, ReviewFinding, ReviewRow, ReviewVictim } from '../review/review.ts';
import { isBroken } from '../review/verdict.ts';
import { isImagePath } from '../source/images.ts';
import { rowMessage } from './annotations.ts';
import { visible } from './escape.ts';
import { placeText } from './place.ts';
import { ruleOf } from './sarif-rules.ts';
import { sarifText } from './sarif-text.ts';
import { sarifUri } from './sarif-uri.ts';

/** What becomes one result: a row that a finding names, or a finding that names none. */
export interface Draft {
  readonly finding: ReviewFinding;
  readonly row: ReviewRow | null;
  /** True for the first of its finding. */
  readonly leads: boolean;
}

/** A SARIF `location`; `id` is its place among the related ones. */
export interface SarifLocation {
  readonly id?: number;
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: { readonly startLine: number };
  };
  readonly message?: { readonly text: string };
}

export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: { readonly text: string };
  readonly locations: readonly SarifLocation[];
  readonly relatedLocations?: readonly SarifLocation[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly {
    readonly kind: 'external';
    readonly status: 'accepted';
    readonly justification: string;
  }[];
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
}

/** A result, and what had to be left out of it. */
export interface MadeResult {
  readonly result: SarifResult;
  readonly lostVictims: number;
  readonly cutPaths: number;
}

/** GitHub shows 100 locations of a result and refuses 1,000; a review names 20 victims of a row. */
const RELATED_LIMIT = 20;
const LAST_LINE = 2 ** 31 - 1;

/** What of a review is told to code scanning: all that was found or could not be told. */
export function draftsOf(finding: ReviewFinding): Draft[] {
  if (finding.outcome === 'pass' || finding.outcome === 'not-applicable') return [];
  const found = finding.outcome === 'warn' || finding.outcome === 'fail';
  // What could not be told accuses no row.
  const rows = found ? finding.rows : [];
  if (rows.length === 0) return [{ finding, row: null, leads: true }];
  return rows.map((row, index) => ({ finding, row, leads: index === 0 }));
}

/** One result. `occurrence` counts results of one fingerprint, from 1. */
export function sarifResult(review: Review, draft: Draft, occurrence: (print: string) => number): MadeResult {
  const { finding, row } = draft;
  const print = fingerprint(draft);
  const at = sarifUri(row?.path || subjectPath(review, finding));
  const shown = row?.victims.slice(0, RELATED_LIMIT) ?? [];
  const related = shown.map((victim, index) => relatedLocation(victim, index + 1));
  const result: SarifResult = {
    ...ruleOf(finding.check),
    level: levelOf(finding),
    message: { text: sarifText(messageOf(finding, row), 900) || 'No words were given.' },
    // GitHub wants a line of every result: a file as a whole, and a row that has none, stand at the first.
    locations: [place(at.uri, (row && lineOf(row)) ?? 1)],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(({ location }) => location) }),
    // GitHub follows an alert from run to run by the first; the lines of a file move, so none is in it.
    partialFingerprints: { primaryLocationLineHash: `${print}:${occurrence(print)}`, 'taster/v1': print },
    ...(finding.ignored === null
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: justification(finding.ignored) }] }),
    properties: propertiesOf(finding, row),
  };
  return {
    result,
    lostVictims: (row?.victims.length ?? 0) - shown.length,
    cutPaths: [at, ...related].filter(({ cut }) => cut).length,
  };
}

/** A broken gate is an error; what stood in base, is accepted or could not be told is a note. */
function levelOf(finding: ReviewFinding): SarifResult['level'] {
  const { outcome, introduced, ignored } = finding;
  if (isBroken(finding)) return 'error';
  const found = outcome === 'warn' || outcome === 'fail';
  return found && introduced && ignored === null ? 'warning' : 'note';
}

function messageOf(finding: ReviewFinding, row: ReviewRow | null): string {
  const standing = finding.introduced ? '' : 'In base already, not brought by this change. ';
  if (row !== null) return `${standing}${rowMessage(finding, row)}${whichRow(row)}`;
  const told = finding.outcome === 'unknown' ? 'Could not tell: ' : standing;
  return `${told}${finding.summary} ${finding.remedy}`;
}

/** Which row of its file it is, where the location does not say it. */
function whichRow(row: ReviewRow): string {
  if (lineOf(row) !== null) return '';
  const of = row.revision === 'base' ? 'base' : 'the file';
  if (row.line === null && isImagePath(row.path)) return row.revision === 'base' ? ' It is the image of base.' : '';
  return row.line === null ? ` It is row ${row.ordinal + 1} of ${of}.` : ` It is line ${row.line} of ${of}.`;
}

/** Lines of base are not those of the file that GitHub shows. */
function lineOf({ revision, line }: Pick<ReviewRow, 'revision' | 'line'>): number | null {
  return revision === 'head' && line !== null && line >= 1 && line <= LAST_LINE ? line : null;
}

function relatedLocation(
  victim: ReviewVictim,
  id: number,
): { readonly location: SarifLocation; readonly cut: boolean } {
  const { uri, cut } = sarifUri(victim.path);
  const text = sarifText(`${placeText(victim)} of ${victim.revision}, effect ${victim.effect.toFixed(2)}`, 300);
  return { location: { id, ...place(uri, lineOf(victim)), message: { text } }, cut };
}

function place(uri: string, line: number | null): Pick<SarifLocation, 'physicalLocation'> {
  return { physicalLocation: { artifactLocation: { uri }, ...(line === null ? {} : { region: { startLine: line } }) } };
}

/** The file that a finding is about: GitHub shows no result without one. */
function subjectPath(review: Review, { subject }: ReviewFinding): string {
  const data = review.data.find(({ name }) => name === subject.data);
  return subject.path || subject.model || data?.path || '.github/taster.yml';
}

/** The same for the same check, subject and row, whatever else the finding names and wherever the row stands. */
function fingerprint({ finding: { check, subject }, row }: Draft): string {
  const named = row === null ? null : [row.data, row.revision, row.path, row.id];
  return createHash('sha256')
    .update(JSON.stringify([check, subject.data, subject.model, subject.path, named]))
    .digest('hex')
    .slice(0, 32);
}

function justification({ reason, until, by }: NonNullable<ReviewFinding['ignored']>): string {
  return sarifText(`${by === undefined ? '' : `${by}: `}${reason}${until === null ? '' : ` (until ${until})`}`, 300);
}

/** Facts about the finding and the row, none of its values. */
function propertiesOf(finding: ReviewFinding, row: ReviewRow | null): SarifResult['properties'] {
  const { id, check, family, outcome, gated, broken, introduced, rowsTotal } = finding;
  return {
    ...{ finding: visible(id, 64), check: visible(check, 40), family, outcome, gated, broken, introduced, rowsTotal },
    ...(row === null ? {} : { revision: row.revision, score: row.score, q: row.q }),
  };
}
