import type { Locate } from '../review/place.ts';
import type { DataRequest } from '../review/request.ts';
import { authorOf, type FileAuthors, linesOf } from '../source/file-authors.ts';
import type { Pool } from '../table/pool.ts';

/** What the history says of the files of an audit. */
export interface FilesAuthors {
  readonly files: readonly FileAuthors[];
  /** A sentence where it could not be read; null where it was. */
  readonly problem: string | null;
}

/** Who committed each row [N], null for one that nobody did; or a sentence where it cannot be told. */
export type RowAuthors = readonly (string | null)[] | string;

/** The author of the line on which each training row begins. */
export async function rowAuthors(
  { files, problem }: FilesAuthors,
  pool: Pick<Pool, 'rows'>,
  data: Pick<DataRequest, 'head'>,
  locate: Locate,
): Promise<RowAuthors> {
  if (problem !== null) return problem;
  const found: (string | null)[] = pool.rows.map(() => null);
  for (const file of data.head ?? []) {
    const rows = pool.rows.flatMap(({ path, split }, row) =>
      path === file.repoPath && split === 'train' ? [row] : [],
    );
    const own = files.find(({ path }) => path === file.repoPath);
    if (rows.length === 0 || !own) continue;
    const lines = await locate(file, rows.map((row) => pool.rows[row]!.ordinal)); // biome-ignore format: one call
    // Of a file that was fetched by a pointer, the pointer is what was committed.
    const all = linesOf(own);
    if (lines.some((line) => line === null || line > all))
      return 'The rows are not lines of a committed file (authors are known of CSV, TSV and JSON lines): name a column by --by.';
    for (const [index, row] of rows.entries()) found[row] = authorOf(own, lines[index]!);
  }
  return found;
}
