import type { Review, ReviewFinding } from '../review/review.ts';
import { chip } from './html/chip.ts';
import { document } from './html/document.ts';
import { findingHtml } from './html/finding.ts';
import { about, measures, reproduce, unseen, verdict } from './html/parts.ts';
import { words } from './html/text.ts';
import type { Links } from './place.ts';
import { formatCount, plural } from './quantity.ts';
import { triage } from './triage.ts';

export interface HtmlOptions {
  readonly links: Links | null;
}

/** Bytes for the findings; the rest of the page is bounded by itself. */
const FINDING_BYTES = 5_000_000;
/** One that is longer is told in a line: it would push the others out. */
const ONE_FINDING_BYTES = 2_000_000;
const LISTED = 1000;
const LINKED = 24;

/**
 * The review as one HTML page that asks nothing of the network: verdict first, then what changed, each finding with its
 * figures and rows, how to reproduce it, and what could not be seen. At most 8 MB; what was cut is told in words.
 */
export function renderHtml(review: Review, { links }: HtmlOptions): string {
  const rooms = triage(review);
  const loud = [...rooms.blocking, ...rooms.undecided, ...rooms.told];
  const quiet = [...rooms.open, ...rooms.standing, ...rooms.ignored, ...rooms.passed, ...rooms.notApplicable];
  const written = writeFindings(review, [...loud, ...quiet], links);
  const isLoud = new Set(loud);
  const loudParts = written.parts.filter(({ finding }) => isLoud.has(finding));
  const quietParts = written.parts.slice(loudParts.length);
  return document({
    title: `Taster review of ${words(review.head.sha.slice(0, 7), 7) || 'a change'}`,
    body: `<a class="skip" href="#main">To the findings</a>
<header>${verdict(review, links)}${contents(loudParts, quietParts)}</header>
<main id="main">
${about(review, links)}
${measures(review)}
${section('findings', loudParts.length === 0 ? '' : 'What was found', loudParts)}
${folds(quietParts)}
${written.rest}
${unseen(review)}
${reproduce(review)}
</main>
<footer>Written by Taster ${words(review.tool.version, 40)}. Values of rows do not stand here: <code>taster rows review.json</code> shows them on your own machine.</footer>`,
  });
}

interface Part {
  readonly finding: ReviewFinding;
  readonly id: string;
  readonly html: string;
}

/** Findings whole while there is room; the others as lines; the others counted. */
function writeFindings(review: Review, findings: readonly ReviewFinding[], links: Links | null) {
  const parts: Part[] = [];
  const left: ReviewFinding[] = [];
  let room = FINDING_BYTES;
  for (const [at, finding] of findings.entries()) {
    const id = `f${at + 1}`;
    // Without room nothing is drawn in vain.
    const html = room <= 0 ? null : findingHtml(review, finding, { links, id });
    const size = html === null ? 0 : Buffer.byteLength(html);
    if (html === null || size > Math.min(room, ONE_FINDING_BYTES)) left.push(finding);
    else parts.push({ finding, id, html });
    if (html !== null) room = size > room ? 0 : room - Math.min(size, ONE_FINDING_BYTES);
  }
  return { parts, rest: left.length === 0 ? '' : leftOut(left) };
}

function leftOut(left: readonly ReviewFinding[]): string {
  const lines = left
    .slice(0, LISTED)
    .map((finding) => `<li>${chip(finding)} ${words(finding.check, 40)}: ${words(finding.summary, 120)}</li>`);
  const rest = left.length - lines.length;
  return `<section aria-labelledby="left-out"><h2 id="left-out">Cut for length</h2><div class="box"><p>${plural(left.length, 'finding')} did not fit on this page in full${rest > 0 ? `, of which ${formatCount(rest)} are only counted` : ''}; review.json holds everything.</p><ul>${lines.join('')}</ul></div></section>`;
}

function section(id: string, title: string, parts: readonly Part[]): string {
  if (title === '') return '';
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${parts.map(({ html }) => html).join('\n')}</section>`;
}

function folds(parts: readonly Part[]): string {
  if (parts.length === 0) return '';
  const inner = parts.map(({ html }) => html).join('\n');
  return `<section aria-labelledby="others"><h2 id="others">The other checks</h2>
<details><summary>${plural(parts.length, 'answer')} that ${parts.length === 1 ? 'does' : 'do'} not count against this change</summary>\n${inner}</details></section>`;
}

function contents(loud: readonly Part[], quiet: readonly Part[]): string {
  const all = [...loud, ...quiet];
  const items = all
    .slice(0, LINKED)
    .map(({ finding, id }) => `<li><a href="#${id}">${chip(finding)} ${words(finding.check, 40) || id}</a></li>`);
  const rest = all.length - items.length;
  const more =
    rest > 0
      ? `<li><a class="plain" href="#${quiet.length > 0 ? 'others' : 'findings'}">and ${formatCount(rest)} more</a></li>`
      : '';
  return `<nav aria-label="Findings"><ul>${items.join('')}${more}<li><a class="plain" href="#unseen">what could not be seen</a></li><li><a class="plain" href="#reproduce">reproduce</a></li></ul></nav>`;
}
