import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GitHubSignIn } from '../adapters/github-sign-in.ts';
import { REVIEW_BYTES, type ReportStore } from '../adapters/report-store.ts';
import type { RunList } from '../adapters/run-list.ts';
import type { Readable } from '../bot/listed-run.ts';
import { readListQuery } from '../bot/pages/addresses.ts';
import { MESSAGES, type Message, messagePage, signInMessage } from '../bot/pages/message-page.ts';
import { runListPage } from '../bot/pages/run-list.ts';
import { runPage } from '../bot/pages/run-page.ts';
import { oneLine, UserError } from '../errors.ts';
import { reportPolicy } from '../report/html/policy.ts';
import { parseReview } from '../report/parse-review.ts';
import type { BotSignIn, Session } from './bot-sign-in.ts';
import type { ReportDrawer } from './draw-report.ts';
import { type Answer, sendPage } from './send-page.ts';

export interface BotPagesOptions {
  readonly runs: RunList;
  readonly reports: ReportStore;
  readonly reportDays: number;
  readonly drawer: ReportDrawer;
  /** Null where signing in is not set up: then nothing of any repository is shown. */
  readonly people: { readonly signIn: BotSignIn; readonly github: GitHubSignIn } | null;
  readonly server: string;
  now(): number;
  log(line: string): void;
}

/** A browser and what it asked for, whoever it is. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The same of somebody who is signed in. */
interface AskedBy extends Asked {
  readonly person: Session;
  readonly readable: readonly Readable[];
}

const RUNS_SHOWN = 50;
const REPOSITORIES_SHOWN = 24;

/** The App's pages: every address that is no webhook and no monitor's. */
export function botPages(options: BotPagesOptions): Answer {
  const { runs, reports, reportDays, drawer, people, server, now, log } = options;

  const listing = async ({ response, query, person, readable }: AskedBy): Promise<void> => {
    const wanted = readListQuery(query);
    if (wanted === null) return tell(response, 400, MESSAGES.query, person);
    const [found, repositories, queues] = await Promise.all([
      runs.list(readable, { ...wanted, limit: RUNS_SHOWN + 1 }),
      runs.repositories(readable, REPOSITORIES_SHOWN + 1),
      runs.depths(),
    ]);
    const body = runListPage({
      ...{ person, query: wanted, queues, server, now: now() },
      ...{ runs: found.slice(0, RUNS_SHOWN), more: found.length > RUNS_SHOWN },
      repositories: repositories.slice(0, REPOSITORIES_SHOWN),
      moreRepositories: repositories.length > REPOSITORIES_SHOWN,
    });
    sendPage(response, { status: 200, body });
  };

  const oneRun = async (number: number, what: string, { response, person, readable }: AskedBy): Promise<void> => {
    const run = await runs.one(readable, number);
    // The same answer as for a number that no run has.
    if (run === null) return tell(response, 404, MESSAGES.notFound, person);
    const kept = run.reported === null ? null : await reports.read(number);
    if (what === '') {
      const read = kept && { attempt: kept.attempt, review: parseReview(kept.review, { maxBytes: REVIEW_BYTES }) };
      return sendPage(response, {
        ...{ status: 200, body: runPage({ person, run, kept: read, reportDays, server, now: now() }) },
      });
    }
    if (kept === null) return tell(response, 404, MESSAGES.noReport, person);
    if (what === '/review.json') {
      const headers = { 'content-disposition': `attachment; filename="review-${number}.json"` };
      return sendPage(response, { status: 200, body: kept.review, type: 'application/json', headers });
    }
    const html = await drawer.draw({ review: kept.review, links: { server, repository: run.repository } });
    if (html === null) throw new Error('a report took too long to draw');
    sendPage(response, { status: 200, body: html, policy: `${reportPolicy()}; frame-ancestors 'none'` });
  };

  const signedIn = async (asked: Asked): Promise<void> => {
    const { request, response, path, query } = asked;
    if (people === null) return tell(response, path === '/' ? 200 : 404, MESSAGES.notSetUp);
    const { signIn, github } = people;
    const person = signIn.session(request);
    const [, number, what = ''] = /^\/runs\/(\d{1,15})(\/report|\/review\.json)?$/.exec(path) ?? [];
    if (path !== '/' && number === undefined) return tell(response, 404, MESSAGES.notFound, person);
    if (person === null) {
      const to = new URLSearchParams({ to: `${path}${query.size > 0 ? `?${query}` : ''}` });
      return tell(response, path === '/' ? 200 : 401, signInMessage(`/sign-in?${to}`));
    }
    const by: AskedBy = { ...asked, person, readable: await github.readable(person.token) };
    return number === undefined ? await listing(by) : await oneRun(Number(number), what, by);
  };

  const route = async (asked: Asked): Promise<void> => {
    const { request, response, path, query } = asked;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (people !== null && path === '/sign-out' && request.method === 'POST')
      return await people.signIn.end(request, response);
    if (!isRead) return tell(response, 405, MESSAGES.method, null, { allow: 'GET, HEAD' });
    if (people !== null && path === '/sign-in') return people.signIn.begin(response, query.get('to'));
    if (people !== null && path === '/sign-in/callback') return await people.signIn.finish(request, response, query);
    return await signedIn(asked);
  };

  return async (request, response) => {
    // Put together as text: two slashes at its beginning would name another host.
    const url = request.url?.startsWith('/') ? URL.parse(`http://app${request.url}`) : null;
    if (url === null) return tell(response, 400, MESSAGES.query);
    try {
      await route({ request, response, path: url.pathname, query: url.searchParams });
    } catch (error) {
      const code = error instanceof UserError ? error.code : '';
      const forget = (what: 'begun' | 'all') => ({ 'set-cookie': people?.signIn.forget(what) ?? [] });
      if (code === 'signed-out') return tell(response, 401, signInMessage('/sign-in'), null, forget('all'));
      if (code === 'sign-in') return tell(response, 400, MESSAGES.refused, null, forget('begun'));
      if (code === 'wrong-word') return tell(response, 403, MESSAGES.wrongWord);
      // An address may hold a code of GitHub's: it stands in no log.
      log(`a page: ${oneLine(String(error), 300)}`);
      if (!response.headersSent)
        tell(response, code === 'github' ? 502 : 500, code === 'github' ? MESSAGES.github : MESSAGES.broken);
    }
  };
}

function tell(
  response: ServerResponse,
  status: number,
  message: Message,
  person: Session | null = null,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): void {
  sendPage(response, { status, body: messagePage(message, person), headers });
}
