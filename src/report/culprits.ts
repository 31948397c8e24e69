import type { Review, ReviewFinding } from '../review/review.ts';
import { prose } from './escape.ts';
import { findingRows } from './finding-rows.ts';
import type { Links } from './place.ts';
import { triage } from './triage.ts';
import { headline } from './verdict-line.ts';

const FINDINGS_SHOWN = 3;
const ROWS_SHOWN = 10;

/** What the reader must act on, open on the page: what to do, and which rows. Long lists continue in the folds. */
export function culprits(review: Review, links: Links | null): string[] {
  const { blocking, undecided, told } = triage(review);
  const acting = [...blocking, ...undecided, ...told];
  const changed = review.data.some((data) => data.rows.changed > 0);
  let room = ROWS_SHOWN;
  const blocks: string[] = [];
  for (const [index, finding] of acting.slice(0, FINDINGS_SHOWN).entries()) {
    // The verdict line has said the first one already.
    const said =
      index === 0 && (review.verdict === 'fail' || review.verdict === 'warn') && finding === (blocking[0] ?? told[0]);
    if (!said) blocks.push(titleLine(finding, changed));
    if (finding.remedy !== '') blocks.push(`**What to do:** ${prose(finding.remedy, 300)}`);
    const table = findingRows(review, finding, { links, limit: room });
    if (table !== null && room > 0) blocks.push(table);
    room = Math.max(0, room - finding.rows.length);
  }
  const rest = acting.length - FINDINGS_SHOWN;
  if (rest > 0) blocks.push(`…and ${rest} more ${rest === 1 ? 'finding' : 'findings'}, folded below.`);
  return blocks;
}

function titleLine(finding: ReviewFinding, changed: boolean): string {
  return `**${outcomeWord(finding)}** · ${prose(finding.check, 40)}: ${prose(headline(finding, changed), 300)}`;
}

/** An outcome as a sign and a word, so that neither colour nor sign alone carries it. */
export function outcomeWord(finding: ReviewFinding): string {
  if (finding.outcome === 'error') return '⚠️ broke';
  if (finding.outcome === 'unknown') return '❔ could not tell';
  if (finding.broken) return '❌ blocks';
  return { fail: '❌ fail', warn: '⚠️ warn', pass: '✅ pass', 'not-applicable': '➖ not applicable' }[finding.outcome];
}
