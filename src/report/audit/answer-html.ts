import type { AttackAnswer, Audit, AuditFigure, AuditTable } from '../../audit/audit.ts';
import type { Drawing } from '../html/drawing.ts';
import { figureHtml } from '../html/figure.ts';
import { type Cell, table } from '../html/table.ts';
import { escapeHtml, mono, sentence, words } from '../html/text.ts';
import { type Links, placeText, placeUrl, shorten } from '../place.ts';
import { formatCount, plural } from '../quantity.ts';
import { isMeasure, MODEL_BASED } from './cell.ts';
import { cellHtml } from './measure-html.ts';
import { outcomeChip } from './outcome-chip.ts';

export interface AnswerOptions {
  readonly links: Links | null;
  /** Unique on the page; letters and digits. */
  readonly id: string;
}

/** One attack's answer whole: question, what was found, curves, tables, the rows it names, what it cannot see. */
export function answerHtml(audit: Audit, answer: AttackAnswer, { links, id }: AnswerOptions): string {
  const { attack, data, model, question, summary, paper, blind, cost, figures, tables } = answer;
  const drawn = figures.map((figure, at) => figureHtml(drawing(figure), { id: `${id}-f${at}`, file: 'audit.json' }));
  const shown = drawn.filter((figure) => figure !== null);
  const facts = [
    ['attack', `${words(attack, 40)} on ${mono(data, 120)}${model === null ? '' : ` by ${mono(model, 120)}`}`],
    ['cannot see', words(sentence(blind), 1000)],
    ['paper', words(paper, 300)],
    ['cost', `${plural(cost.shadows, 'shadow model')}, ${Math.round(cost.seconds)} s`],
  ].filter(([, fact]) => fact !== '');
  const about = `<dl>${facts.map(([name, fact]) => `<dt>${name}</dt><dd>${fact}</dd>`).join('')}</dl>`;
  // One figure alone leaves half of the width.
  const isBeside = shown.length === 1;
  return `<article class="finding" id="${id}" aria-labelledby="${id}-h">
<h3 id="${id}-h">${outcomeChip(answer)}${words(question, 300) || words(attack, 40) || 'An attack without a name'}</h3>
<p class="told">${emphasised(summary)}</p>
${shown.length > 0 ? `<div class="figures">${shown.join('')}${isBeside ? about : ''}</div>` : ''}
${tables.map((one, at) => tableHtml(one, `${id}-t${at}`)).join('\n')}
${rowsTable(audit, answer, links, id)}
${isBeside ? '' : about}
</article>`.replace(/\n{2,}/g, '\n');
}

/** Our sentence with its figures set off, for a reader who only glances at it. */
export function emphasised(text: string): string {
  return words(text, 1000).replace(/(?<![\w.&#;(])\d[\d,.]*(?:%(?! FPR)|×| times\b)/g, '<b>$&</b>');
}

/** A scatter of an audit compares two unlike quantities. */
function drawing(figure: AuditFigure): Drawing {
  return figure.kind === 'scatter' ? { ...figure, kind: 'dots' } : { ...figure, kind: figure.kind };
}

function tableHtml({ title, note, columns, rows }: AuditTable, id: string): string {
  if (rows.length === 0) return '';
  const isNumeric = columns.map((_, at) => rows.some((row) => isMeasure(row[at])));
  const heading = columns.map((name, at) => `${isNumeric[at] ? '#' : ''}${words(name, 100) || '–'}`);
  const modelled = rows.some((row) => row.some((cell) => isMeasure(cell) && cell.modelBased === true));
  const notes = [words(note, 1000), modelled ? MODEL_BASED : ''].filter((one) => one !== '');
  const name = words(title, 200) || 'A table without a title';
  const body = rows.map((row): Cell[] => columns.map((_, at) => cellHtml(row[at])));
  return `<h4>${name}</h4><div class="measured">${table({ caption: `${name} (${id.slice(1)})`, heading, rows: body })}</div>${notes.length > 0 ? `<p class="note">${notes.join(' ')}</p>` : ''}`;
}

function rowsTable(audit: Audit, { rows, attack }: AttackAnswer, links: Links | null, id: string): string {
  if (rows.length === 0) return '';
  const { sha, ref } = audit.revision;
  const at = { base: { sha, ref }, head: { sha, ref, repository: null } };
  const body = rows.map((row): Cell[] => {
    const place = { ...row, revision: 'head' as const };
    const name = mono(shorten(placeText(place), 80));
    const url = placeUrl(at, place, links);
    return [
      url === null ? name : `<a rel="noreferrer noopener" href="${escapeHtml(url)}">${name}</a>`,
      words(row.why, 300) || '–',
      { html: String(Number(row.effect.toPrecision(3))).replace('-', '−'), sort: row.effect },
    ];
  });
  const caption = `Rows that ${words(attack, 40)} would expose most (${id.slice(1)})`;
  const list = table({ caption, heading: ['row', 'why', '#effect'], rows: body, sortable: true });
  return `<details class="rows"><summary>The ${rows.length === 1 ? 'row' : `${formatCount(rows.length)} rows`} that would be exposed most</summary>${list}</details>`;
}
