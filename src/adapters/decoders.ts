import type { ImageHeader } from '../features/images/header.ts';
import type { ImageSource } from '../features/images/images.ts';
import type { Pixels, Size } from '../features/images/resize.ts';
import { openTimedThread, type ThreadMessage } from './timed-thread.ts';

export interface DecoderOrder {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly size: Size | null;
}

export type DecoderAnswer = ThreadMessage<{ readonly pixels: Pixels | null }>;

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

function openThread(program: URL, limitMs: number) {
  const thread = openTimedThread<DecoderOrder, { readonly pixels: Pixels | null }>(program, { limitMs });
  let leftBehind = 0;
  return {
    async run(order: DecoderOrder): Promise<Pixels | null> {
      const pixels = (await thread.run(order))?.pixels ?? null;
      const { bytes, header } = order;
      if (pixels === null) leftBehind += Math.max(LEAST_LEFT_BEHIND, bytes.length + 4 * header.width * header.height);
      if (leftBehind > MOST_LEFT_BEHIND) {
        leftBehind = 0;
        await thread.end();
      }
      return pixels;
    },
    end: thread.end,
  };
}
