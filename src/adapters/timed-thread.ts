import { once } from 'node:events';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/** What a thread says: once that it has begun, then an answer to each order. */
export type ThreadMessage<Answer> = 'ready' | Answer | { readonly error: Error };

export interface TimedThread<Order, Answer> {
  /** Null where the thread hung or died over the order; the next one meets a fresh thread. One order at a time. */
  run(order: Order): Promise<Answer | null>;
  /** Ends the thread; an order after it begins another. */
  end(): Promise<void>;
}

/**
 * A worker thread over hostile input, begun when it is first needed: one that takes longer than its time over an order,
 * or dies, is ended and replaced. Throws what the program reports as an `error`, which is no fault of the input.
 */
export function openTimedThread<Order, Answer extends object>(
  program: URL,
  { limitMs, resourceLimits }: { readonly limitMs: number; readonly resourceLimits?: ResourceLimits },
): TimedThread<Order, Answer> {
  let worker: Worker | null = null;
  /** Ends the wait for an answer; null where none will come. */
  let settle: (answer: Answer | { readonly error: Error } | null) => void = () => {};
  const start = async (): Promise<Worker> => {
    const fresh = new Worker(program, resourceLimits ? { resourceLimits } : {});
    const lost = () => {
      if (worker === fresh) worker = null;
      settle(null);
    };
    const early = once(fresh, 'exit').then(() => Promise.reject(new Error('a thread ended before it had begun')));
    // Rejects where the program cannot be begun at all: a bug of ours, and no damaged input.
    await Promise.race([once(fresh, 'message'), early]);
    early.catch(() => {});
    fresh.on('message', (answer: Answer | { readonly error: Error }) => settle(answer));
    fresh.on('error', lost);
    fresh.on('exit', lost);
    return fresh;
  };
  return {
    async run(order) {
      const thread = worker ?? (await start());
      worker = thread;
      const clock = setTimeout(() => void thread.terminate(), limitMs);
      const answer = await new Promise<Answer | { readonly error: Error } | null>((resolve) => {
        settle = resolve;
        thread.postMessage(order);
      });
      clearTimeout(clock);
      if (answer && 'error' in answer) throw answer.error;
      return answer;
    },
    async end() {
      const thread = worker;
      worker = null;
      await thread?.terminate();
    },
  };
}
