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

/** What a finding says of itself: the first sentence of its summary, without the full stop. */
export function headline(finding: ReviewFinding): string {
  const summary = finding.summary.trim();
  const [first = summary] = /^.+?[^.\s]\.(?=\s+\p{Lu})/su.exec(summary) ?? [];
  return first.replace(/\.$/, '');
}

function because(review: Review): string {
  const { blocking, undecided, told, open } = triage(review);
  const first = blocking[0] ?? (review.verdict === 'fail' ? told[0] : undefined);
  if (review.verdict === 'fail') {
    if (!first) return 'a gate is broken';
    const more = Math.max(blocking.length, 1) - 1;
    return headline(first) + (more > 0 ? ` (and ${more} more)` : '');
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
    return `nothing blocks, but: ${headline(lead)}${more > 0 ? ` (and ${more} more)` : ''}`;
  }
  return passed(review);
}

function passed(review: Review): string {
  const { passed: quiet, undecided, open, ignored } = triage(review);
  const models = review.models.some((model) => model.change !== 'none');
  if (review.data.length === 0 && !models && review.findings.length === 0)
    return 'nothing relevant changed: no training data, no model weights';
  const same = review.data.every(({ rows }) => rows.head > 0 && rows.added + rows.removed + rows.changed === 0);
  if (review.data.length > 0 && same && !models) return 'the data files hold the same rows as before';
  const checks = new Set(quiet.map(({ check }) => check)).size;
  const measured = quiet.some(({ family }) => family === 'leakage' || family === 'poisoning');
  const silent = undecided.length + open.length;
  const byPeople = ignored.filter((finding) => finding.ignored?.by !== undefined).length;
  return [
    checks === 0
      ? 'nothing was found, but no check could answer'
      : `no harm found in this change by ${plural(checks, 'check')}`,
    ...(measured || checks === 0 ? [] : ['leakage and poisoning were not measured']),
    ...(silent > 0 ? [`${silent} could not answer`] : []),
    ...(byPeople > 0 ? [`${plural(byPeople, 'finding')} accepted in the pull request`] : []),
    ...(ignored.length > byPeople
      ? [`${plural(ignored.length - byPeople, 'finding')} ignored by the configuration`]
      : []),
  ].join('; ');
}
