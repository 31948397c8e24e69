import { UserError } from '../errors.ts';
import type { ArrayRows, ReadArrays } from './arrays/array-files.ts';
import { mapCellsSql } from './cells.ts';
import { arraysFormat, type Format, findFormat } from './format.ts';
import { MOST_COLUMNS } from './header.ts';
import { quoteName, quoteText } from './quote.ts';
import { linesSql } from './read-lines.ts';
import type { LocalFile, Sql } from './sql.ts';
import { tableError } from './table-error.ts';

/** One part of a side: its rows are `first` <= rowid < `first + rows` of the side's table. */
export interface Part {
  readonly file: LocalFile;
  readonly format: Format;
  readonly first: number;
  readonly rows: number;
}

/** One side of a data set as a table of trimmed text (columns `c0`, `c1` ... in the order of `names`, null for nothing). */
export interface Side {
  readonly table: string;
  readonly names: readonly string[];
  readonly parts: readonly Part[];
  readonly rows: number;
  readonly remarks: readonly string[];
}

/** Reads all parts in order; the implicit rowid is then the position. Throws a UserError for what cannot be read. */
export async function loadSide(
  sql: Sql,
  table: string,
  files: readonly LocalFile[],
  declared: readonly string[],
  readArrays: ReadArrays | null,
): Promise<Side> {
  const written: (ArrayRows | null)[] = [];
  try {
    for (const file of files) written.push(readArrays && (await readArrays(file)));
    return await loadFiles(sql, table, files, { declared, written });
  } finally {
    for (const rows of written) await rows?.remove();
  }
}

async function loadFiles(
  sql: Sql,
  table: string,
  files: readonly LocalFile[],
  { declared, written }: { readonly declared: readonly string[]; readonly written: readonly (ArrayRows | null)[] },
): Promise<Side> {
  const formats: Format[] = [];
  for (const [at, file] of files.entries()) {
    const rows = written[at];
    const format = rows ? arraysFormat(rows) : await findFormat(sql, file, declared);
    formats.push(format.kind === 'jsonl' ? { ...format, names: await jsonKeys(sql, file, format) } : format);
  }
  const names =
    formats[0]?.kind === 'jsonl' ? [...new Set(formats.flatMap((format) => format.names))] : (formats[0]?.names ?? []);
  if (names.length > MOST_COLUMNS)
    throw new UserError(
      'too-many-columns',
      `${files[0]!.repoPath}: ${names.length} columns; at most ${MOST_COLUMNS} can be read.`,
      {
        hint: 'Check the separator, or keep wide feature vectors in another format.',
      },
    );
  const columns = names.map((_, at) => `c${at} VARCHAR`);
  await sql.run(`CREATE OR REPLACE TABLE ${table} (${columns.join(', ')})`);
  const parts: Part[] = [];
  let first = 0;
  for (const [at, file] of files.entries()) {
    const format = formats[at]!;
    checkColumns(file, format, names, files[0]!.repoPath);
    try {
      await sql.run(`INSERT INTO ${table} ${selectSql(written[at]?.file ?? file, format, names)}`);
    } catch (error) {
      throw tableError(error, file.repoPath);
    }
    const total = Number((await sql.rows(`SELECT count(*) FROM ${table}`))[0]![0]);
    parts.push({ file, format, first, rows: total - first });
    first = total;
  }
  const remarks = [...written.flatMap((rows) => rows?.remarks ?? []), ...remarksOf(parts)];
  return { table, names, parts, rows: first, remarks };
}

function remarksOf(parts: readonly Part[]): string[] {
  const remarks: string[] = [];
  for (const { file, format, rows } of parts) {
    if ((format.kind === 'delimited' || format.kind === 'spaces') && !format.header)
      remarks.push(
        `${file.repoPath} has no header line: its columns are called column1 to column${format.names.length}.`,
      );
    if (format.skip > 0) remarks.push(`${file.repoPath}: ${format.skip} comment line(s) at the top were skipped.`);
    if (rows === 0) remarks.push(`${file.repoPath} holds no rows.`);
  }
  return remarks;
}

function checkColumns(file: LocalFile, format: Format, names: readonly string[], firstPath: string): void {
  if (format.kind === 'jsonl') return;
  const lost = names.filter((name) => !format.names.includes(name)).length;
  const extra = format.names.filter((name) => !names.includes(name)).length;
  if (lost + extra > 0)
    throw new UserError(
      'parts-differ',
      `${file.repoPath}: ${lost} columns of ${firstPath} are missing and ${extra} are new.`,
      {
        hint: 'All files of one data set must have the same columns; name other files as another data set.',
      },
    );
}

const BLANKS = `' \t\r\n\v\f\u00a0\ufeff\u200b'`;

/**
 * Trimmed, in Unicode's composed form, and without the character that the content hash uses as separator. The full
 * treatment costs a microsecond a cell, so only cells that may need it get it.
 */
function cleanSql(cell: string): string {
  const hard = ['\t', '\r', '\x1f'].map((char) => `contains(${cell}, '${char}')`).join(' OR ');
  return (
    `CASE WHEN strlen(${cell}) = 1 AND ${cell} > ' ' THEN ${cell} WHEN strlen(${cell}) <> length(${cell}) OR ${cell} BETWEEN '\x01' AND '\x1f~' OR ${hard} ` +
    `THEN nullif(trim(nfc_normalize(replace(${cell}, '\x1f', ' ')), ${BLANKS}), '') ` +
    `WHEN ${cell} < '!' OR suffix(${cell}, ' ') THEN nullif(trim(${cell}), '') ELSE ${cell} END`
  );
}

function selectSql(file: LocalFile, format: Format, names: readonly string[]): string {
  const from = (source: string, cell: (name: string, at: number) => string) =>
    mapCellsSql(
      source,
      names.map((name) => cell(name, format.names.indexOf(name))),
      cleanSql,
    );
  if (format.kind === 'parquet')
    return from(
      `read_parquet(${quoteText(file.localPath)}, hive_partitioning=false)`,
      (name) => `CAST(${quoteName(name)} AS VARCHAR)`,
    );
  const lines = linesSql(file.localPath, format.encoding);
  if (format.kind === 'jsonl') {
    const pointers = names.map((name) => quoteText(pointer(name))).join(', ');
    const objects = `(SELECT json_extract_string(line, [${pointers}]) AS f FROM ${lines} WHERE trim(line, ${BLANKS}) <> '')`;
    return from(objects, (name) => `f[${names.indexOf(name) + 1}]`);
  }
  const skip = format.skip + (format.header ? 1 : 0);
  if (format.kind === 'spaces') {
    const fields = `string_split_regex(trim(line, ${BLANKS}), '\\s+')`;
    const checked = `CASE WHEN len(f) <> ${names.length} THEN error('CSV Error on Line: ' || n || chr(10) || 'Expected Number of Columns: ${names.length} Found: ' || len(f)) ELSE f END`;
    const numbered = `SELECT line, row_number() OVER () AS n FROM ${lines}`;
    const rows = `SELECT ${fields} AS f, n FROM (${numbered}) WHERE n > ${skip} AND trim(line, ${BLANKS}) <> ''`;
    return from(`(SELECT ${checked} AS f FROM (${rows}))`, (_, at) => `f[${at + 1}]`);
  }
  const columns = format.names.map((_, at) => `'f${at}': 'VARCHAR'`).join(', ');
  return from(
    `read_csv(${quoteText(file.localPath)}, auto_detect=false, delim=${quoteText(format.delimiter ?? '\x1f')}, quote=${quoteText(format.quote)}, ` +
      `escape=${quoteText(format.quote)}, header=false, skip=${skip}, columns={${columns}}, encoding=${quoteText(format.encoding)}${lineLimit(format)})`,
    (_, at) => `f${at}`,
  );
}

/** Bytes of a line that the database reads unless it is told otherwise. */
const USUAL_LINE = 2_000_000;

/** Longer lines take larger buffers. */
function lineLimit({ lineBytes = 0 }: Format): string {
  return lineBytes < USUAL_LINE ? '' : `, max_line_size=${lineBytes + 1}, buffer_size=${4 * lineBytes}`;
}

/** A JSON pointer (RFC 6901) to one member. */
function pointer(key: string): string {
  return '/' + key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Keys of all objects of a JSON Lines file, in the order of their first appearance. Refuses lines that are no object. */
async function jsonKeys(sql: Sql, file: LocalFile, format: Format): Promise<string[]> {
  try {
    const numbered = `(SELECT line, row_number() OVER () AS n FROM ${linesSql(file.localPath, format.encoding)})`;
    const bad = await sql.rows(
      `SELECT n FROM ${numbered} WHERE trim(line, ${BLANKS}) <> '' AND CASE WHEN json_valid(line) THEN json_type(line) <> 'OBJECT' ELSE true END ORDER BY n LIMIT 1`,
    );
    if (bad[0]) throw new Error(`Malformed JSON at byte 0 in line ${bad[0][0]}`);
    const keys = await sql.rows(
      `SELECT k FROM (SELECT unnest(json_keys(line)) AS k, generate_subscripts(json_keys(line), 1) AS p, n FROM ${numbered} WHERE trim(line, ${BLANKS}) <> '') GROUP BY k ORDER BY min(n), min(p)`,
    );
    return keys.map(([key]) => String(key));
  } catch (error) {
    throw tableError(error, file.repoPath);
  }
}
