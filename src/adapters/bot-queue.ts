import type { Job as PgJob } from 'pg-boss';
import type { BotDatabase } from './bot-database.ts';
import { inBatches } from './in-batches.ts';

/**
 * `announce` is quick and shows that a review waits, `review` takes minutes, `collect` looks for one that is made
 * elsewhere, `give-up` closes what failed for good; `reconcile` looks for events that were lost, `command` answers people.
 */
export const QUEUES = ['announce', 'review', 'collect', 'give-up', 'reconcile', 'command'] as const;
export type QueueName = (typeof QUEUES)[number];

export interface Job {
  readonly key: string;
  /** Aborted where the queue takes the job away: it ran too long, or the queue is closing. */
  readonly signal: AbortSignal;
}

export interface Place {
  /** Jobs of one group may have a limit in common. */
  readonly group: string | null;
  /** The lowest goes first, then the one that waits longest. */
  readonly turn: number;
}

interface Put extends Place {
  readonly key: string;
}

export interface BotQueue {
  /** Puts a run into a queue; once, however often it is sent while it waits or is worked on. */
  send(queue: QueueName, key: string, place?: Place): Promise<void>;
  /** An error sends the job back, a few times; then it goes to `give-up`. `Postponed` sends it back without counting. */
  work(queue: QueueName, limits: QueueLimits, handle: (job: Job) => Promise<void>): Promise<void>;
}

export interface QueueLimits {
  /** Jobs at once in this process. */
  readonly atOnce: number;
  /** Jobs at once of one group, in all processes: nearly, for workers that look at the same moment do not see each other. */
  readonly perGroup?: number | null;
}

export interface BotQueueOptions {
  /** A job whose worker was not heard from for so long is given to another; at least 10. */
  readonly lostAfterSeconds?: number;
  readonly retryDelaySeconds?: number;
}

/** Not now: the job comes again after so many seconds, and this was no try. */
export class Postponed extends Error {
  readonly seconds: number;
  constructor(message: string, seconds: number) {
    super(message);
    this.seconds = seconds;
  }
}

/** The longest that one review may take, in seconds. */
const LONGEST = 2 * 3600;
const RETRIES = 3;
/** What costs nothing goes on through an outage of hours, in the end every so many seconds. */
const QUICK_RETRIES = 20;
const LONGEST_DELAY = 600;
const POLL_SECONDS = 1;
const JOBS_AT_ONCE = 100;

/** The queue of runs, on whatever database the App has. */
export async function openBotQueue(
  { boss, query, transaction, isAlone }: BotDatabase,
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
  const quick = { ...common, retryLimit: QUICK_RETRIES, retryDelayMax: LONGEST_DELAY };
  for (const name of ['give-up', 'reconcile', 'command']) await boss.createQueue(name, quick);
  await boss.createQueue('announce', { ...quick, deadLetter: 'give-up' });
  for (const name of ['review', 'collect']) await boss.createQueue(name, { ...common, deadLetter: 'give-up' });
  if (isAlone) await releaseFallen({ boss, query });
  const inserts = QUEUES.map((queue) => {
    const insert = inBatches<Put, null>(async (puts) => {
      await boss.insert(queue, puts.map(jobOf));
      return puts.map(() => null);
    }, JOBS_AT_ONCE);
    return [queue, insert] as const;
  });
  const put = Object.fromEntries(inserts) as Record<QueueName, (put: Put) => Promise<null>>;
  return {
    async send(queue, key, { group, turn } = { group: null, turn: 0 }) {
      await put[queue]({ key, group, turn });
    },
    async work(queue, { atOnce, perGroup }, handle) {
      const options = {
        ...{ pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: 2 },
        ...(perGroup == null ? {} : { groupConcurrency: perGroup }),
      };
      /** Done, and to be done later, in one: else a fall between the two would lose it. */
      const postpone = (job: PgJob<Pick<Put, 'key' | 'turn'>>, seconds: number) =>
        transaction(async (query) => {
          const db = {
            executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await query(text, values))] }),
          };
          await boss.complete(queue, job.id, null, { db });
          const { data, ...options } = jobOf({ ...job.data, group: job.groupId ?? null });
          await boss.send(queue, data, { ...options, db, startAfter: Math.ceil(seconds) });
        });
      for (let worker = 0; worker < atOnce; worker++) {
        const id: string = await boss.work<Pick<Put, 'key' | 'turn'>>(queue, options, async (jobs) => {
          for (const job of jobs)
            try {
              await handle({ key: job.data.key, signal: job.signal });
            } catch (error) {
              if (!(error instanceof Postponed)) throw error;
              await postpone(job, error.seconds);
            }
          // Else a worker rests between two jobs of a burst: it is woken only by what comes while it waits.
          boss.notifyWorker(id);
        });
      }
    },
  };
}

function jobOf({ key, group, turn }: Put) {
  const place = { singletonKey: key, priority: -turn, ...(group === null ? {} : { group: { id: group } }) };
  return { data: { key, turn }, ...place };
}

/** What a fallen App had in hand need not be missed first: it is tried again at once, and that was one of its tries. */
async function releaseFallen({ boss, query }: Pick<BotDatabase, 'boss' | 'query'>): Promise<void> {
  for (const queue of QUEUES) {
    const rows = await query(`select id from pgboss.job where name = $1 and state = 'active'`, [queue]);
    const ids = rows.map(({ id }) => String(id));
    if (ids.length > 0) await boss.fail(queue, ids, { message: 'the App fell' });
  }
}
