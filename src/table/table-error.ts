import { UserError } from '../errors.ts';

/** Of bytes that make no sense, Parquet's above all, each part of the reader complains in words of its own. */
const DAMAGED = /^(?:Invalid (?:Input )?Error: |IO Error: Could not (?:not )?read )/;

/** Turns the database's complaint about a file into a user error with path and line, and without row content. */
export function tableError(error: unknown, repoPath: string): Error {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1] ?? /byte \d+ in line (\d+)/.exec(message)?.[1] ?? null;
  const place = line === null ? repoPath : `${repoPath}, line ${line}`;
  const fail = (code: string, problem: string, hint: string) =>
    new UserError(code, `${place}: ${problem}`, { hint, cause: error });
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (counts)
    return fail(
      'ragged-line',
      `expected ${counts[1]} columns, found ${counts[2]}.`,
      'Mend that line, or quote the values that hold the separator.',
    );
  if (/unterminated quote/i.test(message))
    return fail(
      'malformed-row',
      'a quoted value does not end.',
      'Close the quote, or double the quotes inside the value.',
    );
  if (/unicode|utf-?8|utf-?16/i.test(message))
    return fail('bad-encoding', 'the text is not valid UTF-8.', 'Save the file as UTF-8.');
  if (/maximum line size/i.test(message))
    return fail('long-line', 'a line is longer than 2 MB.', 'Check for a quote that does not end.');
  if (/Malformed JSON/i.test(message))
    return fail('malformed-row', 'the line is not valid JSON.', 'JSON Lines wants one JSON object on every line.');
  if (/CSV Error|state machine/i.test(message))
    return fail(
      'malformed-row',
      'the file does not follow the rules of CSV (quotes, or mixed line ends).',
      'Use one kind of line end, and double the quotes inside quoted values.',
    );
  if (/parquet|thrift|snappy|zstd|metadata|magic bytes|footer/i.test(message))
    return fail(
      'bad-parquet',
      'the Parquet file is damaged or cut short.',
      'Write the file again, and check that its upload was complete.',
    );
  if (DAMAGED.test(message))
    return fail('damaged', 'the file is damaged or cut short.', 'Write the file again, and check its upload.');
  if (/Out of Memory/i.test(message))
    return fail(
      'out-of-memory',
      'the data set does not fit into the memory that the review may use.',
      'Run on a larger machine, or review a part of the data.',
    );
  return error instanceof Error ? error : new Error(message);
}
