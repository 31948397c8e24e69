import type { BotDispatches } from '../adapters/bot-dispatches.ts';
import type { BotLog } from '../adapters/bot-log.ts';
import { type BotQueue, type Job, Postponed } from '../adapters/bot-queue.ts';
import type { BotStore } from '../adapters/bot-store.ts';
import { now } from '../adapters/clock.ts';
import type { CommandStore } from '../adapters/command-store.ts';
import { statusBehind } from '../adapters/github-client.ts';
import { limitedFor } from '../adapters/retry.ts';
import { oneLine } from '../errors.ts';
import { EVERYTHING } from './bot-reconcile.ts';
import type { BotRuns } from './bot-runs.ts';

type Work = (job: Job) => Promise<void>;

export interface BotJobsOptions {
  readonly store: BotStore;
  readonly queue: BotQueue;
  readonly commands: CommandStore;
  readonly dispatches: BotDispatches | null;
  readonly runs: BotRuns;
  /** Answers a command. */
  readonly answer: Work;
  readonly reconcile: Work;
  /** Reviews at once in this process, and of one installation in all of them; null sets none. */
  readonly workers: number;
  readonly installationLimit: number | null;
  readonly pace: BotPace;
  readonly closing: AbortSignal;
  /** GitHub takes the installation's tokens no more. */
  onRefused(): void;
  readonly log: BotLog;
}

/** Milliseconds between two looks: for what was taken and not announced, at GitHub as a whole, at a workflow's run. */
export interface BotPace {
  readonly sweepMs: number;
  readonly reconcileMs: number;
  readonly lookMs: number;
}

/** Has this process work: first on what fell between the store and the queue, or was in hand when the App fell. */
export async function workJobs(options: BotJobsOptions): Promise<void> {
  const { store, queue, commands, dispatches, runs, pace, closing, log } = options;
  const told = (work: Work) => tellingWork(work, options);
  const repeat = (work: () => Promise<void>, { everyMs, what }: { everyMs: number; what: string }) => {
    const quietly = () => void work().catch((error: Error) => log(`${what}: ${oneLine(error.message)}`));
    const timer = setInterval(quietly, everyMs);
    closing.addEventListener('abort', () => clearInterval(timer), { once: true });
  };
  const { workers, installationLimit } = options;
  await queue.work('announce', { atOnce: 2 }, told(runs.announce));
  await queue.work('review', { atOnce: workers, perGroup: installationLimit }, told(runs.review));
  await queue.work('collect', { atOnce: 2 }, told(runs.collect));
  await queue.work('give-up', { atOnce: 1 }, told(runs.giveUp));
  for (const key of await store.open()) await queue.send('announce', key);
  for (const id of await commands.open()) await queue.send('command', id);
  await queue.work('reconcile', { atOnce: 1 }, told(options.reconcile));
  await queue.work('command', { atOnce: 2 }, told(options.answer));
  repeat(() => queue.send('reconcile', EVERYTHING), { everyMs: pace.reconcileMs, what: 'Comparing with GitHub' });
  await queue.send('reconcile', EVERYTHING);
  repeat(() => store.prune(), { everyMs: pace.reconcileMs, what: 'Forgetting old deliveries' });
  // Another process may fall between the store and the queue while this one goes on.
  const sweep = async () => {
    for (const key of await store.forgotten(pace.sweepMs / 1000)) await queue.send('announce', key);
    for (const id of await commands.open()) await queue.send('command', id);
    for (const key of (await dispatches?.look(pace.lookMs / 1000)) ?? []) await queue.send('collect', key);
  };
  repeat(sweep, { everyMs: pace.sweepMs, what: 'The sweep' });
}

/** The same work; what it throws is told, and a wait that GitHub asks for puts the job off. */
function tellingWork(work: Work, { closing, onRefused, log }: BotJobsOptions): Work {
  return async (job) => {
    try {
      await work(job);
    } catch (error) {
      if (statusBehind(error) === 401) onRefused();
      const wait = limitedFor(error, now());
      if (wait !== null) {
        log(`${job.key}: GitHub asks to wait ${Math.ceil(wait / 1000)} s.`, { level: 'warning', run: job.key });
        throw new Postponed('GitHub asks to wait', wait / 1000);
      }
      if (!closing.aborted && !(error instanceof Postponed))
        log(`${job.key}: ${oneLine(String(error), 300)}`, { level: 'error', event: 'failed', run: job.key });
      throw error;
    }
  };
}
