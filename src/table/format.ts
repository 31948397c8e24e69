import { UserError } from '../errors.ts';
import type { ArrayRows } from './arrays/array-files.ts';
import { type Delimiter, findDelimiter } from './delimiter.ts';
import { hasHeader, nameColumns, numberedColumns } from './header.ts';
import { parseCsv } from './parse-csv.ts';
import { quoteName } from './quote.ts';
import { type Encoding, linesSql } from './read-lines.ts';
import type { LocalFile, Sql, SqlValue } from './sql.ts';
import { tableError } from './table-error.ts';

/** How one file is to be read, and what its columns are called. */
export interface Format {
  readonly kind: 'delimited' | 'spaces' | 'jsonl' | 'parquet' | 'arrays';
  readonly names: readonly string[];
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** Empty where quotes are plain characters. */
  readonly quote: '"' | '';
  readonly header: boolean;
  /** Comment lines before the header or the first row. */
  readonly skip: number;
  /** Longest line that must be read; 2 MB where nothing is said. */
  readonly lineBytes?: number;
}

const SAMPLE_LINES = 200;
const COMMENT = /^(\||#|%|\/\/)/;

/** How the text is read that stands for the rows of a file of arrays. */
export function arraysFormat({ names, lineBytes }: Pick<ArrayRows, 'names' | 'lineBytes'>): Format {
  return { kind: 'arrays', names, encoding: 'utf-8', delimiter: '\t', quote: '"', header: false, skip: 0, lineBytes };
}

/** Looks at a file's beginning. Throws a UserError when it is empty or no table. */
export async function findFormat(sql: Sql, file: LocalFile, declared: readonly string[]): Promise<Format> {
  if (file.bytes === 0)
    throw new UserError('empty-file', `${file.repoPath}: the file is empty.`, {
      hint: 'Commit its rows, or remove it from the configuration.',
    });
  const sample = (encoding: Encoding) =>
    sql.rows(`SELECT line FROM ${linesSql(file.localPath, encoding)} LIMIT ${SAMPLE_LINES}`);
  const extension = /\.([a-z0-9]+)$/i.exec(file.repoPath)?.[1]?.toLowerCase() ?? '';
  if (extension === 'parquet' || extension === 'pq') return await parquetFormat(sql, file);
  let encoding: Encoding = 'utf-8';
  let sampled = await sample('utf-8').catch((error: unknown) => error);
  if (!Array.isArray(sampled)) {
    const magic = await firstBytes(sql, file);
    if (magic === '50415231') return await parquetFormat(sql, file);
    if (magic.startsWith('FEFF'))
      throw new UserError('bad-encoding', `${file.repoPath}: the text is big-endian UTF-16.`, {
        hint: 'Save the file as UTF-8.',
      });
    if (!magic.startsWith('FFFE')) throw tableError(sampled, file.repoPath);
    encoding = 'utf-16';
    sampled = await sample('utf-16').catch((error: unknown) => Promise.reject(tableError(error, file.repoPath)));
  }
  const lines = (sampled as SqlValue[][]).map(([line]) => String(line ?? '').replace(/^\ufeff/, ''));
  if (lines[0]?.startsWith('PAR1')) return await parquetFormat(sql, file);
  if (
    extension === 'jsonl' ||
    extension === 'ndjson' ||
    /^\s*\{.*\}\s*$/.test(lines.find((line) => line.trim() !== '') ?? '')
  )
    return { kind: 'jsonl', names: [], encoding, delimiter: null, quote: '', header: false, skip: 0 };
  return await textFormat(sql, file, lines, { encoding, extension, declared });
}

async function parquetFormat(sql: Sql, file: LocalFile): Promise<Format> {
  try {
    const described = await sql.rows(`DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning=false)`, [
      file.localPath,
    ]);
    const names = described.map(([name]) => String(name));
    return { kind: 'parquet', names, encoding: 'utf-8', delimiter: null, quote: '', header: true, skip: 0 };
  } catch (error) {
    throw tableError(error, file.repoPath);
  }
}

interface Hints {
  readonly encoding: Encoding;
  readonly extension: string;
  readonly declared: readonly string[];
}

async function textFormat(sql: Sql, file: LocalFile, lines: readonly string[], hints: Hints): Promise<Format> {
  const whole = lines.length < SAMPLE_LINES ? lines : lines.slice(0, -1);
  const delimiter = findDelimiter(whole.join('\n'), hints.extension);
  const fields = (line: string) => (delimiter === 'spaces' ? line.trim().split(/\s+/) : line.split(delimiter ?? '\n'));
  const firstPlain = whole.findIndex(
    (line) => !(COMMENT.test(line) && delimiter !== null && fields(line).length === 1),
  );
  const skip = Math.max(0, firstPlain);
  const text = whole.slice(skip).join('\n');
  const quote = delimiter === '\t' && (await quotesAreText(sql, file, hints.encoding)) ? '' : '"';
  const records =
    delimiter === 'spaces'
      ? text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map(fields)
      : parseCsv(text, delimiter ?? '\n', quote);
  const first = records[0];
  if (!first)
    throw new UserError('empty-file', `${file.repoPath}: the file holds no rows.`, {
      hint: 'Commit its rows, or remove it from the configuration.',
    });
  const header = hasHeader(records, hints.declared);
  const names = header ? nameColumns(first) : numberedColumns(first.length);
  return {
    kind: delimiter === 'spaces' ? 'spaces' : 'delimited',
    names,
    encoding: hints.encoding,
    delimiter,
    quote,
    header,
    skip,
  };
}

/** In tab-separated text a quote is often a plain character: it is, where some field opens one and does not close it. */
async function quotesAreText(sql: Sql, file: LocalFile, encoding: Encoding): Promise<boolean> {
  const open = String.raw`(^|\t)"([^"\t]|"")*("[^"\t]|\t|$)`;
  const query = `SELECT count(*) FROM ${linesSql(file.localPath, encoding)} WHERE contains(line, '"') AND regexp_matches(${quoteName('line')}, $1)`;
  try {
    return Number((await sql.rows(query, [open]))[0]?.[0] ?? 0) > 0;
  } catch (error) {
    throw tableError(error, file.repoPath);
  }
}

/** The first four bytes in upper-case hexadecimal. Reads the whole file: only for a file that is no UTF-8 text. */
async function firstBytes(sql: Sql, file: LocalFile): Promise<string> {
  const found = await sql.rows('SELECT left(hex(content), 8) FROM read_blob($1)', [file.localPath]).catch(() => []);
  return String(found[0]?.[0] ?? '');
}
