import type { BotDatabase } from './bot-database.ts';

/** `announce` is quick and shows that a review waits, `review` takes minutes, `give-up` closes what failed for good. */
export const QUEUES = ['announce', 'review', 'give-up'] as const;
export type QueueName = (typeof QUEUES)[number];

export interface Job {
  readonly key: string;
  /** Aborted where the queue takes the job away: it ran too long, or the queue is closing. */
  readonly signal: AbortSignal;
}

export interface BotQueue {
  /** Puts a run into a queue; once, however often it is sent while it waits or is worked on. */
  send(queue: QueueName, key: string): Promise<void>;
  /** An error sends the job back, a few times; then it goes to `give-up`. */
  work(queue: QueueName, atOnce: number, handle: (job: Job) => Promise<void>): Promise<void>;
}

export interface BotQueueOptions {
  /** A job whose worker was not heard from for so long is given to another; at least 10. */
  readonly lostAfterSeconds?: number;
  readonly retryDelaySeconds?: number;
}

/** The longest that one review may take, in seconds. */
const LONGEST = 2 * 3600;
const RETRIES = 3;
const POLL_SECONDS = 1;

/** The queue of runs, on whatever database the App has. */
export async function openBotQueue(
  { boss }: BotDatabase,
  { lostAfterSeconds = 30, retryDelaySeconds = 5 }: BotQueueOptions = {},
): Promise<BotQueue> {
  const common = {
    policy: 'exclusive',
    notify: true,
    retryLimit: RETRIES,
    retryDelay: retryDelaySeconds,
    retryBackoff: true,
    heartbeatSeconds: lostAfterSeconds,
    expireInSeconds: LONGEST,
  };
  await boss.createQueue('give-up', { ...common, retryLimit: 20 });
  for (const name of ['announce', 'review']) await boss.createQueue(name, { ...common, deadLetter: 'give-up' });
  return {
    async send(queue, key) {
      // One repository's burst does not fill the places of the others.
      await boss.send(queue, { key }, { singletonKey: key, group: { id: key.slice(0, key.lastIndexOf('@')) } });
    },
    async work(queue, atOnce, handle) {
      const options = {
        localConcurrency: atOnce,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: 2,
        ...(queue === 'review' ? { groupConcurrency: Math.max(1, Math.ceil(atOnce / 2)) } : {}),
      };
      await boss.work<{ key: string }>(queue, options, async (jobs) => {
        for (const job of jobs) await handle({ key: job.data.key, signal: job.signal });
      });
    },
  };
}
