import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { openBotDatabase } from '../adapters/bot-database.ts';
import { type BotQueueOptions, openBotQueue } from '../adapters/bot-queue.ts';
import { openBotStore } from '../adapters/bot-store.ts';
import { now } from '../adapters/clock.ts';
import { installationTokens } from '../adapters/installation-tokens.ts';
import type { Ask } from '../bot/ask.ts';
import { readBotEnvironment } from '../bot/environment.ts';
import { oneLine } from '../errors.ts';
import { openBotFront } from './bot-front.ts';
import { botRuns } from './bot-runs.ts';
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
  log(line: string): void;
}

const CLOSE_MS = 20_000;

/** Starts the App: webhooks, queue and workers in this process, reviews in children. Throws a UserError. */
export async function startBot({
  environment,
  queue: queueOptions,
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
    const tokens = installationTokens(await probot.auth(), now);
    const token = ({ installation, repository }: Ask, scope: 'all' | 'contents') =>
      tokens.give({ installation, contentsOf: scope === 'contents' ? repository : null });
    const shown = { keep: front.keep, pageOf: front.pageOf };
    const runs = botRuns({
      ...{ store, queue, api, server, token, environment, closing: closing.signal, log, ...pace, ...shown },
    });
    const told =
      (work: (typeof runs)['review']): typeof work =>
      async (job) => {
        try {
          await work(job);
        } catch (error) {
          if (((error as Error).cause as { status?: number } | undefined)?.status === 401) tokens.forget();
          if (!closing.signal.aborted) log(`${job.key}: ${oneLine(String(error), 300)}`);
          throw error;
        }
      };
    await queue.work('announce', 2, told(runs.announce));
    await queue.work('review', settings.workers, told(front.timed(runs.review)));
    await queue.work('give-up', 1, told(runs.giveUp));
    // Whatever fell between the store and the queue, or was in hand when the App fell.
    for (const key of await store.open()) await queue.send('announce', key);

    const middleware = await createNodeMiddleware((app) => botWebhooks(app, { store, queue }), {
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
