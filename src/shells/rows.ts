import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { openDuckdb } from '../adapters/duckdb.ts';
import { materialise } from '../adapters/files.ts';
import { openRepository } from '../adapters/git.ts';
import { withPrivateFolder } from '../adapters/private-folder.ts';
import { readArrays } from '../adapters/read-arrays.ts';
import { locateRuntime } from '../adapters/runtime.ts';
import { UserError } from '../errors.ts';
import { parseReview } from '../report/parse-review.ts';
import { listRows, type RowListing, type RowValues, renderRows, rowKey } from '../report/rows.ts';
import type { Review } from '../review/review.ts';
import { isImagePath } from '../source/images.ts';
import type { Repository } from '../source/repository.ts';
import { loadSide } from '../table/load.ts';
import type { Sql } from '../table/sql.ts';
import { pointerOptions } from './gather-data.ts';

const REVIEW_BYTES = 32 * 1024 * 1024;

export interface RowsOptions {
  readonly repo: string;
  readonly reviewFile: string;
  /** Check id, or the beginning of a finding's id; null for all. */
  readonly finding: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
}

/** Reads a written review. Throws a UserError. */
export async function readReview(path: string): Promise<Review> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError('review-missing', `The review ${path} cannot be read (${cause.code ?? 'unknown'}).`, {
      hint: 'Write one with `taster review --json FILE`.',
      cause,
    });
  });
  return parseReview(text, { maxBytes: REVIEW_BYTES });
}

/** The rows that a review names, with their values as they stand in this repository. */
export async function showRows(options: RowsOptions): Promise<string> {
  const review = await readReview(options.reviewFile);
  const listings = listRows(review, options.finding);
  if (listings.length === 0) return renderRows(listings, new Map());
  const repository = await openRepository(options.repo);
  const { duckdb } = await locateRuntime({
    ...{ path: null, registry: null, env: options.environment, log: options.log },
  });
  return await withPrivateFolder(async ({ files, scratch }) => {
    const sql = await openDuckdb({
      ...{ folder: files, scratch, memoryBytes: 2 ** 30, threads: availableParallelism(), bindings: duckdb },
    });
    try {
      const values = new Map<string, RowValues>();
      for (const group of Object.values(Object.groupBy(listings, ({ sha, path }) => `${sha} ${path}`)))
        for (const [key, row] of await valuesOf(repository, sql, group!, files, options.log)) values.set(key, row);
      return renderRows(listings, values);
    } finally {
      sql.close();
    }
  });
}

/** Values of rows of one file at one revision; none where the file cannot be had, which is logged. */
async function valuesOf(
  repository: Repository,
  sql: Sql,
  listings: readonly RowListing[],
  folder: string,
  log: (line: string) => void,
): Promise<Map<string, RowValues>> {
  const { sha, path } = listings[0]!;
  const found = new Map<string, RowValues>();
  if (isImagePath(path)) return found;
  try {
    const tracked = (await repository.listTree(sha)).find(
      (entry) => entry.path === path || entry.path === `${path}.dvc`,
    );
    const options = await pointerOptions(repository, null);
    const files = await materialise(repository, sha, [tracked?.path ?? path], folder, options);
    const side = await loadSide(sql, 'shown', files, [], readArrays);
    const columns = side.names.map((_, at) => `c${at}`).join(', ');
    for (const listing of listings) {
      const [row] = await sql.rows(`SELECT ${columns} FROM shown WHERE rowid = $1`, [listing.ordinal]);
      if (row)
        found.set(
          rowKey(listing),
          side.names.map((name, at) => [name, row[at] === null ? null : String(row[at])]),
        );
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log(`${path} at ${sha.slice(0, 12)}: ${error.message} ${error.hint}`);
  }
  return found;
}
