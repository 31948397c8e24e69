import { PassThrough } from 'node:stream';
import { UserError } from '../errors.ts';
import { runGit } from './run-git.ts';

const NEWLINE = 10;
/** Longest answer line of git before a content: an object id, a word and a size. */
const LONGEST_HEADER = 200;

/** Contents of blobs in the order asked for, by one `git cat-file --batch`. */
export async function* readBlobs(
  root: string,
  objects: readonly string[],
  maxBytes: number,
): AsyncGenerator<Buffer | null> {
  if (objects.length === 0) return;
  const sink = new PassThrough();
  const done = runGit(root, ['cat-file', '--batch'], { sink, input: `${objects.join('\n')}\n` });
  // Awaited below, but where the reader stops early: then the broken pipe ends git, and nobody asks.
  done.catch(() => {});
  let whole = false;
  try {
    yield* parseBatch(sink, objects, maxBytes);
    await done;
    whole = true;
  } finally {
    if (!whole) sink.destroy(new Error('no longer read'));
  }
}

/**
 * Reads the answers of `git cat-file --batch`: `id blob size LF content LF`, or `id missing LF`. A content of more than
 * `maxBytes` is passed over and given as null. Throws a UserError for an object that is missing.
 */
export async function* parseBatch(
  source: AsyncIterable<Buffer>,
  objects: readonly string[],
  maxBytes: number,
): AsyncGenerator<Buffer | null> {
  const reader = chunkReader(source);
  for (const object of objects) {
    const header = await reader.line();
    const [id, kind, size] = header.split(' ');
    if (kind === 'missing')
      throw new UserError('object-missing', `The object ${object.slice(0, 12)} is not in this clone.`, {
        hint: 'Check out without a filter (a partial clone holds no contents), or fetch both revisions whole.',
      });
    const bytes = Number(size);
    if (id !== object || kind !== 'blob' || !Number.isSafeInteger(bytes))
      throw new Error(`git cat-file answered ${JSON.stringify(header)} about ${object}`);
    const content = await reader.take(bytes, bytes <= maxBytes);
    await reader.take(1, false);
    yield content;
  }
}

function chunkReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async () => {
    const next = await chunks.next();
    if (next.done) throw new Error('git cat-file ended before its answer did');
    return next.value;
  };
  return {
    async line(): Promise<string> {
      let end = held.indexOf(NEWLINE);
      while (end < 0) {
        if (held.length > LONGEST_HEADER) throw new Error('git cat-file answered with an endless line');
        held = Buffer.concat([held, await more()]);
        end = held.indexOf(NEWLINE);
      }
      const text = held.toString('latin1', 0, end);
      held = held.subarray(end + 1);
      return text;
    },
    /** The next bytes, or null where they are only to be passed over. */
    async take(bytes: number, keep: boolean): Promise<Buffer | null> {
      const parts: Buffer[] = [];
      for (let left = bytes; ; held = await more()) {
        const part = held.subarray(0, left);
        if (keep) parts.push(part);
        left -= part.length;
        held = held.subarray(part.length);
        if (left === 0) break;
      }
      return keep ? Buffer.concat(parts) : null;
    },
  };
}
