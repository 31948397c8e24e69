import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { openBotDatabase } from '../adapters/bot-database.ts';
import { type BotQueueOptions, openBotQueue, Postponed } from '../adapters/bot-queue.ts';
import { openBotStore } from '../adapters/bot-store.ts';
import { now } from '../adapters/clock.ts';
import { installationTokens } from '../adapters/installation-tokens.ts';
import { limitedFor } from '../adapters/retry.ts';
import type { Ask } from '../bot/ask.ts';
import { readBotEnvironment } from '../bot/environment.ts';
import { oneLine } from '../errors.ts';
import { openBotFront } from './bot-front.ts';
import { openBotHearing } from './bot-hearing.ts';
import { botReconcile, EVERYTHING } from './bot-reconcile.ts';
import { type BotRunsOptions, botRuns } from './bot-runs.ts';
import { botWebhooks } from './bot-webhooks.ts';

export const WEBHOOK_PATH = '/api/github/webhooks';

export interface StartedBot {
  readonly url: string;
  /** Takes no more, puts what is being reviewed back into the queue, and closes the database. */
  close(): Promise<void>;
}

export interface StartBotOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly queue?: BotQueueOptions;
  readonly watchMs?: number;
  readonly progressMs?: number;
  /** Between two looks for what was taken and not announced. */
  readonly sweepMs?: number;
  /** Between two comparisons of what is known with GitHub. */
  readonly reconcileMs?: number;
  /** Milliseconds since 1970: acceptances end by it. */
  now?(): number;
  /** How long GitHub is asked again within one job. */
  readonly patience?: BotRunsOptions['patience'];
  log(line: string): void;
}

const CLOSE_MS = 20_000;
const SWEEP_MS = 30_000;
const RECONCILE_MS = 3_600_000;

/** Starts the App: webhooks, queue and workers in this process, reviews in children. Throws a UserError. */
export async function startBot({
  environment,
  queue: queueOptions,
  sweepMs = SWEEP_MS,
  reconcileMs = RECONCILE_MS,
  now: clock = now,
  log,
  ...pace
}: StartBotOptions): Promise<StartedBot> {
  const { appId, privateKey, webhookSecret, database: at, ...settings } = readBotEnvironment(environment);
  const { api, server } = settings;
  const database = await openBotDatabase({ at, log });
  const closing = new AbortController();
  /** No more is taken from here on; what is in hand goes on until `closing`. */
  const ending = new AbortController();
  try {
    const store = await openBotStore(database);
    const { pages } = settings;
    const front = await openBotFront({ database, pages, api, server, closing: ending.signal, now, log });
    const queue = await openBotQueue(database, queueOptions);
    // Its own log repeats whole events, their texts and signatures.
    const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: api, logLevel: 'fatal' });
    probot.onError(({ errors, event }) => {
      for (const error of errors) log(`${event?.name ?? 'an event'}: ${oneLine(error.message, 300)}`);
    });
    const app = await probot.auth();
    const tokens = installationTokens(app, now);
    const token = ({ installation, repository }: Ask, scope: 'all' | 'contents') =>
      tokens.give({ installation, contentsOf: scope === 'contents' ? repository : null });
    const { workers, installationLimit, cloneLimitBytes } = settings;
    const tokenOf = (installation: number) => tokens.give({ installation, contentsOf: null });
    const speaking = { api, server, appId, token, tokenOf, now: clock, log, ...pace };
    const { reportDays } = pages;
    const { commands, settle, answer } = await openBotHearing({ database, reportDays, store, queue, ...speaking });
    const shown = { settle, keep: front.keep, pageOf: front.pageOf };
    const common = { store, queue, api, server, token, environment, installationLimit, cloneLimitBytes };
    const runs = botRuns({ ...common, closing: closing.signal, log, ...pace, ...shown });
    const told =
      (work: (typeof runs)['review']): typeof work =>
      async (job) => {
        try {
          await work(job);
        } catch (error) {
          if (((error as Error).cause as { status?: number } | undefined)?.status === 401) tokens.forget();
          const wait = limitedFor(error, now());
          if (wait !== null) {
            log(`${job.key}: GitHub asks to wait ${Math.ceil(wait / 1000)} s.`);
            throw new Postponed('GitHub asks to wait', wait / 1000);
          }
          if (!closing.signal.aborted && !(error instanceof Postponed))
            log(`${job.key}: ${oneLine(String(error), 300)}`);
          throw error;
        }
      };
    const repeat = (work: () => Promise<void>, { everyMs, what }: { everyMs: number; what: string }) => {
      const quietly = () => void work().catch((error: Error) => log(`${what}: ${oneLine(error.message)}`));
      const timer = setInterval(quietly, everyMs);
      closing.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    };
    if (workers > 0) {
      await queue.work('announce', { atOnce: 2 }, told(runs.announce));
      await queue.work('review', { atOnce: workers, perGroup: installationLimit }, told(front.timed(runs.review)));
      await queue.work('give-up', { atOnce: 1 }, told(runs.giveUp));
      // Whatever fell between the store and the queue, or was in hand when the App fell.
      for (const key of await store.open()) await queue.send('announce', key);
      for (const id of await commands.open()) await queue.send('command', id);
      await queue.work('reconcile', { atOnce: 1 }, told(botReconcile({ store, queue, app, api, tokenOf, log })));
      await queue.work('command', { atOnce: 2 }, told(answer));
      repeat(() => queue.send('reconcile', EVERYTHING), { everyMs: reconcileMs, what: 'Comparing with GitHub' });
      await queue.send('reconcile', EVERYTHING);
      // Another process may fall between the two while this one goes on.
      const sweep = async () => {
        for (const key of await store.forgotten(sweepMs / 1000)) await queue.send('announce', key);
        for (const id of await commands.open()) await queue.send('command', id);
      };
      repeat(sweep, { everyMs: sweepMs, what: 'The sweep' });
    }

    const middleware = await createNodeMiddleware((app) => botWebhooks(app, { store, queue, commands, now: clock }), {
      ...{ probot, webhooksPath: WEBHOOK_PATH },
    });
    const http = createServer((request, response) => {
      if (request.url === WEBHOOK_PATH) front.watch(request, response);
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
