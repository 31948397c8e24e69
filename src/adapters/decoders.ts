import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ImageHeader } from '../features/images/header.ts';
import type { ImageSource } from '../features/images/images.ts';
import type { Pixels, Size } from '../features/images/resize.ts';

export interface DecoderOrder {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly size: Size | null;
}

export type DecoderAnswer = 'ready' | { readonly pixels: Pixels | null } | { readonly error: Error };

export interface Decoders extends Pick<ImageSource, 'decode'> {
  close(): Promise<void>;
}

/** Longest that one image may take: a thousand times what one of 33 million pixels takes. */
const LIMIT_MS = 30_000;

/** Bytes that refused files may have left behind in a thread's codecs before it is replaced, and the least of each. */
const MOST_LEFT_BEHIND = 2 ** 28;
const LEAST_LEFT_BEHIND = 2 ** 22;

/**
 * Decodes on worker threads, each begun when it is first needed. A thread that hangs or dies over an image is ended and
 * replaced, and the image counts as damaged. `program` is `decoder.ts`, or what it was built to. Ends with `close`.
 */
export function openDecoders(program: URL, threads: number, limitMs: number = LIMIT_MS): Decoders {
  const free = Array.from({ length: threads }, () => openThread(program, limitMs));
  const all = [...free];
  const waiting: ((thread: Thread) => void)[] = [];
  const take = () => {
    const thread = free.pop();
    return thread ? Promise.resolve(thread) : new Promise<Thread>((resolve) => waiting.push(resolve));
  };
  const giveBack = (thread: Thread) => {
    const next = waiting.shift();
    if (next) next(thread);
    else free.push(thread);
  };
  return {
    async decode(bytes, header, size) {
      const thread = await take();
      try {
        return await thread.run({ bytes, header, size });
      } finally {
        giveBack(thread);
      }
    },
    async close() {
      await Promise.all(all.map((thread) => thread.end()));
    },
  };
}

type Thread = ReturnType<typeof openThread>;

type Answer = Exclude<DecoderAnswer, 'ready'>;

function openThread(program: URL, limitMs: number) {
  let worker: Worker | null = null;
  let leftBehind = 0;
  /** Ends the wait for an answer; null where none will come. */
  let settle: (answer: Answer | null) => void = () => {};
  const start = async (): Promise<Worker> => {
    const fresh = new Worker(program);
    const lost = () => {
      if (worker === fresh) worker = null;
      settle(null);
    };
    const early = once(fresh, 'exit').then(() => Promise.reject(new Error('a decoder ended before it had begun')));
    // Rejects where the program cannot be begun at all: a bug of ours, and no damaged image.
    await Promise.race([once(fresh, 'message'), early]);
    early.catch(() => {});
    fresh.on('message', (answer: Answer) => settle(answer));
    fresh.on('error', lost);
    fresh.on('exit', lost);
    return fresh;
  };
  return {
    async run(order: DecoderOrder): Promise<Pixels | null> {
      const thread = worker ?? (await start());
      worker = thread;
      const clock = setTimeout(() => void thread.terminate(), limitMs);
      const answer = await new Promise<Answer | null>((resolve) => {
        settle = resolve;
        thread.postMessage(order);
      });
      clearTimeout(clock);
      if (answer && 'error' in answer) throw answer.error;
      const pixels = answer?.pixels ?? null;
      const { bytes, header } = order;
      if (pixels === null) leftBehind += Math.max(LEAST_LEFT_BEHIND, bytes.length + 4 * header.width * header.height);
      if (leftBehind > MOST_LEFT_BEHIND) {
        leftBehind = 0;
        worker = null;
        await thread.terminate();
      }
      return pixels;
    },
    async end() {
      await worker?.terminate();
    },
  };
}
