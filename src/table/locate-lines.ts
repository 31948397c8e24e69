import { beginsLikeArrays } from './arrays/array-files.ts';
import { type Format, findFormat } from './format.ts';
import type { LocalFile, Sql } from './sql.ts';

/** The bytes of a local file in order; implemented by `adapters/files.ts`. */
export type ReadBytes = (localPath: string) => AsyncIterable<Uint8Array>;

/**
 * One-based lines on which the rows with these ordinals begin, quote-aware, by streaming the file once up to the last
 * of them; null for a file of Parquet or arrays and for an ordinal past the end. `declared` as when the file was loaded.
 */
export async function locateLines(
  sql: Sql,
  readBytes: ReadBytes,
  file: LocalFile,
  ordinals: readonly number[],
  declared: readonly string[],
): Promise<(number | null)[]> {
  if (await isOfArrays(readBytes(file.localPath))) return ordinals.map(() => null);
  const format = await findFormat(sql, file, declared);
  if (format.kind === 'parquet' || ordinals.length === 0) return ordinals.map(() => null);
  const wanted = new Set(ordinals);
  const last = Math.max(...ordinals);
  const found = new Map<number, number>();
  let ordinal = format.kind === 'delimited' && format.header ? -1 : 0;
  if (format.kind === 'spaces' && format.header) ordinal = -1;
  for await (const { line, blank } of records(readBytes(file.localPath), format)) {
    if (line <= format.skip || (blank && !isRow(format))) continue;
    if (wanted.has(ordinal)) found.set(ordinal, line);
    if (ordinal >= last) break;
    ordinal += 1;
  }
  return ordinals.map((at) => found.get(at) ?? null);
}

async function isOfArrays(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const chunk of chunks) return beginsLikeArrays(chunk);
  return false;
}

/** A blank line of a table of one column is a row with a missing value. */
function isRow(format: Format): boolean {
  return format.kind === 'delimited' && format.names.length === 1;
}

/** First lines of the records of a text, with a record being blank when it holds nothing but white space. */
async function* records(
  chunks: AsyncIterable<Uint8Array>,
  format: Format,
): AsyncGenerator<{ line: number; blank: boolean }> {
  const decoder = new TextDecoder(format.encoding === 'utf-16' ? 'utf-16le' : 'utf-8');
  const quotes = format.kind === 'delimited' && format.quote === '"';
  const delimiter = format.delimiter ?? '\n';
  let line = 1;
  let start = 1;
  let blank = true;
  let inQuotes = false;
  let fieldIsEmpty = true;
  let previous = '';
  for await (const chunk of chunks)
    for (const char of decoder.decode(chunk, { stream: true })) {
      const ends = char === '\n' || char === '\r';
      if (char === '\n' && previous === '\r') {
        previous = char;
        continue;
      }
      previous = char;
      if (ends) line += 1;
      if (inQuotes) {
        if (char === '"') inQuotes = false;
      } else if (ends) {
        yield { line: start, blank };
        start = line;
        blank = true;
        fieldIsEmpty = true;
      } else if (quotes && char === '"' && fieldIsEmpty) {
        inQuotes = true;
        blank = false;
        fieldIsEmpty = true;
      } else if (char === delimiter) {
        blank = false;
        fieldIsEmpty = true;
      } else if (char !== ' ' && char !== '\t') {
        blank = false;
        fieldIsEmpty = false;
      }
    }
  if (!blank) yield { line: start, blank };
}
