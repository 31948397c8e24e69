import { subjectName } from '../../report/delta-table.ts';
import { chip } from '../../report/html/chip.ts';
import { table } from '../../report/html/table.ts';
import { mono, sentence, words } from '../../report/html/text.ts';
import { formatCount, plural } from '../../report/quantity.ts';
import { bySeverity } from '../../report/triage.ts';
import { headline } from '../../report/verdict-line.ts';
import type { Review } from '../../review/review.ts';
import type { ListedRun } from '../listed-run.ts';
import { listAddress, reportAddress, reviewAddress } from './addresses.ts';
import { away, checkUrl, commitUrl, pullUrl } from './github-links.ts';
import { duration, moment, taken } from './moments.ts';
import { type Person, page } from './page.ts';
import { stateChip, stateOf } from './state-chip.ts';

export interface RunPageParts {
  readonly person: Person;
  readonly run: ListedRun;
  /** As it is kept; null where none is. */
  readonly kept: { readonly attempt: number; readonly review: Review } | null;
  readonly reportDays: number;
  readonly server: string;
  readonly now: number;
}

const FINDINGS_SHOWN = 100;

/** One run: where it is, where it came from, what was found, and the way to its report. */
export function runPage(parts: RunPageParts): string {
  const { person, run, kept } = parts;
  const [kind] = stateOf(run);
  const main = [
    trail(run),
    `<div class="verdict ${kind}"><p class="brand">${words(run.repository, 201)} · ${nameOf(run)} · run ${run.number}</p>`,
    `<h1>${stateChip(run)} ${words(sentence(because(parts)), 300)}</h1>`,
    `${buttons(parts)}</div>`,
    facts(parts),
    kept === null ? `<p class="note">${without(parts)}</p>` : findings(kept.review),
  ].join('\n');
  return page({ title: `Run ${run.number} of ${run.repository}`, person, main });
}

/** What was reviewed, as HTML. */
function nameOf({ pull, into }: ListedRun): string {
  return pull === null ? `merge queue of ${words(into, 60)}` : `pull request ${pull}`;
}

function trail({ repository, pull }: ListedRun): string {
  const link = (address: string, text: string) => `<li><a class="plain" href="${words(address, 400)}">${text}</a></li>`;
  const whole = listAddress({ repository });
  return `<nav aria-label="Way back"><ul>${link('/', 'all runs')}${link(whole, words(repository, 201))}${pull === null ? '' : link(listAddress({ repository, pull }), `pull request ${pull}`)}</ul></nav>`;
}

function because({ run }: RunPageParts): string {
  if (run.state === 'in_progress') return 'The change is being reviewed';
  if (run.state !== 'concluded') return 'The review waits for a worker';
  if (run.conclusion === 'cancelled')
    return 'Not reviewed to its end: a newer commit came, or the pull request was closed';
  if (run.headline !== null && run.reported === run.attempt) return run.headline;
  return run.conclusion === 'action_required'
    ? 'The review came to no verdict; the check run says why'
    : 'The review is concluded';
}

function buttons({ run, kept, server }: RunPageParts): string {
  const [check, onPull] = [checkUrl(server, run), pullUrl(server, run)];
  const older = kept !== null && kept.attempt !== run.attempt ? ` of try ${kept.attempt}` : '';
  const items = [
    ...(kept === null
      ? []
      : [
          `<a class="button first" href="${reportAddress(run.number)}">Full report${older}</a>`,
          `<a class="button" href="${reviewAddress(run.number)}">Download review.json${older}</a>`,
        ]),
    ...(onPull === null ? [] : [away(onPull, 'Pull request on GitHub', 'button')]),
    ...(check === null ? [] : [away(check, 'Check run on GitHub', 'button')]),
  ];
  return `<ul class="buttons">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function facts({ run, kept, server, now }: RunPageParts): string {
  const took = taken(run, now);
  const list: [string, string][] = [
    ['commit', away(commitUrl(server, run), mono(run.head.slice(0, 12)))],
    ['try', formatCount(run.attempt)],
    ['asked for', moment(run.asked, now)],
    ...(took === null || run.began === null ? [] : ([['began', moment(run.began, now)], [run.state === 'concluded' ? 'took' : 'so far', duration(took)]] as [string, string][])), // biome-ignore format: one idea
    ...(kept === null ? [] : ([['shadow models', formatCount(kept.review.cost.shadows)]] as [string, string][])),
  ];
  const inner = list.map(([name, fact]) => `<div><dt>${name}</dt><dd>${fact}</dd></div>`).join('');
  return `<section aria-labelledby="run"><h2 id="run">The run</h2><div class="box text"><dl class="cards">${inner}</dl></div></section>`;
}

function without({ run, reportDays }: RunPageParts): string {
  if (run.state !== 'concluded') return 'The report stands here when the review is done.';
  if (reportDays === 0) return 'This App keeps no reports (REPORT_DAYS).';
  return `No report of this run is kept: it came to no review, or ${plural(reportDays, 'day')} have passed.`;
}

function findings(review: Review): string {
  const sorted = bySeverity(review.findings);
  if (sorted.length === 0) return '<p class="note">The review has no findings.</p>';
  const rows = sorted
    .slice(0, FINDINGS_SHOWN)
    .map((finding) => [
      words(finding.check, 40) || 'a check without a name',
      chip(finding),
      mono(subjectName(finding), 80),
      words(sentence(headline(finding)), 300),
    ]);
  const rest = sorted.length - rows.length;
  const note = rest > 0 ? `<p class="note">…and ${formatCount(rest)} more in the report.</p>` : '';
  const heading = ['check', 'answer', 'of', 'in a sentence'];
  return `<section aria-labelledby="answers"><h2 id="answers">What the checks say</h2><div class="box">${table({ caption: 'Findings of this run, worst first', heading, rows })}${note}</div></section>`;
}
