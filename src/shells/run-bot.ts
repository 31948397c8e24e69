import { untilInterrupted } from '../adapters/interrupt.ts';
import { startBot } from './bot.ts';

/** Runs the App until the process is interrupted; then it puts its work away. Throws a UserError where it cannot start. */
export async function runBot(
  environment: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): Promise<void> {
  await untilInterrupted(async (signal) => {
    const bot = await startBot({ environment, log });
    log(`Taster listens on ${bot.url}.`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    log('Taster closes: what is being reviewed goes back into the queue.');
    await bot.close();
  });
}
