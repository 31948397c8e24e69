import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { openBotDatabase } from '../adapters/bot-database.ts';
import type { BotLog } from '../adapters/bot-log.ts';
import { type BotQueueOptions, openBotQueue, Postponed } from '../adapters/bot-queue.ts';
import { openBotStore } from '../adapters/bot-store.ts';
import { now } from '../adapters/clock.ts';
import { installationTokens } from '../adapters/installation-tokens.ts';
import { limitedFor } from '../adapters/retry.ts';
import type { Ask } from '../bot/ask.ts';
import { readBotEnvironment } from '../bot/environment.ts';
import { oneLine } from '../errors.ts';
import { botReconcile, EVERYTHING } from './bot-reconcile.ts';
import { type BotRunsOptions, botRuns } from './bot-runs.ts';
import { botWebhooks } from './bot-webhooks.ts';
import { openEngine } from './open-engine.ts';

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
  /** How long GitHub is asked again within one job. */
  readonly patience?: BotRunsOptions['patience'];
  /** Between two looks at a workflow whose end GitHub does not tell. */
  readonly lookMs?: number;
  /** The longest that a workflow may take. */
  readonly longestMs?: number;
  readonly log: BotLog;
}

const CLOSE_MS = 20_000;
const SWEEP_MS = 30_000;
const RECONCILE_MS = 3_600_000;
const LOOK_MS = 120_000;

/** Starts the App: webhooks, queue and workers in this process, reviews in children. Throws a UserError. */
export async function startBot({
  environment,
  queue: queueOptions,
  sweepMs = SWEEP_MS,
  reconcileMs = RECONCILE_MS,
  lookMs = LOOK_MS,
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
    const queue = await openBotQueue(database, queueOptions);
    // Its own log repeats whole events, their texts and signatures.
    const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: api, logLevel: 'fatal' });
    probot.onError(({ errors, event }) => {
      for (const error of errors)
        log(`${event?.name ?? 'an event'}: ${oneLine(error.message, 300)}`, {
          level: 'error',
          event: 'webhook-failed',
        });
    });
    const app = await probot.auth();
    const tokens = installationTokens(app, now);
    const token = ({ installation, repository }: Ask, scope: 'all' | 'contents') =>
      tokens.give({ installation, contentsOf: scope === 'contents' ? repository : null });
    const { workers, installationLimit } = settings;
    const common = { store, queue, api, server, token, log };
    const made = { ...common, environment, closing: closing.signal, now, ...pace };
    const { engine, dispatches } = await openEngine(database, { ...settings, ...made });
    const runs = botRuns({ ...common, installationLimit, engine, ...pace });
    const told =
      (work: (typeof runs)['review']): typeof work =>
      async (job) => {
        try {
          await work(job);
        } catch (error) {
          if (((error as Error).cause as { status?: number } | undefined)?.status === 401) tokens.forget();
          const wait = limitedFor(error, now());
          if (wait !== null) {
            log(`${job.key}: GitHub asks to wait ${Math.ceil(wait / 1000)} s.`, { level: 'warning', run: job.key });
            throw new Postponed('GitHub asks to wait', wait / 1000);
          }
          if (!closing.signal.aborted && !(error instanceof Postponed))
            log(`${job.key}: ${oneLine(String(error), 300)}`, { level: 'error', event: 'failed', run: job.key });
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
      await queue.work('review', { atOnce: workers, perGroup: installationLimit }, told(runs.review));
      await queue.work('collect', { atOnce: 2 }, told(runs.collect));
      await queue.work('give-up', { atOnce: 1 }, told(runs.giveUp));
      // Whatever fell between the store and the queue, or was in hand when the App fell.
      for (const key of await store.open()) await queue.send('announce', key);
      const tokenOf = (installation: number) => tokens.give({ installation, contentsOf: null });
      await queue.work('reconcile', { atOnce: 1 }, told(botReconcile({ store, queue, app, api, tokenOf, log })));
      repeat(() => queue.send('reconcile', EVERYTHING), { everyMs: reconcileMs, what: 'Comparing with GitHub' });
      await queue.send('reconcile', EVERYTHING);
      // Another process may fall between the two while this one goes on.
      const sweep = async () => {
        for (const key of await store.forgotten(sweepMs / 1000)) await queue.send('announce', key);
        for (const key of (await dispatches?.look(lookMs / 1000)) ?? []) await queue.send('collect', key);
      };
      repeat(sweep, { everyMs: sweepMs, what: 'The sweep' });
    }

    const middleware = await createNodeMiddleware((app) => botWebhooks(app, { store, queue, dispatches }), {
      ...{ probot, webhooksPath: WEBHOOK_PATH },
    });
    const http = createServer((request, response) => {
      if (ending.signal.aborted) response.writeHead(503, { connection: 'close' }).end();
      else if (request.url === '/healthz') response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
      else void middleware(request, response, () => response.writeHead(404).end());
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
        await database.close(CLOSE_MS);
      },
    };
  } catch (error) {
    closing.abort();
    await database.close(0);
    throw error;
  }
}
