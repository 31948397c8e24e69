import { createHash } from 'node:crypto';
import type { Review, ReviewFinding, ReviewRow } from '../review/review.ts';
import { reviewLimits } from '../review/review.ts';
import { HASH_DIGITS, type NamedGroup, type Remembered } from './memory.ts';
import { plural } from './quantity.ts';
import { rowHash } from './row-hash.ts';
import { triage } from './triage.ts';

/** How many there are of each kind: rows, and findings that name no row. */
export interface Tally {
  readonly rows: number;
  readonly findings: number;
}

/** What became of what the last review named, and what this one names for the first time. */
export interface SinceLast {
  /** The commit that was reviewed before. */
  readonly sha: string;
  /** Looked at again, and no longer found. */
  readonly fixed: Tally;
  readonly fresh: Tally;
  readonly still: Tally;
  /** No longer named, but nobody could look: never counted as fixed. */
  readonly untold: Tally;
  /** True where more was named, then or now, than could be compared. */
  readonly cut: boolean;
}

type Fate = 'fixed' | 'still' | 'untold';
type View = ReturnType<typeof viewOf>;

/** What a review names, for the next review of the same pull request. */
export function remember(review: Review): Remembered {
  const { blocking, told } = triage(review);
  const groups = [...Map.groupBy([...blocking, ...told], checkKey)].map(([check, findings]) => ({
    subject: subjectKey(findings[0]!.subject),
    check,
    rows: [...new Set(findings.flatMap(({ rows }) => rows.map(rowKey)))],
    cut: findings.some(isCut),
  }));
  return { sha: review.head.sha, groups, cut: isFull(review) };
}

/** Compares a review with what the last one of another commit named; null where neither names anything. */
export function sinceLast(last: Remembered, review: Review): SinceLast | null {
  const view = viewOf(review);
  const now = remember(review);
  const rows = new Map<string, Fate>();
  for (const group of last.groups)
    for (const row of group.rows) {
      const fate = fateOfRow(row, group, view);
      // Named by several checks: mended only where all of them say so.
      rows.set(row, fate === 'fixed' ? (rows.get(row) ?? fate) : fate);
    }
  const whole = last.groups.filter(isWhole).map((group) => fateOfGroup(group, view));
  const count = (fate: Fate): Tally => ({
    rows: [...rows.values()].filter((each) => each === fate).length,
    findings: whole.filter((each) => each === fate).length,
  });
  const known = new Map(last.groups.map((group) => [group.check, group]));
  // What the last review cut may have been there: it is not called new.
  const comparable = now.groups.filter(
    ({ check }) => known.get(check)?.cut !== true && (known.has(check) || !last.cut),
  );
  const fresh = {
    rows: new Set(comparable.flatMap((group) => group.rows).filter((row) => !rows.has(row))).size,
    findings: comparable.filter((group) => isWhole(group) && !known.has(group.check)).length,
  };
  if (last.groups.length === 0 && now.groups.length === 0) return null;
  const cut = [last, now].some((each) => each.cut || each.groups.some((group) => group.cut));
  return { sha: last.sha, fixed: count('fixed'), still: count('still'), untold: count('untold'), fresh, cut };
}

/** The comparison in words without markup: `2 rows fixed, 1 row new, 3 rows still there.` */
export function sinceSentence({ fixed, fresh, still, untold, cut }: SinceLast): string {
  const parts = [
    ...(isNone(fixed) ? [] : [`${amount(fixed)} fixed`]),
    ...(isNone(fresh) ? [] : [`${amount(fresh)} new`]),
    ...(isNone(still) ? [] : [`${amount(still)} still there`]),
    ...(isNone(untold) ? [] : [`${amount(untold)} that could not be looked at again`]),
  ];
  const least = cut ? ' More was named than is compared here: these numbers are the least.' : '';
  return `${parts.length === 0 ? 'nothing that could be compared' : parts.join(', ')}.${least}`;
}

const isNone = ({ rows, findings }: Tally) => rows + findings === 0;

function amount({ rows, findings }: Tally): string {
  const parts = [...(rows > 0 ? [plural(rows, 'row')] : []), ...(findings > 0 ? [plural(findings, 'finding')] : [])];
  return parts.join(' and ');
}

/** What a review says now, by the keys that a memory has. */
function viewOf(review: Review) {
  const checks = Map.groupBy(review.findings, checkKey);
  const named = new Set(review.findings.filter(isFound).flatMap(({ rows }) => rows.map(rowKey)));
  const subjects = new Map<string, 'same' | 'looked at'>();
  for (const { subject } of review.findings) subjects.set(subjectKey(subject), 'looked at');
  for (const { path, change } of review.models)
    if (change !== 'none') subjects.set(subjectKey({ data: null, model: path, path }), 'looked at');
  for (const { name, rows } of review.data) {
    const isSame = rows.head > 0 && rows.added + rows.removed + rows.changed === 0;
    subjects.set(subjectKey({ data: name, model: null, path: null }), isSame ? 'same' : 'looked at');
  }
  return { checks, named, subjects, isFull: isFull(review) };
}

function fateOfRow(row: string, group: NamedGroup, view: View): Fate {
  if (view.named.has(row)) return 'still';
  const fate = fateOfGroup(group, view);
  if (fate !== 'still') return fate;
  const found = (view.checks.get(group.check) ?? []).filter(isFound);
  return found.some((finding) => finding.rows.length === 0 || isCut(finding)) ? 'untold' : 'fixed';
}

/** Whether a check still finds something about its subject. Silence is an answer only where nothing was to be asked. */
function fateOfGroup({ check, subject }: NamedGroup, { checks, subjects, isFull: full }: View): Fate {
  const findings = checks.get(check) ?? [];
  if (findings.some(({ outcome, unseen = 0 }) => outcome === 'unknown' || outcome === 'error' || unseen > 0))
    return 'untold';
  if (findings.some(isFound)) return 'still';
  if (findings.some(({ outcome }) => outcome === 'pass') || subjects.get(subject) === 'same') return 'fixed';
  return subjects.has(subject) || full ? 'untold' : 'fixed';
}

/** Speaks of its subject as a whole, not of rows for which there was no room. */
const isWhole = ({ rows, cut }: NamedGroup) => rows.length === 0 && !cut;
const isFound = ({ outcome }: ReviewFinding) => outcome === 'warn' || outcome === 'fail';
const isCut = ({ rows, rowsTotal }: ReviewFinding) => rowsTotal > rows.length;
const isFull = ({ findings }: Review) => findings.length >= reviewLimits.findings;

/** Not the finding's own id: that changes with its rows. */
function checkKey({ check, subject }: ReviewFinding): string {
  return short(['check', check, ...nameOf(subject)]);
}

function subjectKey(subject: ReviewFinding['subject']): string {
  return short(['subject', ...nameOf(subject)]);
}

function nameOf({ data, model, path }: ReviewFinding['subject']): string[] {
  return data === null ? ['weights', model ?? path ?? ''] : ['data', data];
}

function rowKey({ data, revision, id, path, ordinal }: ReviewRow): string {
  return short(['row', data, revision, ...(id === '' ? [path, String(ordinal)] : [hashOf(id)])]);
}

/** A kept review has hashes for ids, and names the same rows. */
function hashOf(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id : rowHash(id);
}

function short(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_DIGITS);
}
