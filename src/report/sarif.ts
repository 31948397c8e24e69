import type { Review } from '../review/review.ts';
import { exitCode } from '../review/verdict.ts';
import { visible } from './escape.ts';
import { formatCount, plural } from './quantity.ts';
import { type Draft, draftsOf, type MadeResult, sarifResult } from './sarif-result.ts';
import { sarifRules } from './sarif-rules.ts';
import { sarifText } from './sarif-text.ts';
import { PATH_LIMIT } from './sarif-uri.ts';
import { bySeverity } from './triage.ts';
import { verdictLine } from './verdict-line.ts';

/** GitHub shows so many results of a run, and leaves out others as it likes. */
const RESULTS_LIMIT = 5000;
/** GitHub takes 10 MB, compressed; this much before that also fits whoever does not compress. */
const RESULTS_BYTES = 9_000_000;
const NOTES_LIMIT = 50;

/**
 * The findings of a review as SARIF 2.1.0 for code scanning: one run, at most 5,000 results and 10 MB. Where not all
 * fits, each finding comes before a second row of another; what was left out is said in the run's notifications.
 */
export function renderSarif(review: Review): string {
  const drafts = bySeverity(review.findings).flatMap(draftsOf);
  const kept = choose(review, drafts);
  const made = drafts.flatMap((draft) => kept.get(draft) ?? []);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Taster', version: visible(review.tool.version, 40) || 'unknown', rules: sarifRules } },
        invocations: [invocation(review, cuts(review, drafts, made))],
        results: made.map(({ result }) => result),
        properties: { base: visible(review.base.sha, 64), head: visible(review.head.sha, 64), verdict: review.verdict },
      },
    ],
  };
  return `${JSON.stringify(log)}\n`;
}

/** As many results as fit: first one of each finding, worst first; then the other rows. */
function choose(review: Review, drafts: readonly Draft[]): Map<Draft, MadeResult> {
  const kept = new Map<Draft, MadeResult>();
  const occurrence = counter();
  let room = RESULTS_BYTES;
  for (const draft of [...drafts.filter(({ leads }) => leads), ...drafts.filter(({ leads }) => !leads)]) {
    if (kept.size === RESULTS_LIMIT) break;
    const made = sarifResult(review, draft, occurrence);
    room -= Buffer.byteLength(JSON.stringify(made.result)) + 1;
    if (room < 0) break;
    kept.set(draft, made);
  }
  return kept;
}

function counter(): (key: string) => number {
  const seen = new Map<string, number>();
  return (key) => {
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count;
  };
}

/** What this file does not hold, one sentence each. */
function cuts(review: Review, drafts: readonly Draft[], made: readonly MadeResult[]): string[] {
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const lost = drafts.length - made.length;
  const victims = sum(made.map(({ lostVictims }) => lostVictims));
  const paths = sum(made.map(({ cutPaths }) => cutPaths));
  const told = new Set(drafts.flatMap(({ finding, row }) => (row === null ? [] : [finding])));
  const unnamed = sum([...told].map(({ rowsTotal, rows }) => Math.max(0, rowsTotal - rows.length)));
  const notes = review.notes.length - NOTES_LIMIT;
  return [
    ...(lost > 0
      ? [
          `Left out: ${formatCount(lost)} of ${plural(drafts.length, 'result')}. This file holds at most ${formatCount(RESULTS_LIMIT)} results and ${formatCount(RESULTS_BYTES)} bytes of them, each finding once before a second row of another; review.json holds everything.`,
        ]
      : []),
    ...(unnamed > 0
      ? [`Not named: ${plural(unnamed, 'row')}. A finding names its worst rows and counts the others.`]
      : []),
    ...(victims > 0 ? [`Left out: ${plural(victims, 'related row')}; review.json holds them.`] : []),
    ...(paths > 0
      ? [
          `Cut: ${plural(paths, 'path')} of more than ${formatCount(PATH_LIMIT)} characters; the end of each is written.`,
        ]
      : []),
    ...(notes > 0 ? [`Left out: ${plural(notes, 'note')} about what could not be seen; review.json holds them.`] : []),
  ];
}

function invocation(review: Review, lost: readonly string[]) {
  const { word, because } = verdictLine(review);
  const notes = review.notes.slice(0, NOTES_LIMIT).map((note) => notification('note', sarifText(note, 500) || '–'));
  return {
    executionSuccessful: review.verdict !== 'unknown',
    exitCode: exitCode(review.verdict),
    exitCodeDescription: sarifText(`${word}: ${because}`, 500),
    commandLine: visible(review.reproduce.command, 1000),
    toolExecutionNotifications: [...lost.map((sentence) => notification('warning', sentence)), ...notes],
  };
}

function notification(level: 'warning' | 'note', text: string) {
  return { level, message: { text } };
}
