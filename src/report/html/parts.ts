import type { Review } from '../../review/review.ts';
import { keyMetrics } from '../delta-table.ts';
import { limits, powerNote } from '../limits.ts';
import { commitUrl, type Links } from '../place.ts';
import { cost, planned, ruledBy } from '../provenance.ts';
import { formatCount } from '../quantity.ts';
import { verdictLine } from '../verdict-line.ts';
import { metricsTable } from './metrics.ts';
import { table } from './table.ts';
import { escapeHtml, mono, sentence, words } from './text.ts';

const KEY_METRICS = 8;
const DATA_SHOWN = 100;

/** The verdict in one sentence. */
export function verdict(review: Review, links: Links | null): string {
  const { word, because } = verdictLine(review);
  const at = review.pull === null ? '' : ` · pull request ${formatCount(review.pull.number).replaceAll(',', '')}`;
  const of = review.repository === null ? 'a change of data and models' : words(review.repository, 100);
  return `<div class="verdict ${review.verdict}"><p class="brand">Taster · ${of}${at}</p>
<h1><span class="chip ${review.verdict}">${word}</span> ${words(sentence(because), 300)}</h1>
<p class="facts">base ${commit(review, 'base', links)} → head ${commit(review, 'head', links)}</p></div>`;
}

/** Data, weights and configuration, before and after. */
export function about(review: Review, links: Links | null): string {
  const data = review.data
    .slice(0, DATA_SHOWN)
    .map(({ name, path, rows }) => [
      mono(name, 60) + (path === '' || path === name ? '' : ` <small>${mono(path, 120)}</small>`),
      ...[rows.base, rows.head, rows.added, rows.removed, rows.changed, rows.moved].map(formatCount),
    ]);
  const moved = review.models.filter(({ change }) => change !== 'none');
  const models = moved.slice(0, DATA_SHOWN).map(({ path, change }) => [mono(path, 120), change]);
  const rest = Math.max(0, review.data.length - DATA_SHOWN) + Math.max(0, moved.length - DATA_SHOWN);
  const heading = ['data', '#base', '#head', '#added', '#removed', '#changed', '#moved'];
  const inner = [
    data.length > 0
      ? table({ caption: 'Rows before and after', heading, rows: data })
      : '<p>No training data changed.</p>',
    models.length > 0 ? table({ caption: 'Weights', heading: ['weights', 'what'], rows: models }) : '',
    rest > 0 ? `<p class="note">…and ${formatCount(rest)} more files in review.json.</p>` : '',
    review.config.proposed ? proposed(review) : '',
  ];
  const commits = `<p class="note">Compared: ${commit(review, 'base', links)} and ${commit(review, 'head', links)}.</p>`;
  return `<section aria-labelledby="changed"><h2 id="changed">What changed</h2><div class="box">${inner.join('')}${commits}</div></section>`;
}

/** The measures worth a look first, and how well a planted fault would have been seen. */
export function measures(review: Review): string {
  const metrics = metricsTable(keyMetrics(review, KEY_METRICS), 'The measures worth a look first', true);
  const power = powerNote(review);
  if (metrics === '' && power === null) return '';
  const note = power === null ? '' : `<p class="note">${words(power, 900)}</p>`;
  return `<section aria-labelledby="measures"><h2 id="measures">At a glance</h2><div class="box">${metrics}${note}</div></section>`;
}

export function unseen(review: Review): string {
  const sentences = limits(review).slice(0, 60);
  const lines = sentences.map((each) => `<li>${words(each, 500) || '–'}</li>`);
  const inner = lines.length === 0 ? '<p>Nothing that this review knows of.</p>' : `<ul>${lines.join('')}</ul>`;
  return `<section aria-labelledby="unseen"><h2 id="unseen">What could not be seen</h2><div class="box">${inner}</div></section>`;
}

/** Command, plan, cost, configuration, and how columns were read. */
export function reproduce(review: Review): string {
  const { plan, config, data } = review;
  const facts: [string, string][] = [
    ['cost', words(cost(review), 400)],
    ...(review.cost.tried ?? []).slice(0, 10).map((each): [string, string] => ['device', words(each, 300)]),
    ...(plan === null ? [] : ([['plan', words(planned(review) ?? '', 500)], ['nonce', mono(plan.nonce, 64)]] as [string, string][])), // biome-ignore format: one idea
    ['configuration', config.sha256 === null ? 'none' : mono(config.sha256.slice(0, 12))],
    ...data
      .filter(({ columns }) => columns.length > 0)
      .slice(0, 20)
      .map(({ name, columns }): [string, string] => [
        `columns of ${mono(name, 60)}`,
        columns.slice(0, 40).map((column) => words(column, 160)).join('; ') + (columns.length > 40 ? `; and ${columns.length - 40} more` : ''), // biome-ignore format: one idea
      ]),
  ];
  const list = facts.map(([name, fact]) => `<dt>${name}</dt><dd>${fact}</dd>`).join('');
  return `<section aria-labelledby="reproduce"><h2 id="reproduce">How to reproduce</h2><div class="box"><pre>${mono(review.reproduce.command, 1000)}</pre><dl>${list}</dl></div></section>`;
}

function proposed(review: Review): string {
  return `<p class="remedy"><b>Proposed configuration: never gates.</b> This change also edits <code>.github/taster.yml</code>. The verdict uses ${ruledBy(review)}; the edited one takes effect only after it is merged. Read its gates and ignores as you would read code.</p>`;
}

function commit(review: Review, revision: 'base' | 'head', links: Links | null): string {
  const { sha, ref } = review[revision];
  const url = commitUrl(review, revision, links);
  const text = mono(sha.slice(0, 7));
  const name = ref === null ? '' : ` (${words(ref, 60)})`;
  return `${url === null ? text : `<a rel="noreferrer noopener" href="${escapeHtml(url)}">${text}</a>`}${name}`;
}
