import type { Review, ReviewFinding, Verdict } from '../review/review.ts';
import { plural } from './quantity.ts';
import { triage } from './triage.ts';

/** The verdict in words that need no reading of the rest. Both texts are raw: they may hold foreign words. */
export interface VerdictLine {
  /** `fail`, `no verdict` ... */
  readonly word: string;
  readonly because: string;
}

const WORDS: Readonly<Record<Verdict, string>> = { pass: 'pass', warn: 'warn', fail: 'fail', unknown: 'no verdict' };

/** Says what was found in one sentence. */
export function verdictLine(review: Review): VerdictLine {
  return { word: WORDS[review.verdict], because: because(review) };
}

/** What a finding says of itself, without the full stop. */
export function headline(finding: ReviewFinding, changed: boolean): string {
  const victims = new Set(
    finding.rows.flatMap((row) => row.victims.map((victim) => `${victim.revision} ${victim.path} ${victim.ordinal}`)),
  );
  const own = finding.rows.every((row) => row.revision === 'head');
  if (finding.check !== 'amplification' || finding.outcome !== 'fail' || victims.size === 0 || !own)
    return finding.summary.trim().replace(/\.$/, '');
  const culprits = Math.max(finding.rowsTotal, finding.rows.length);
  const rows = plural(culprits, changed ? 'new or changed row' : 'new row');
  const others = plural(victims.size, 'other row');
  const them = culprits === 1 ? 'it' : 'them';
  return `${rows} ${culprits === 1 ? 'exposes' : 'expose'} ${others}; verified: retraining without ${them} undoes it`;
}

function because(review: Review): string {
  const { blocking, undecided, told, open } = triage(review);
  const changed = review.data.some((data) => data.rows.changed > 0);
  const first = blocking[0] ?? (review.verdict === 'fail' ? told[0] : undefined);
  if (review.verdict === 'fail') {
    if (!first) return 'a gate is broken';
    const more = Math.max(blocking.length, 1) - 1;
    return headline(first, changed) + (more > 0 ? ` (and ${more} more)` : '');
  }
  if (review.verdict === 'unknown') {
    const names = undecided.map(
      (finding) => `${finding.check} ${finding.outcome === 'error' ? 'broke' : 'could not tell'}`,
    );
    if (names.length === 0) return 'the review could not answer; this does not count as passed';
    const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
    return `${shown}; a gate does not pass on that`;
  }
  if (review.verdict === 'warn') {
    const lead = blocking[0] ?? told[0];
    const more = blocking.length + told.length - 1;
    if (!lead) return `nothing blocks, but ${plural(undecided.length + open.length, 'check')} could not answer`;
    return `nothing blocks, but: ${headline(lead, changed)}${more > 0 ? ` (and ${more} more)` : ''}`;
  }
  return passed(review);
}

function passed(review: Review): string {
  const { passed: quiet, undecided, open } = triage(review);
  const moved = review.data.some(({ rows }) => rows.added + rows.removed + rows.changed > 0);
  const models = review.models.some((model) => model.change !== 'none');
  if (!moved && !models) return 'no training data or model weights changed';
  const silent = undecided.length + open.length;
  if (quiet.length === 0) return `nothing was found, but no check could answer (${silent} tried)`;
  return `nothing harmful found by ${plural(quiet.length, 'check')}${silent > 0 ? `; ${silent} could not answer` : ''}`;
}
