import type { AttackAnswer, Audit } from '../../audit/audit.ts';
import { document } from '../html/document.ts';
import { words } from '../html/text.ts';
import type { Links } from '../place.ts';
import { plural } from '../quantity.ts';
import { answerHtml } from './answer-html.ts';
import { attacked, headlines, reproduce, unseen } from './parts.ts';

/** Bytes for the answers; the rest of the page is bounded by itself. */
const ANSWER_BYTES = 6_000_000;
/** One that is longer is told in its headline alone: it would push the others out. */
const ONE_ANSWER_BYTES = 2_000_000;

/**
 * The audit as one HTML page that asks nothing of the network: a sentence for each attack first, then its curves, tables
 * and rows, what could not be seen, and how to repeat it. At most 8 MB; what was cut is told in words.
 */
export function renderAuditHtml(audit: Audit, { links }: { readonly links: Links | null }): string {
  const { written, ids } = writeAnswers(audit, links);
  const cut = audit.answers.length - written.length;
  return document({
    title: `Taster audit of ${words(audit.data.map(({ name }) => name).join(', '), 80) || 'a data set'}`,
    body: `<a class="skip" href="#main">To the attacks</a>
<header>${headlines(audit, ids, links)}</header>
<main id="main">
${attacked(audit)}
${written.length === 0 ? '' : `<section aria-labelledby="attacks"><h2 id="attacks">The attacks</h2>\n${written.join('\n')}</section>`}
${cut === 0 ? '' : `<p>${plural(cut, 'answer')} did not fit on this page; audit.json holds everything.</p>`}
${unseen(audit)}
${reproduce(audit)}
</main>
<footer>Written by Taster ${words(audit.tool.version, 40)}. The data were read, never changed: poisoned rows were in memory alone. Values of rows do not stand here.</footer>`,
  });
}

/** Answers whole while there is room, and the id of each; null where it is not there. */
function writeAnswers(audit: Audit, links: Links | null) {
  let room = ANSWER_BYTES;
  const write = (answer: AttackAnswer, id: string): string | null => {
    // Without room nothing is drawn in vain.
    const html = room <= 0 ? null : answerHtml(audit, answer, { links, id });
    if (html === null) return null;
    const size = Buffer.byteLength(html);
    const fits = size <= Math.min(room, ONE_ANSWER_BYTES);
    room = size > room ? 0 : room - Math.min(size, ONE_ANSWER_BYTES);
    return fits ? html : null;
  };
  const all = audit.answers.map((answer, at) => ({ id: `a${at + 1}`, html: write(answer, `a${at + 1}`) }));
  return {
    written: all.flatMap(({ html }) => html ?? []),
    ids: all.map(({ id, html }) => (html === null ? null : id)),
  };
}
