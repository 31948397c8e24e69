import { oneLine, UserError } from '../errors.ts';
import { joinTokens, type Tokenizer, type TokenRows } from '../features/tokens.ts';
import type { LocalFile } from '../table/sql.ts';
import { fileBytes } from './file-bytes.ts';
import { openTimedThread } from './timed-thread.ts';
import type { TokenizerAnswer, TokenizerOrder } from './tokenizer-thread.ts';

/** Longest that the file, or a batch of texts, may take. */
const LIMIT_MS = 30_000;
const BATCH = 256;
/** Characters of a text that are looked at: more tokens than any model takes. */
const LONGEST_TEXT = 2 ** 16;
/** Memory of the thread: a vocabulary of a few hundred thousand words takes a tenth of it. */
const MEMORY = { maxOldGenerationSizeMb: 1024 };

/**
 * Reads a tokenizer.json as hostile input, on a thread of its own: its patterns may never end. Throws a UserError for one
 * that is malformed or hangs. `program` is `tokenizer-thread.ts`, or what it was built to. Ends with `close`.
 */
export async function openTokenizer(
  file: LocalFile,
  program: URL,
  limitMs: number = LIMIT_MS,
): Promise<Tokenizer & { close(): Promise<void> }> {
  const thread = openTimedThread<TokenizerOrder, TokenizerAnswer>(program, { limitMs, resourceLimits: MEMORY });
  // A fresh thread would know nothing of the file.
  let isLost = false;
  const ask = async (order: TokenizerOrder): Promise<TokenizerAnswer> => {
    const answer = isLost ? null : await thread.run(order);
    isLost = answer === null;
    if (answer === null) throw hangs(file.repoPath, limitMs);
    if ('refused' in answer) throw invalid(file.repoPath, answer.refused);
    return answer;
  };
  try {
    const about = await ask({ file: fileBytes(file).read(0, file.bytes) });
    if (!('limit' in about)) throw new Error('a tokenizer answered before it was asked');
    const { limit, padding } = about;
    return {
      limit,
      async encode(texts, most) {
        const parts: TokenRows[] = [];
        for (let at = 0; at < texts.length; at += BATCH) {
          const batch = texts.slice(at, at + BATCH).map((text) => text.slice(0, LONGEST_TEXT));
          const answer = await ask({ texts: batch, most, padding });
          if ('rows' in answer) parts.push(answer.rows);
        }
        return joinTokens(parts.flatMap(rowsOf), padding);
      },
      close: () => thread.end(),
    };
  } catch (error) {
    await thread.end();
    throw error;
  }
}

function rowsOf({ ids, starts }: TokenRows): Int32Array[] {
  return Array.from({ length: starts.length - 1 }, (_, row) => ids.subarray(starts[row], starts[row + 1]));
}

function invalid(path: string, reason: string): UserError {
  return new UserError(
    'tokenizer-invalid',
    `${oneLine(path, 200)} is no tokenizer that can be used: ${oneLine(reason, 200)}.`,
    {
      hint: 'Save it again by the library that made it (`save_pretrained`, a tokenizer.json).',
    },
  );
}

function hangs(path: string, limitMs: number): UserError {
  return new UserError(
    'tokenizer-hangs',
    `${oneLine(path, 200)} was stopped: it took more than ${limitMs / 1000} seconds or too much memory over the file or over ${BATCH} texts.`,
    { hint: 'Check its patterns (`Split`, `Replace`) and the texts of the change.' },
  );
}
