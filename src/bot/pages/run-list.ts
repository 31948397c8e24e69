import { type Cell, table } from '../../report/html/table.ts';
import { escapeHtml, mono, sentence, words } from '../../report/html/text.ts';
import { formatCount } from '../../report/quantity.ts';
import type { ListedRun, QueueDepth, RepositoryRuns } from '../listed-run.ts';
import { type ListQuery, listAddress, reportAddress, runAddress } from './addresses.ts';
import { away, checkUrl, commitUrl, pullUrl } from './github-links.ts';
import { duration, moment, since, taken } from './moments.ts';
import { type Person, page } from './page.ts';
import { stateChip } from './state-chip.ts';

export interface RunListParts {
  readonly person: Person;
  readonly query: ListQuery;
  readonly runs: readonly ListedRun[];
  /** Older runs than these are there. */
  readonly more: boolean;
  readonly repositories: readonly RepositoryRuns[];
  /** More repositories than these have runs. */
  readonly moreRepositories: boolean;
  readonly queues: readonly QueueDepth[];
  /** Address of GitHub. */
  readonly server: string;
  readonly now: number;
}

const QUEUES: Readonly<Record<string, string>> = {
  announce: 'to be announced',
  review: 'to be reviewed',
  'give-up': 'to be closed without a verdict',
  command: 'commands to be answered',
  collect: 'workflows to be collected',
  reconcile: 'to be compared with GitHub',
};

/** The runs of the repositories that somebody may read, latest first. */
export function runListPage(parts: RunListParts): string {
  const { person, query, runs } = parts;
  const title = headingOf(query);
  const main = [
    `<h1>${title === 'Runs' ? title : words(title, 220)}</h1>`,
    `<p class="lead">${lead(parts)}</p>`,
    pills(parts),
    parts.moreRepositories ? seek(query) : '',
    runs.length === 0
      ? `<div class="box text">${nothing(query)}</div>`
      : `<div class="box runs">${runTable(parts)}</div>`,
    steps(parts),
    `<section aria-labelledby="queue"><h2 id="queue">Queue</h2><div class="box queue">${queueTable(parts.queues)}</div></section>`,
  ].join('\n');
  return page({ title, person, main });
}

function headingOf({ repository, pull }: ListQuery): string {
  if (repository === null) return pull === null ? 'Runs' : `Runs of pull request ${pull}`;
  return pull === null ? repository : `${repository}, pull request ${pull}`;
}

function lead({ queues }: RunListParts): string {
  const review = queues.find(({ queue }) => queue === 'review');
  const [working, waiting] = [review?.working ?? 0, review?.waiting ?? 0];
  const queue =
    working + waiting === 0 ? 'Nothing waits' : `${formatCount(working)} under review, ${formatCount(waiting)} waiting`;
  return `${queue}. You see the repositories that GitHub lets you read.`;
}

function pills({ repositories, query }: RunListParts): string {
  if (repositories.length === 0) return '';
  const wanted = query.repository?.toLowerCase() ?? null;
  const link = (address: string, inner: string, isHere: boolean) =>
    `<li><a href="${escapeHtml(address)}"${isHere ? ' aria-current="page"' : ''}>${inner}</a></li>`;
  const items = repositories.map(({ repository, runs }) =>
    link(
      listAddress({ repository }),
      `${words(repository, 201)} <b>${formatCount(runs)}<span class="hid"> ${runs === 1 ? 'run' : 'runs'}</span></b>`,
      repository.toLowerCase() === wanted && query.pull === null,
    ),
  );
  const all = link('/', 'all', wanted === null && query.pull === null);
  return `<nav aria-label="Repositories"><ul>${all}${items.join('')}</ul></nav>`;
}

/** Where there are too many repositories to list, one is asked for by its name. */
function seek({ repository, pull }: ListQuery): string {
  const field = (name: string, label: string, value: string | number | null, more: string) =>
    `<label>${label} <input name="${name}" value="${words(String(value ?? ''), 201)}" autocomplete="off"${more}></label>`;
  return `<form class="seek filter" role="search" method="get" action="/">${field('repository', 'Repository', repository, ' placeholder="owner/name"')}${field('pull', 'pull request', pull, ' inputmode="numeric" size="6"')}<button type="submit">Show</button></form>`;
}

function runTable({ runs, server, now }: RunListParts): string {
  const rows = runs.map((run): Cell[] => {
    const { number, attempt, reported } = run;
    const took = taken(run, now);
    const of = `<span class="hid"> of run ${number}</span>`;
    const [check, onPull] = [checkUrl(server, run), pullUrl(server, run)];
    const links = [
      ...(reported === null ? [] : [`<a href="${reportAddress(number)}">report${of}</a>`]),
      ...(check === null ? [] : [away(check, `check${of}`)]),
      ...(onPull === null ? [] : [away(onPull, `pull request${of}`)]),
    ];
    return [
      `<a href="${runAddress(number)}"><span class="hid">Run </span>${number}</a>`,
      stateChip(run),
      change(run, server),
      { html: String(attempt), sort: attempt },
      moment(since(run), now),
      took === null ? '–' : duration(took),
      `<span class="links">${links.join(' ')}</span>`,
    ];
  });
  const heading = ['run', 'state', 'change', '#try', 'when', '#took', 'open'];
  return table({ caption: 'Runs, latest first', heading, rows });
}

/** Repository, pull request and commit; below, what the review says. */
function change(run: ListedRun, server: string): string {
  const { repository, pull, into, head, attempt, reported, headline } = run;
  const link = (query: Partial<ListQuery>, inner: string) => `<a href="${escapeHtml(listAddress(query))}">${inner}</a>`;
  const told = headline === null || reported !== attempt ? '' : `<br><small>${words(sentence(headline), 300)}</small>`;
  const from = pull === null ? `merge queue of ${mono(into, 60)}` : link({ repository, pull }, `#${pull}`);
  return `${link({ repository }, words(repository, 201))} ${from} ${away(commitUrl(server, run), mono(head.slice(0, 7)))}${told}`;
}

function nothing({ repository, pull, before }: ListQuery): string {
  if (before !== null) return '<p>No older runs. <a href="/">To the latest</a></p>';
  if (repository !== null || pull !== null) return '<p>No runs of this that you may read. <a href="/">All runs</a></p>';
  return '<p>No runs yet. One begins when a pull request is opened or pushed to in a repository that the App is installed in and that you may read.</p>';
}

function steps({ query, more, runs }: RunListParts): string {
  const last = runs.at(-1);
  const older = more && last ? `<li><a href="${escapeHtml(listAddress({ ...query, before: last.number }))}" rel="next">Older runs</a></li>` : ''; // biome-ignore format: one idea
  const latest = query.before === null ? '' : `<li><a href="${escapeHtml(listAddress({ ...query, before: null }))}">Latest runs</a></li>`; // biome-ignore format: one idea
  return older + latest === '' ? '' : `<nav aria-label="Pages"><ul>${latest}${older}</ul></nav>`;
}

function queueTable(queues: readonly QueueDepth[]): string {
  const rows = queues.map(({ queue, waiting, working }) => [
    QUEUES[queue] ?? words(queue, 40),
    formatCount(waiting),
    formatCount(working),
  ]);
  return table({ caption: 'Jobs of the App by queue', heading: ['queue', '#waiting', '#worked on'], rows });
}
