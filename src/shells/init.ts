import { access, mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { openDuckdb } from '../adapters/duckdb.ts';
import { materialise } from '../adapters/files.ts';
import { openRepository } from '../adapters/git.ts';
import { withPrivateFolder } from '../adapters/private-folder.ts';
import { readArrays } from '../adapters/read-arrays.ts';
import { locateRuntime } from '../adapters/runtime.ts';
import { type FoundFile, proposeConfig } from '../config/init.ts';
import { workflowYaml } from '../config/workflow.ts';
import { describeError, UserError } from '../errors.ts';
import { type Repository, WORKTREE } from '../source/repository.ts';
import { isArrayPath } from '../source/weight-files.ts';
import { guessLabel } from '../table/guess-label.ts';
import { loadPool } from '../table/load-pool.ts';
import type { Sql } from '../table/sql.ts';
import { pointerOptions } from './gather-data.ts';

const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|np[yz])$/i;
const MOST_FILES = 20;
const WORKFLOW = '.github/workflows/taster.yml';
const AS_THEY_ARE = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 20_000 };

export interface InitOptions {
  readonly repo: string;
  /** Path of the configuration inside the repository. */
  readonly configPath: string;
  /** The action as a workflow names it. */
  readonly action: { readonly action: string; readonly version: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
}

/** Writes a proposed configuration and the workflow; answers the paths. Never overwrites: throws a UserError. */
export async function initRepository(options: InitOptions): Promise<string[]> {
  const repository = await openRepository(options.repo);
  for (const path of [options.configPath, WORKFLOW])
    if (await exists(join(repository.root, path)))
      throw new UserError('exists', `${path} is there already.`, { hint: 'Remove it first to have it written anew.' });
  const files = await lookAtFiles(repository, options);
  if (files.length === 0)
    throw new UserError('no-data', 'No data file was found (csv, tsv, jsonl, parquet, npz).', {
      hint: 'Write .github/taster.yml by hand: docs/configuration.md describes it.',
    });
  const tree = await repository.listTree(WORKTREE);
  const models = tree.filter(({ kind, path }) => kind === 'file' && /\.onnx$/i.test(path)).map(({ path }) => path);
  await write(join(repository.root, options.configPath), proposeConfig({ files, models }));
  await write(join(repository.root, WORKFLOW), workflowYaml(options.action));
  return [options.configPath, WORKFLOW];
}

async function lookAtFiles(repository: Repository, { environment, log }: InitOptions): Promise<FoundFile[]> {
  const entries = (await repository.listTree(WORKTREE)).filter(({ kind, path }) => kind === 'file' && DATA.test(path));
  if (entries.length > MOST_FILES) log(`${entries.length} data files: only the first ${MOST_FILES} are looked at.`);
  if (entries.length === 0) return [];
  const { duckdb } = await locateRuntime({ ...{ path: null, registry: null, env: environment, log } });
  return await withPrivateFolder(async ({ files: folder, scratch }) => {
    const sql = await openDuckdb({
      ...{ folder, scratch, memoryBytes: 2 ** 30, threads: availableParallelism(), bindings: duckdb },
    });
    try {
      const found: FoundFile[] = [];
      for (const { path } of entries.slice(0, MOST_FILES)) {
        const file = await lookAt(repository, sql, path, folder).catch((error: unknown) => {
          if (!(error instanceof UserError)) throw error;
          log(`${path} is left out: ${describeError(error)}`);
          return null;
        });
        if (file) found.push(file);
      }
      return found;
    } finally {
      sql.close();
    }
  });
}

async function lookAt(repository: Repository, sql: Sql, path: string, folder: string): Promise<FoundFile | null> {
  const head = await materialise(repository, WORKTREE, [path], folder, await pointerOptions(repository, null));
  const sides = { base: null, head, holdout: { base: null, head: null } };
  const pool = await loadPool(sql, { ...sides, options: AS_THEY_ARE, arrays: readArrays });
  const found = { path, rows: pool.counts.head, columns: pool.summaries.head ?? [] };
  // Arrays without anything like a label are rather weights.
  return isArrayPath(path) && guessLabel(found) === null ? null : found;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: 'wx' });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
