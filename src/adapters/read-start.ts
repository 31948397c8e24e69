import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { WORKTREE } from '../source/repository.ts';
import { runGit } from './run-git.ts';

/** The first bytes of a file of a revision; none where it is no file. Git is stopped as soon as there are enough. */
export async function readStart(root: string, revision: string, path: string, bytes: number): Promise<Buffer> {
  if (revision === WORKTREE) return await readLocalStart(join(root, path), bytes);
  const enough = new Error('enough');
  const start: Buffer[] = [];
  let count = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      start.push(chunk);
      count += chunk.length;
      next(count >= bytes ? enough : null);
    },
  });
  await runGit(root, ['cat-file', 'blob', '--end-of-options', `${revision}:${path}`], { sink }).catch(
    (error: unknown) => {
      if (error !== enough) throw error;
    },
  );
  return Buffer.concat(start).subarray(0, bytes);
}

/** No link is followed: what leads elsewhere has no bytes here. */
async function readLocalStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
  if (!file) return Buffer.of();
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
