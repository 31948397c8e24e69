import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BotDatabase } from '../adapters/bot-database.ts';
import { openGitHubSignIn } from '../adapters/github-sign-in.ts';
import { openMetrics } from '../adapters/metrics.ts';
import { REVIEW_BYTES, type ReportStore } from '../adapters/report-store.ts';
import { openRunList } from '../adapters/run-list.ts';
import { keptReview } from '../bot/kept-review.ts';
import { runAddress } from '../bot/pages/addresses.ts';
import type { PagesSettings } from '../bot/pages-settings.ts';
import { reportHeadline } from '../bot/report-headline.ts';
import { oneLine } from '../errors.ts';
import { renderJson } from '../report/json.ts';
import type { Review } from '../review/review.ts';
import { botMonitor } from './bot-monitor.ts';
import { botPages } from './bot-pages.ts';
import { botSignIn } from './bot-sign-in.ts';
import { openReportDrawer } from './draw-report.ts';
import type { Answer } from './send-page.ts';

export interface BotFrontOptions {
  readonly database: BotDatabase;
  readonly reports: ReportStore;
  readonly pages: PagesSettings;
  readonly api: string;
  readonly server: string;
  /** Aborted where the App closes. */
  readonly closing: AbortSignal;
  now(): number;
  log(line: string): void;
}

/** What the App shows of itself: to people its pages, to a monitor its state, to GitHub the address of a run's page. */
export interface BotFront {
  /** Keeps a review for its run's page; data that could not be read leave no verdict there, either. */
  keep(
    run: { readonly number: number; readonly attempt: number },
    result: { readonly review: Review; readonly unreadable: readonly string[] },
  ): Promise<void>;
  /** Address of a run's page; null where the App does not know its own. */
  pageOf(number: number): string | null;
  /** The same work, its seconds measured. */
  timed<Args extends readonly unknown[]>(work: (...args: Args) => Promise<void>): (...args: Args) => Promise<void>;
  /** Counts an answer to GitHub when it is given. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  /** Answers whatever is no webhook. */
  readonly serve: Answer;
  close(): Promise<void>;
}

const PRUNE_MS = 3600_000;

/** The store's tables must be there. */
export async function openBotFront(options: BotFrontOptions): Promise<BotFront> {
  const { database, reports, pages, api, server, closing, now, log } = options;
  const { publicUrl, client, reportDays } = pages;
  const runs = openRunList(database);
  const metrics = await openMetrics(runs);
  const drawer = openReportDrawer();
  const people = client === null || publicUrl === null ? null : peopleOf({ client, publicUrl, api, server, now });
  const answer = botPages({ runs, reports, reportDays, drawer, people, server, now, log });
  const monitor = botMonitor({ runs, metrics, token: pages.metricsToken, closing });
  const pruning = setInterval(() => void reports.prune().catch((error: Error) => log(error.message)), PRUNE_MS);
  pruning.unref();
  return {
    async keep(run, { review, unreadable }) {
      const text = renderJson(keptReview(review));
      const headline = reportHeadline(review, unreadable);
      if (Buffer.byteLength(text) <= REVIEW_BYTES) await reports.keep(run, { review: text, headline });
      else log(`run ${run.number}: its report is too large to be kept`);
    },
    pageOf: (number) => (publicUrl === null ? null : publicUrl + runAddress(number)),
    timed:
      (work) =>
      async (...args) => {
        const begun = performance.now();
        const tell = (end: 'done' | 'failed') => metrics.review({ end, seconds: (performance.now() - begun) / 1000 });
        await work(...args).then(
          () => tell('done'),
          (error: unknown) => {
            tell('failed');
            throw error;
          },
        );
      },
    watch(request, response) {
      const begun = performance.now();
      const event = String(request.headers['x-github-event'] ?? '');
      response.once('finish', () =>
        metrics.webhook({ event, status: response.statusCode, seconds: (performance.now() - begun) / 1000 }),
      );
    },
    async serve(request, response) {
      try {
        if (await monitor(request, response)) return;
        response.once('finish', () => metrics.page(response.statusCode));
        await answer(request, response);
      } catch (error) {
        log(`an answer: ${oneLine(String(error), 300)}`);
        if (!response.headersSent) response.writeHead(500).end();
      }
    },
    async close() {
      clearInterval(pruning);
      await drawer.close();
    },
  };
}

type PeopleOptions = Pick<BotFrontOptions, 'api' | 'server' | 'now'> & {
  readonly client: NonNullable<PagesSettings['client']>;
  readonly publicUrl: string;
};

function peopleOf({ client, publicUrl, ...rest }: PeopleOptions) {
  const github = openGitHubSignIn({ ...rest, client, callback: `${publicUrl}/sign-in/callback` });
  return { github, signIn: botSignIn({ github, secret: client.secret, publicUrl, now: rest.now }) };
}
