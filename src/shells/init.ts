import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openRepository } from '../adapters/git.ts';
import { proposeConfig } from '../config/init.ts';
import { isRepoPath } from '../config/schema-value.ts';
import { workflowYaml } from '../config/workflow.ts';
import { UserError } from '../errors.ts';
import { imageFolders } from '../source/image-folders.ts';
import { folderOf, type Repository, WORKTREE } from '../source/repository.ts';
import { isWeightPath } from '../source/weight-files.ts';
import { lookAtModels } from './look-at-models.ts';
import { lookAtTables } from './look-at-tables.ts';
import { problemOf } from './problem-of.ts';

const WORKFLOW = '.github/workflows/taster.yml';
/** Endings that files of data have in forms that are not looked for, and texts that are none. */
const PERHAPS = /\.(?:data|dat|tab|txt|json|xlsx?|arrow|feather|sqlite3?|db|(?:csv|tsv|jsonl|json|parquet)\.(?:gz|zip|bz2|xz|zst))$/i; // biome-ignore format: one pattern
const NO_DATA = /(?:^|\/)(?:\..*|requirements.*|license.*|notice.*|readme.*|(?:package|tsconfig|composer).*\.json|CMakeLists\.txt|tokenizer.*\.json|.*config\.json)$/i; // biome-ignore format: one pattern
const LOOKED_FOR =
  'Looked for: tables (csv, tsv, jsonl, ndjson, parquet, npy, npz), folders of images (jpg, png, webp) with a folder per class, and models or weights (onnx, safetensors, pt, pth, ckpt, pkl, joblib, h5, keras, gguf, tflite).';

export interface InitOptions {
  readonly repo: string;
  /** Path of the configuration inside the repository. */
  readonly configPath: string;
  /** The action as a workflow names it. */
  readonly action: { readonly action: string; readonly version: string };
  /** Where DuckDB's native files lie, and where they are fetched from; null as a review does without them. */
  readonly runtimePath: string | null;
  readonly registry: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
}

/** What was done: paths written, paths that were there and were left as they are, and the text of the configuration. */
export interface Initialised {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** Null where it was there. */
  readonly config: string | null;
  /** What was found, or looked for and not found: a sentence each. */
  readonly remarks: readonly string[];
}

/** Writes a proposed configuration and the workflow. What is there is never overwritten; where both are, throws a UserError. */
export async function initRepository(options: InitOptions): Promise<Initialised> {
  if (!isRepoPath(options.configPath))
    throw new UserError('option-invalid', '--config: expected a path inside the repository, with forward slashes.', {
      hint: 'Leave it out for .github/taster.yml.',
    });
  const repository = await openRepository(options.repo);
  const isThere = async (path: string) => await exists(join(repository.root, path));
  const all = [options.configPath, WORKFLOW];
  const kept: string[] = [];
  for (const path of all) if (await isThere(path)) kept.push(path);
  if (kept.length === all.length)
    throw new UserError('exists', `${all.join(' and ')} are there already: nothing was written.`, {
      hint: 'Remove one of them first to have it written anew.',
    });
  const proposed = kept.includes(options.configPath) ? null : await propose(repository, options);
  if (proposed) await write(repository.root, options.configPath, proposed.config);
  if (!kept.includes(WORKFLOW))
    await write(repository.root, WORKFLOW, workflowYaml({ ...options.action, config: options.configPath }));
  return {
    written: all.filter((path) => !kept.includes(path)),
    ...{ kept, config: proposed?.config ?? null, remarks: proposed?.remarks ?? [] },
  };
}

async function propose(
  repository: Repository,
  options: InitOptions,
): Promise<{ readonly config: string; readonly remarks: readonly string[] }> {
  const entries = await repository.listTree(WORKTREE);
  const { files, problems } = await lookAtTables(repository, entries, options);
  const tables = files.filter(({ image }) => (image ?? null) !== null).map(({ path }) => folderOf(path));
  // What a table names is not a data set of its own.
  const folders = imageFolders(entries).filter(({ path }) => !tables.some((folder) => `${path}/`.startsWith(folder)));
  const models = await lookAtModels(repository.root, entries);
  const named = new Set(files.map(({ path }) => path));
  const weights = entries.filter(({ kind, path }) => kind === 'file' && isWeightPath(path) && !named.has(path));
  const others = entries.map(({ path }) => path).filter((path) => PERHAPS.test(path) && !NO_DATA.test(path));
  const found = { files, folders, models, weights: weights.map(({ path }) => path), others, problems };
  const isNothing = files.length + folders.length + weights.length === 0;
  return {
    config: proposeConfig({ ...found, action: options.action }),
    remarks: isNothing
      ? [
          'Nothing was found that Taster knows.',
          LOOKED_FOR,
          'Fill in the example in the configuration by hand where data lie in another form or come later; until then data and weights that a change brings are found by their names.',
        ]
      : [],
  };
}

async function write(root: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: 'wx' });
  } catch (error) {
    throw new UserError('not-written', `${path}: ${problemOf(error)}`, {
      hint: 'See that its folder is a folder that you may write to.',
      cause: error,
    });
  }
}

/** A link that leads nowhere is there, too. */
async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
