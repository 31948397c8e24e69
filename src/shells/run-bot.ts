import { botLog } from '../adapters/bot-log.ts';
import { now } from '../adapters/clock.ts';
import { untilInterrupted } from '../adapters/interrupt.ts';
import { readBotEnvironment } from '../bot/environment.ts';
import { startBot } from './bot.ts';

/** Runs the App until the process is interrupted; then it puts its work away. Throws a UserError where it cannot start. */
export async function runBot(
  environment: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
): Promise<void> {
  const { logFormat: format, privateKey, webhookSecret, database, pages } = readBotEnvironment(environment);
  const others = ['url' in database ? database.url : null, pages.client?.secret ?? null, pages.metricsToken];
  const secrets = [privateKey, webhookSecret, ...others.filter((secret) => secret !== null)];
  const log = botLog({ format, secrets, write, now });
  await untilInterrupted(async (signal) => {
    const bot = await startBot({ environment, log });
    log(`Taster listens on ${bot.url}.`, { event: 'listening' });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    log('Taster closes: what is being reviewed goes back into the queue.', { event: 'closing' });
    await bot.close();
    log('Taster is closed.', { event: 'closed' });
  });
}
