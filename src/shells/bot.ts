import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { openBotDatabase } from '../adapters/bot-database.ts';
import type { BotLog } from '../adapters/bot-log.ts';
import { type BotQueueOptions, openBotQueue } from '../adapters/bot-queue.ts';
import { openBotStore } from '../adapters/bot-store.ts';
import { now } from '../adapters/clock.ts';
import { installationTokens } from '../adapters/installation-tokens.ts';
import { openReportStore } from '../adapters/report-store.ts';
import type { Ask } from '../bot/ask.ts';
import { readBotEnvironment } from '../bot/environment.ts';
import { oneLine } from '../errors.ts';
import { openBotFront } from './bot-front.ts';
import { openBotHearing } from './bot-hearing.ts';
import { type BotPace, workJobs } from './bot-jobs.ts';
import { botReconcile } from './bot-reconcile.ts';
import { type BotRunsOptions, botRuns } from './bot-runs.ts';
import { botWebhooks } from './bot-webhooks.ts';
import { openEngine } from './open-engine.ts';

export const WEBHOOK_PATH = '/api/github/webhooks';

export interface StartedBot {
  readonly url: string;
  /** Takes no more, puts what is being reviewed back into the queue, and closes the database. */
  close(): Promise<void>;
}

export interface StartBotOptions extends Partial<BotPace> {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly queue?: BotQueueOptions;
  readonly watchMs?: number;
  readonly progressMs?: number;
  /** Milliseconds since 1970: acceptances end by it. */
  now?(): number;
  /** How long GitHub is asked again within one job. */
  readonly patience?: BotRunsOptions['patience'];
  /** The longest that a workflow may take. */
  readonly longestMs?: number;
  readonly log: BotLog;
}

const CLOSE_MS = 20_000;
const PACE: BotPace = { sweepMs: 30_000, reconcileMs: 3_600_000, lookMs: 120_000 };

/** Starts the App: webhooks, queue and workers in this process, reviews in children or workflows. Throws a UserError. */
export async function startBot({
  environment,
  queue: queueOptions,
  now: clock = now,
  log,
  ...given
}: StartBotOptions): Promise<StartedBot> {
  const { appId, privateKey, webhookSecret, database: at, ...settings } = readBotEnvironment(environment);
  const { api, server, pages, workers, installationLimit } = settings;
  const database = await openBotDatabase({ at, log });
  const closing = new AbortController();
  /** No more is taken from here on; what is in hand goes on until `closing`. */
  const ending = new AbortController();
  try {
    const store = await openBotStore(database);
    const reports = await openReportStore(database, { days: pages.reportDays });
    const front = await openBotFront({ database, reports, pages, api, server, closing: ending.signal, now, log });
    const queue = await openBotQueue(database, queueOptions);
    // Its own log repeats whole events, their texts and signatures.
    const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: api, logLevel: 'fatal' });
    probot.onError(({ errors, event }) => {
      const fields = { level: 'error', event: 'webhook-failed' } as const;
      for (const error of errors) log(`${event?.name ?? 'an event'}: ${oneLine(error.message, 300)}`, fields);
    });
    const app = await probot.auth();
    const tokens = installationTokens(app, now);
    const token = ({ installation, repository }: Ask, scope: 'all' | 'contents') =>
      tokens.give({ installation, contentsOf: scope === 'contents' ? repository : null });
    const tokenOf = (installation: number) => tokens.give({ installation, contentsOf: null });
    const common = { store, queue, api, server, token, log, ...given };
    const { commands, settle, answer } = await openBotHearing({
      ...{ ...common, database, reports, appId, tokenOf, now: clock },
    });
    const { engine, dispatches } = await openEngine(database, {
      ...{ ...settings, ...common, environment, closing: closing.signal, now },
    });
    const { keep, pageOf } = front;
    const runs = botRuns({ ...common, settle, installationLimit, engine, keep, pageOf });
    if (workers > 0)
      await workJobs({
        ...{ store, queue, commands, dispatches, answer, workers, installationLimit, log },
        runs: { ...runs, review: front.timed(runs.review) },
        reconcile: botReconcile({ store, queue, app, api, tokenOf, log }),
        pace: { ...PACE, ...given },
        closing: closing.signal,
        onRefused: () => tokens.forget(),
      });

    const heard = { store, queue, commands, dispatches, now: clock };
    const middleware = await createNodeMiddleware((app) => botWebhooks(app, heard), {
      ...{ probot, webhooksPath: WEBHOOK_PATH },
    });
    const http = createServer((request, response) => {
      if (request.url === WEBHOOK_PATH) {
        front.watch(request, response);
        // GitHub shows it as failed; it is sent again, or found by comparing.
        if (ending.signal.aborted) return void response.writeHead(503, { connection: 'close' }).end();
      }
      void middleware(request, response, () => void front.serve(request, response));
    });
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(settings.port, settings.host, resolve);
    });
    const { port } = http.address() as AddressInfo;
    return {
      url: `http://${settings.host}:${port}`,
      async close() {
        ending.abort();
        http.closeIdleConnections();
        await new Promise((resolve) => http.close(resolve));
        closing.abort(new Error('the App is closing'));
        await front.close();
        await database.close(CLOSE_MS);
      },
    };
  } catch (error) {
    closing.abort();
    await database.close(0);
    throw error;
  }
}
