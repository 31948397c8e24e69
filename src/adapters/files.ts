import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import {
  type DvcPointer,
  type LfsPointer,
  POINTER_LIMIT,
  parseDvcPointer,
  parseLfsPointer,
} from '../source/pointers.ts';
import type { Repository } from '../source/repository.ts';
import type { LocalFile } from '../table/sql.ts';

/** Fetches what a pointer stands for into `localPath`; answers nothing, throws a UserError where it cannot. */
export type FetchLfs = (pointer: LfsPointer, localPath: string, repoPath: string) => Promise<void>;
export type FetchDvc = (pointer: DvcPointer, localPath: string, repoPath: string) => Promise<void>;

export interface MaterialiseOptions {
  /** Null: pointers cannot be resolved, which is a UserError where one is met. */
  readonly lfs: FetchLfs | null;
  readonly dvc: FetchDvc | null;
  /** Per file. */
  readonly maxBytes: number;
}

/** Writes files of one revision under numbered names into a private folder; LFS and DVC pointers are resolved. */
export async function materialise(
  repository: Repository,
  revision: string,
  repoPaths: readonly string[],
  folder: string,
  options: MaterialiseOptions,
): Promise<LocalFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  let number = (await readdir(folder)).length;
  const files: LocalFile[] = [];
  for (const path of repoPaths) {
    const localPath = join(folder, String(number++).padStart(4, '0'));
    const written = await repository.writeFile(revision, path, localPath, options.maxBytes);
    const start = written < POINTER_LIMIT ? await readStart(localPath) : '';
    const bytes = await resolvePointer(path, localPath, start, written, options);
    files.push({ repoPath: path.replace(/\.dvc$/, ''), localPath, bytes });
  }
  return files;
}

async function resolvePointer(
  path: string,
  localPath: string,
  start: string,
  written: number,
  options: MaterialiseOptions,
): Promise<number> {
  const lfs = parseLfsPointer(start);
  const dvc = path.endsWith('.dvc') ? parseDvcPointer(start) : null;
  if (path.endsWith('.dvc') && (!dvc || dvc.folder))
    throw new UserError('dvc-unreadable', `${path}: expected a .dvc file with one output that is a file.`, {
      hint: 'Track each data file by a .dvc file of its own.',
    });
  const pointer = lfs ?? dvc;
  if (!pointer) return written;
  if ((pointer.bytes ?? 0) > options.maxBytes)
    throw new UserError(
      'file-too-large',
      `${path} stands for ${pointer.bytes} bytes; at most ${options.maxBytes} are read.`,
      { hint: 'Review a part of the data, or raise the limit.' },
    );
  await rm(localPath);
  if (lfs && options.lfs) await options.lfs(lfs, localPath, path);
  else if (dvc && options.dvc) await options.dvc(dvc, localPath, path);
  else
    throw new UserError(
      'pointer-unresolved',
      `${path} is a ${lfs ? 'Git LFS' : 'DVC'} pointer, and its content is not at hand.`,
      { hint: 'Check out with `lfs: true`, or give access to the store.' },
    );
  const file = await open(localPath);
  const { size } = await file.stat().finally(() => file.close());
  return size;
}

async function readStart(localPath: string): Promise<string> {
  const file = await open(localPath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(POINTER_LIMIT), 0, POINTER_LIMIT, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The bytes of a file in order, for `locateLines`. */
export function readBytes(localPath: string): AsyncIterable<Uint8Array> {
  return createReadStream(localPath, { highWaterMark: 1 << 20 });
}
