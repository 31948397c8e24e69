import type { Review, ReviewFinding } from '../review/review.ts';
import { prose } from './escape.ts';
import { rowTable } from './finding-rows.ts';
import type { Links } from './place.ts';
import { formatCount, plural } from './quantity.ts';
import { type NamedOnce, rowsOnce } from './rows-once.ts';
import { triage } from './triage.ts';
import { headline } from './verdict-line.ts';

const OPEN_FINDINGS = 3;
const OPEN_ROWS = 10;
const BRIEF_FINDINGS = 4;

/**
 * What the reader must act on, open on the page: what to do, and which rows. What only accompanies the verdict gets
 * one line, and a row is shown once; everything stands in the folds again.
 */
export function culprits(review: Review, links: Links | null): string[] {
  const { blocking, undecided, told } = triage(review);
  const gated = [...blocking, ...undecided];
  // Without rows to look at, the worst remark stands open, too: in a warning the verdict line speaks of it.
  const leading = gated.some((finding) => finding.rows.length > 0) ? gated : [...gated, ...told.slice(0, 1)];
  const brief = told.filter((finding) => !leading.includes(finding));
  const named = rowsOnce([...leading, ...brief]);
  // The verdict line has said what the first one found.
  const isSaid = (finding: ReviewFinding) =>
    finding === leading[0] && (review.verdict === 'fail' || review.verdict === 'warn') && !undecided.includes(finding);
  let room = OPEN_ROWS;
  const blocks: string[] = [];
  for (const one of named.slice(0, Math.min(leading.length, OPEN_FINDINGS))) {
    blocks.push(...openFinding(review, one, { links, limit: room, said: isSaid(one.finding) }));
    room = Math.max(0, room - one.rows.length);
  }
  const rest = leading.length - OPEN_FINDINGS;
  if (rest > 0) blocks.push(`…and ${plural(rest, 'more finding')} like these, folded below.`);
  if (brief.length > 0) blocks.push(alsoFound(named.slice(leading.length)));
  return blocks;
}

interface OpenOptions {
  readonly links: Links | null;
  readonly limit: number;
  readonly said: boolean;
}

function openFinding(review: Review, { finding, rows, repeated }: NamedOnce, options: OpenOptions): string[] {
  const shown = Math.min(rows.length, options.limit);
  const rest = Math.max(finding.rowsTotal, finding.rows.length) - shown - repeated;
  const table = rowTable(review, finding, rows, options);
  const more = [
    ...(repeated > 0 ? [`${plural(repeated, 'row')} of the findings above`] : []),
    ...(rest > 0 ? [`${formatCount(rest)} more`] : []),
  ];
  return [
    ...(options.said ? [] : [`**${outcomeWord(finding)}** · ${briefText(finding, 300)}`]),
    ...(finding.remedy === '' ? [] : [`**What to do:** ${prose(finding.remedy, 300)}`]),
    ...(table === null ? [] : [table]),
    ...(more.length > 0 ? [`…and ${more.join(', ')}.`] : []),
  ];
}

/** One line each. */
function alsoFound(named: readonly NamedOnce[]): string {
  const lines = named.slice(0, BRIEF_FINDINGS).map(({ finding, rows, repeated }) => {
    const same =
      repeated > 0 ? ` _(${rows.length === 0 ? 'the rows' : `${formatCount(repeated)} of the rows`} above)_` : '';
    return `- ${outcomeWord(finding)} · ${briefText(finding, 160)}${same}`;
  });
  const rest = named.length - lines.length;
  if (rest > 0) lines.push(`- …and ${formatCount(rest)} more`);
  return `Also found, nothing that blocks (folded below):\n${lines.join('\n')}`;
}

function briefText(finding: ReviewFinding, limit: number): string {
  return `${prose(finding.check, 40)}: ${prose(headline(finding), limit)}`;
}

/** An outcome as a sign and a word, so that neither colour nor sign alone carries it. */
export function outcomeWord(finding: ReviewFinding): string {
  if (finding.outcome === 'error') return '⚠️ broke';
  if (finding.outcome === 'unknown') return '❔ could not tell';
  if (finding.broken) return '❌ blocks';
  return { fail: '❌ fail', warn: '⚠️ warn', pass: '✅ pass', 'not-applicable': '➖ not applicable' }[finding.outcome];
}
