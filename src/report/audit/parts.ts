import type { Audit } from '../../audit/audit.ts';
import { type Cell, table } from '../html/table.ts';
import { escapeHtml, mono, words } from '../html/text.ts';
import { commitUrl, type Links } from '../place.ts';
import { formatBytes, formatCount, formatValue, plural } from '../quantity.ts';
import { emphasised } from './answer-html.ts';
import { isNamed } from './is-named.ts';
import { outcomeChip } from './outcome-chip.ts';

const SAID = 30;
const HEART =
  '<p class="note">Shadow models that are right on their own rows far more often than on others have learned them by heart: that is what an attacker recognises.</p>';

/** One sentence for each attack: what an attacker would gain. `ids` are the answers' on the page; null where one was cut. */
export function headlines(audit: Audit, ids: readonly (string | null)[], links: Links | null): string {
  const named = isNamed(audit);
  const whose = named ? 'these data' : mono(audit.data[0]!.name, 60);
  const lines = audit.answers.slice(0, SAID).map((answer, at) => {
    const who = `${words(answer.attack, 40) || 'attack'}${named ? ` on ${mono(answer.data, 60)}` : ''}`;
    const name = ids[at] ? `<a href="#${ids[at]}">${who}</a>` : who;
    return `<li><span class="who">${name}</span> ${outcomeChip(answer)}<span>${emphasised(answer.summary)}</span></li>`;
  });
  const rest = audit.answers.length - lines.length;
  const more = rest > 0 ? `<li>…and ${plural(rest, 'more answer')} below.</li>` : '';
  const of = audit.repository === null ? '' : ` · ${words(audit.repository, 100)}`;
  return `<div class="verdict audit"><p class="brand">Taster audit${of}</p>
<h1>What would leak if someone poisoned ${whose}?</h1>
${lines.length === 0 ? '<p>No attack was run.</p>' : `<ul class="said">${lines.join('')}${more}</ul>`}
<p class="facts">at ${revision(audit, links)} · seed ${mono(audit.seed, 64)}${audit.cut ? ' · the time was up before all was asked' : ''}</p></div>`;
}

/** What was attacked: the data, the models that were trained on them, and how well these do. */
export function attacked({ data }: Audit): string {
  if (data.length === 0) return '';
  const rows = data.map((one): Cell[] => [
    mono(one.name, 60) + (one.path === '' || one.path === one.name ? '' : ` <small>${mono(one.path, 120)}</small>`),
    formatCount(one.rows) + (one.used < one.rows ? ` <small>${formatCount(one.used)} used</small>` : ''),
    one.label === null ? 'none' : mono(one.label, 60),
    one.slice === null ? 'none could be trained' : words(one.slice, 200),
    formatCount(one.shadows),
    formatCount(one.epochs),
    formatValue(one.trainAccuracy, 'share'),
    formatValue(one.testAccuracy, 'share'),
  ]);
  const isMeasured = data.some(({ trainAccuracy }) => trainAccuracy !== null);
  const heading = ['data', '#rows', 'label', 'model', '#shadow models', '#epochs', '#right on own rows', '#right on others']; // biome-ignore format: one idea
  return `<section aria-labelledby="attacked"><h2 id="attacked">What was attacked</h2><div class="box"><div class="measured">${table({ caption: 'Data and shadow models', heading, rows })}</div>${isMeasured ? HEART : ''}</div></section>`;
}

/** What no attack of this audit could see, and what was left out. */
export function unseen(audit: Audit): string {
  const lines = [
    ...(audit.cut ? ['The time was up before all was asked: raise --budget, or name fewer attacks.'] : []),
    ...audit.notes,
    'Shadow models stand for yours: where yours is larger or trained longer, it mostly leaks more.',
    'Attacks that are not in the list above, and stronger forms of those that are.',
  ];
  return `<section aria-labelledby="unseen"><h2 id="unseen">What could not be seen</h2><div class="box"><ul>${lines.map((line) => `<li>${words(line, 500) || '–'}</li>`).join('')}</ul></div></section>`;
}

/** Command, seed, cost, configuration, and how columns were read. */
export function reproduce({ cost, seed, config, data, reproduce: { command } }: Audit): string {
  const facts: [string, string][] = [
    ['seed', mono(seed, 64)],
    ['cost', words(`${plural(cost.shadows, 'shadow model')} in ${formatValue(cost.seconds, 'seconds')} on ${cost.provider}, ${cost.runtime} runtime, ${formatCount(cost.flops / 1e9)} GFLOP, peak memory ${formatBytes(cost.peak_bytes)}`, 400)], // biome-ignore format: one idea
    ...(cost.tried ?? []).slice(0, 10).map((each): [string, string] => ['device', words(each, 300)]),
    ['configuration', config.sha256 === null ? 'none' : mono(config.sha256.slice(0, 12))],
    ...data
      .filter(({ columns }) => columns.length > 0)
      .slice(0, 20)
      .map(({ name, columns }): [string, string] => [
        `columns of ${mono(name, 60)}`,
        `<details><summary>how ${columns.length === 1 ? 'it was' : `${formatCount(columns.length)} were`} read</summary>${columns.map((column) => words(column, 160)).join('; ')}</details>`, // biome-ignore format: one idea
      ]),
  ];
  const list = facts.map(([name, fact]) => `<dt>${name}</dt><dd>${fact}</dd>`).join('');
  return `<section aria-labelledby="reproduce"><h2 id="reproduce">How to reproduce</h2><div class="box"><pre>${mono(command, 1000)}</pre><dl>${list}</dl></div></section>`;
}

function revision({ revision: { sha, ref } }: Audit, links: Links | null): string {
  const url = commitUrl({ base: { sha, ref }, head: { sha, ref, repository: null } }, 'head', links);
  const text = mono(sha.slice(0, 8));
  const name = ref === null ? '' : ` (${words(ref, 60)})`;
  return `${url === null ? text : `<a rel="noreferrer noopener" href="${escapeHtml(url)}">${text}</a>`}${name}`;
}
