import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '../adapters/duckdb.ts';
import { materialise } from '../adapters/files.ts';
import { withPrivateFolder } from '../adapters/private-folder.ts';
import { readArrays } from '../adapters/read-arrays.ts';
import { locateRuntime } from '../adapters/runtime.ts';
import type { FoundFile } from '../config/propose-data.ts';
import { oneLine, UserError } from '../errors.ts';
import { isImagePath } from '../source/images.ts';
import { folderOf, type Repository, type TreeEntry, WORKTREE } from '../source/repository.ts';
import { isArrayPath } from '../source/weight-files.ts';
import { guessLabel } from '../table/guess-label.ts';
import { loadPool } from '../table/load-pool.ts';
import type { PoolColumn } from '../table/pool.ts';
import type { Sql } from '../table/sql.ts';
import { pointerOptions } from './gather-data.ts';
import { problemOf } from './problem-of.ts';

const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|pq|np[yz])(?:\.dvc)?$/i;
const MOST_FILES = 20;
/** Cells of a column that are looked at for paths of images, and the share that must be some. */
const CELLS = 50;
const ENOUGH = 0.9;
const AS_THEY_ARE = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 20_000 };

interface Looking {
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
}

/** Reads the tables of a work tree; those that cannot be read are told. */
export async function lookAtTables(
  repository: Repository,
  entries: readonly TreeEntry[],
  { environment, log }: Looking,
): Promise<{ readonly files: readonly FoundFile[]; readonly problems: readonly string[] }> {
  const wanted = entries.filter(({ kind, path }) => kind === 'file' && DATA.test(path));
  const problems: string[] = [];
  if (wanted.length > MOST_FILES)
    problems.push(`Of ${wanted.length} data files the first ${MOST_FILES} were looked at.`);
  if (wanted.length === 0) return { files: [], problems };
  const images = new Set(entries.filter(({ path }) => isImagePath(path)).map(({ path }) => path));
  const { duckdb } = await locateRuntime({ ...{ path: null, registry: null, env: environment, log } });
  return await withPrivateFolder(async ({ files: folder, scratch }) => {
    const sql = await openDuckdb({
      ...{ folder, scratch, memoryBytes: 2 ** 30, threads: availableParallelism(), bindings: duckdb },
    });
    try {
      const files: FoundFile[] = [];
      for (const [at, { path }] of wanted.slice(0, MOST_FILES).entries()) {
        const own = join(folder, String(at));
        const file = await lookAt(repository, sql, path, own, images).catch((error: unknown) => {
          problems.push(`${oneLine(path, 200)} is left out: ${problemOf(error)}`);
          return null;
        });
        if (file) files.push(file);
        // All of them together may be more than the disk holds.
        await rm(own, { recursive: true, force: true });
      }
      return { files, problems };
    } finally {
      sql.close();
    }
  });
}

async function lookAt(
  repository: Repository,
  sql: Sql,
  entry: string,
  folder: string,
  images: ReadonlySet<string>,
): Promise<FoundFile | null> {
  const head = await materialise(repository, WORKTREE, [entry], folder, await pointerOptions(repository, null));
  const sides = { base: null, head, holdout: { base: null, head: null } };
  const pool = await loadPool(sql, { ...sides, options: AS_THEY_ARE, arrays: readArrays });
  const path = entry.replace(/\.dvc$/i, '');
  const image = pool.columns.find((column) => holdsImages(column, folderOf(path), images))?.name ?? null;
  if (pool.counts.head === 0) throw new UserError('empty', 'it has no rows.', { hint: 'Name it once it has some.' });
  const found = { path, rows: pool.counts.head, columns: pool.summaries.head ?? [], image };
  // Arrays without anything like a label are rather weights.
  return isArrayPath(path) && guessLabel(found) === null ? null : found;
}

/** Whether the cells are paths of images from the table's own folder. */
function holdsImages({ values }: PoolColumn, folder: string, images: ReadonlySet<string>): boolean {
  if (images.size === 0) return false;
  const cells = values.filter((value) => value !== null).slice(0, CELLS);
  const isImage = (cell: string) => images.has(`${folder}${cell.replace(/^(?:\.\/)+/, '')}`);
  return cells.length > 0 && cells.filter(isImage).length >= ENOUGH * cells.length;
}
