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
import { type TableParts, tableParts } from '../source/table-parts.ts';
import { isArrayPath } from '../source/weight-files.ts';
import { guessLabel } from '../table/guess-label.ts';
import { loadPool } from '../table/load-pool.ts';
import type { PoolColumn } from '../table/pool.ts';
import type { Sql } from '../table/sql.ts';
import { pointerOptions } from './gather-data.ts';
import { problemOf } from './problem-of.ts';

const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|pq|np[yz])(?:\.dvc)?$/i;
const MOST_TABLES = 50;
/** Of more than those, the ones whose names say so are looked at first. */
const LIKELY = /(?:^|[-_./])(?:train|data|corpus|labell?ed|samples)/i;
/** Of a table in parts so many are looked at. */
const MOST_PARTS = 20;
/** Cells of a column that are looked at for paths of images, and the share that must be some. */
const CELLS = 50;
const ENOUGH = 0.9;
const AS_THEY_ARE = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 20_000 };

interface Looking {
  readonly runtimePath: string | null;
  readonly registry: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
}

/** Reads the tables of a work tree; those that cannot be read are told. */
export async function lookAtTables(
  repository: Repository,
  entries: readonly TreeEntry[],
  { runtimePath: path, registry, environment: env, log }: Looking,
): Promise<{ readonly files: readonly FoundFile[]; readonly problems: readonly string[] }> {
  const wanted = entries.filter(({ kind, path }) => kind === 'file' && DATA.test(path)).map(({ path }) => path);
  if (wanted.length === 0) return { files: [], problems: [] };
  const images = new Set(entries.filter(({ path }) => isImagePath(path)).map(({ path }) => path));
  const { duckdb } = await locateRuntime({ path, registry, env, log });
  return await withPrivateFolder(async ({ files: folder, scratch }) => {
    const sql = await openDuckdb({
      ...{ folder, scratch, memoryBytes: 2 ** 30, threads: availableParallelism(), bindings: duckdb },
    });
    try {
      return await lookAtAll(tableParts(wanted, entries.map(({ path }) => path)), async (table, at) => {
        const own = join(folder, String(at));
        const found = await lookAt(repository, sql, table, own, images).catch(problemOf);
        // All of them together may be more than the disk holds.
        await rm(own, { recursive: true, force: true });
        return found;
      }); // biome-ignore format: one idea
    } finally {
      sql.close();
    }
  });
}

/** `look` answers a table, null for what is none, or why it could not be read. */
async function lookAtAll(
  tables: readonly TableParts[],
  look: (table: TableParts, at: number) => Promise<FoundFile | string | null>,
): Promise<{ readonly files: readonly FoundFile[]; readonly problems: readonly string[] }> {
  const files: FoundFile[] = [];
  const problems: string[] = [];
  let rest = tables.length > MOST_TABLES ? likelyFirst(tables) : tables;
  for (let at = 0; at < MOST_TABLES && rest.length > 0; at++) {
    const [table, ...others] = rest as [TableParts, ...TableParts[]];
    const found = await look(table, at);
    // Where they cannot be read as one they are no parts of one table.
    const isSeveral = typeof found === 'string' && table.files.length > 1;
    rest = isSeveral ? [...table.files.map((path) => ({ path, files: [path] })), ...others] : others;
    if (found === null || isSeveral) continue;
    if (typeof found !== 'string') files.push(found);
    else problems.push(`${oneLine(table.path, 200)} is left out: ${found}`);
  }
  if (rest.length > 0) problems.push(`${rest.length} more tables were not looked at.`);
  return { files, problems };
}

function likelyFirst(tables: readonly TableParts[]): readonly TableParts[] {
  const isLikely = ({ path }: TableParts) => LIKELY.test(path);
  return [...tables.filter(isLikely), ...tables.filter((table) => !isLikely(table))];
}

async function lookAt(
  repository: Repository,
  sql: Sql,
  { path: entry, files }: TableParts,
  folder: string,
  images: ReadonlySet<string>,
): Promise<FoundFile | null> {
  const options = await pointerOptions(repository, null);
  const head = await materialise(repository, WORKTREE, files.slice(0, MOST_PARTS), folder, options);
  const sides = { base: null, head, holdout: { base: null, head: null } };
  const pool = await loadPool(sql, { ...sides, options: AS_THEY_ARE, arrays: readArrays });
  const path = entry.replace(/\.dvc$/i, '');
  const image = pool.columns.find((column) => holdsImages(column, folderOf(path), images))?.name ?? null;
  if (pool.counts.head === 0) throw new UserError('empty', 'it has no rows.', { hint: 'Name it once it has some.' });
  const found = { path, count: files.length, rows: pool.counts.head, columns: pool.summaries.head ?? [], image };
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
