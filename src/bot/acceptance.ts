import { oneLine } from '../errors.ts';
import { type Place, placeText } from '../report/place.ts';
import { rowHash } from '../report/row-hash.ts';
import { isExpired } from '../review/ignore.ts';
import type { Review, ReviewFinding } from '../review/review.ts';
import { verdictOf } from '../review/verdict.ts';
import type { Accept } from './commands.ts';

/** What a person accepted of one finding of one pull request. */
export interface Acceptance {
  /** Head commit of the pull request whose review was accepted. */
  readonly head: string;
  readonly finding: string;
  /** Hash of check, subject and the content of the rows that the finding names; null where it is not known. */
  readonly digest: string | null;
  readonly check: string;
  readonly subject: string;
  /** SHA-256 of the accepted rows' ids. */
  readonly rows: readonly string[];
  /** The finding as it stands, its figures included; else the rows alone. */
  readonly whole: boolean;
  readonly until: string;
  readonly reason: string;
  readonly by: string;
  /** By the author of the change. */
  readonly own: boolean;
}

/** A review, and how the ids of its rows are hashed: a kept one has hashes for ids. */
export interface Hashed {
  readonly review: Review;
  readonly hash: (id: string) => string;
}

/** Only what was found in the change can be accepted: what could not be looked at never is. */
export const isAcceptable = ({ outcome, introduced, ignored }: ReviewFinding): boolean =>
  (outcome === 'warn' || outcome === 'fail') && introduced && ignored === null;

export interface ApplyOptions {
  /** Head commit of the pull request: of a merge group another than the reviewed one. */
  readonly head: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The review with what people have accepted shown as accepted, and its verdict anew. */
export function applyAcceptances(
  { review, hash }: Hashed,
  acceptances: readonly Acceptance[],
  options: ApplyOptions,
): Review {
  const valid = acceptances.filter((each) => !isExpired(each, options.now));
  const findings = review.findings.map((finding) => {
    const ignored = covering(finding, valid, { ...options, hash, commit: review.head.sha });
    if (ignored === null) return finding;
    const { brokenBy: _, ...rest } = finding;
    return { ...rest, broken: false, ignored };
  });
  if (findings.every((finding, at) => finding === review.findings[at])) return review;
  // A verdict that was worse than the findings tell has a cause that nobody has accepted.
  const isTold = verdictOf(review.findings, review) === review.verdict;
  return { ...review, findings, verdict: isTold ? verdictOf(findings, review) : review.verdict };
}

interface CoveringOptions extends ApplyOptions, Pick<Hashed, 'hash'> {
  /** That was reviewed. */
  readonly commit: string;
}

function covering(
  finding: ReviewFinding,
  acceptances: readonly Acceptance[],
  { head, commit, hash }: CoveringOptions,
): ReviewFinding['ignored'] {
  if (!isAcceptable(finding)) return null;
  // In another commit a row may bear an accepted id and another content: the digest tells. The finding's id is too short
  // for that, since one author makes both contents.
  const about = acceptances.filter(
    (each) =>
      each.check === finding.check &&
      each.subject === subjectOf(finding) &&
      (each.head === commit || (each.digest !== null && each.digest === finding.digest)),
  );
  const rows = finding.rows.map(({ id }) => hash(id));
  const isListed = rows.length > 0 && rows.length === finding.rowsTotal;
  const wholes = about.filter((each) => each.whole && each.head === head);
  const used = [...new Set([...wholes, ...about.filter((each) => each.rows.some((row) => rows.includes(row)))])];
  const accepted = new Set(used.flatMap((each) => each.rows));
  if (used.length === 0 || !rows.every((row) => accepted.has(row))) return null;
  // What is more than its rows, a figure or rows beyond the report, was accepted of this very commit alone.
  const isMore = !isListed || (finding.broken && finding.brokenBy !== 'rows') || (finding.unseen ?? 0) > 0;
  if (isMore && wholes.length === 0) return null;
  const each = (of: (one: Acceptance) => string) => [...new Set(used.map(of))];
  return {
    reason: oneLine(each(({ reason }) => reason).join('; '), 500),
    until: used.map(({ until }) => until).sort()[0]!,
    by: oneLine(each(({ by, own }) => (own ? `${by}, the author of the change` : by)).join('; '), 200),
  };
}

export type Chosen = Pick<Acceptance, 'finding' | 'digest' | 'check' | 'subject' | 'rows' | 'whole'>;

/**
 * What of a review a command accepts, one for each finding; or what stands against it: nothing to accept, or rows that
 * no finding of the check names.
 */
export function chosenBy(
  { check, rows }: Accept,
  { review, hash }: Hashed,
): readonly Chosen[] | { readonly problem: 'nothing' | 'rows'; readonly rows: readonly string[] } {
  const findings = review.findings.filter((finding) => finding.check === check && isAcceptable(finding));
  if (findings.length === 0) return { problem: 'nothing', rows: [] };
  const strange = (rows ?? []).filter((row) => !findings.some((finding) => finding.rows.some(isNamed(row))));
  if (strange.length > 0) return { problem: 'rows', rows: strange };
  return findings.flatMap((finding) => {
    const named = rows === null ? finding.rows : finding.rows.filter((row) => rows.some((name) => isNamed(name)(row)));
    if (rows !== null && named.length === 0) return [];
    const hashes = [...new Set(named.map(({ id }) => hash(id)))];
    const common = { finding: finding.id, digest: finding.digest ?? null, check, subject: subjectOf(finding) };
    return [{ ...common, rows: hashes, whole: rows === null }];
  });
}

/** Whether a text names a kept row: by its place as reports write it, or by `id=` and its id. */
export function isNamed(name: string): (row: Place & { readonly id: string }) => boolean {
  const hashed = name.startsWith('id=') ? rowHash(name.slice(3)) : null;
  return (row) => (hashed === null ? placeText(row) === name : row.id === hashed);
}

function subjectOf({ subject: { data, model, path } }: ReviewFinding): string {
  return JSON.stringify([data, model, path]);
}
