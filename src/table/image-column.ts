import { UserError } from '../errors.ts';
import type { Side } from './load.ts';
import { quoteText } from './quote.ts';
import { linesSql } from './read-lines.ts';
import type { LocalFile, Sql } from './sql.ts';

/** The images of a data set in the private folder. */
export interface ImageFiles {
  /** The column of their paths; its twin that holds their contents is added to the table. */
  readonly column: string;
  /** True where each row is an image file, and its path one from the repository's root. */
  readonly folder: boolean;
  /** All contents one after the other. */
  readonly pack: LocalFile;
  /** Per revision a file of JSON lines `{path, id, at, bytes}`; see `listingLine`. */
  readonly base: LocalFile;
  readonly head: LocalFile;
}

/** Why a row has no image to look at. */
export type NoImage = 'no path' | 'outside' | 'missing' | 'link' | 'large';

/** A cell of the column of contents: what stands there for an image that was found, and for one that was not. */
export type ImageCell = { readonly content: string } | { readonly none: NoImage };

/** One image of a revision as it stands in a listing; `id` is the content's hash, or why there is none. */
export function listingLine(path: string, id: string, at = 0, bytes = 0): string {
  return `${JSON.stringify({ path, id, at, bytes })}\n`;
}

/** The name of the column that holds contents. */
export function contentColumn(column: string): string {
  return `${column} (pixels)`;
}

/** Reads a cell of the column of contents. */
export function readImageCell(cell: string | null): ImageCell {
  if (cell === null) return { none: 'no path' };
  const word = /^(outside|missing|link|large) /.exec(cell)?.[1];
  return word === undefined ? { content: cell } : { none: word as NoImage };
}

/** The path of an image in the form in which both the table's cells and the listing have it. */
export function imageKey(path: string): string {
  return path.trim().normalize('NFC');
}

const OUTSIDE = String.raw`^/|^[A-Za-z]:|^[A-Za-z][A-Za-z0-9+.-]*://|(^|/)\.\.(/|$)`;

/**
 * Adds to a side the contents of the images that its rows name: 32 hexadecimal digits, the same for the same bytes
 * whatever their path, or a word and the path where there is no image. So equal images are equal cells, and an image
 * that was replaced under its path is another. A side without the column stays as it is.
 */
export async function addContents(sql: Sql, side: Side, images: ImageFiles, listing: LocalFile): Promise<Side> {
  const at = side.names.indexOf(images.column);
  const name = contentColumn(images.column);
  if (at < 0) return side;
  if (side.names.includes(name))
    throw new UserError('image-column-taken', `${side.parts[0]!.file.repoPath}: there is a column "${name}" already.`, {
      hint: 'Rename it: Taster adds a column of this name for what the images hold.',
    });
  const member = (key: string) => `json_extract_string(line, '/${key}')`;
  const listed = `SELECT ${member('path')} AS path, any_value(${member('id')}) AS id FROM ${linesSql(listing.localPath, 'utf-8')} GROUP BY 1 HAVING count(*) = 1`;
  const inner = `regexp_replace(regexp_replace(t.c${at}, '/(\\.?/)+', '/', 'g'), '^(\\./)+', '')`;
  const key = `${images.folder ? `''` : folderSql(side)} || ${inner}`;
  const cells = [
    `WHEN t.c${at} IS NULL THEN NULL`,
    `WHEN regexp_matches(t.c${at}, ${quoteText(OUTSIDE)}) THEN 'outside ' || t.c${at}`,
    `WHEN l.id IS NULL THEN 'missing ' || ${key}`,
    `WHEN length(l.id) < 32 THEN l.id || ' ' || ${key}`,
  ];
  const table = `${side.table}_images`;
  const columns = side.names.map((_, index) => `t.c${index}`).join(', ');
  await sql.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT ${columns}, CASE ${cells.join(' ')} ELSE l.id END AS c${side.names.length} ` +
      `FROM ${side.table} t LEFT JOIN (${listed}) l ON l.path = ${key} ORDER BY t.rowid`,
  );
  await sql.run(`DROP TABLE ${side.table}`);
  await sql.run(`ALTER TABLE ${table} RENAME TO ${side.table}`);
  return { ...side, names: [...side.names, name] };
}

/** SQL: the folder of the file that a row of `t` comes from, with a slash at its end. */
function folderSql({ parts }: Side): string {
  const folders = parts.map(({ file, first }) => {
    const path = imageKey(file.repoPath);
    return { first, folder: path.slice(0, path.lastIndexOf('/') + 1) };
  });
  const steps = folders.filter(({ folder }, at) => folder !== folders[at - 1]?.folder).reverse();
  const cases = steps.map(({ first, folder }) => `WHEN t.rowid >= ${first} THEN ${quoteText(folder)}`);
  return `CASE ${cases.join(' ')} END`;
}
