import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import type { FetchLfs } from './files.ts';

/** Takes LFS objects from the clone's own store where they lie there, verified by SHA-256; else asks `remote`. */
export function localLfs(root: string, remote: FetchLfs | null): FetchLfs {
  return async (pointer, localPath, repoPath) => {
    const { sha256 } = pointer;
    const place = join(root, '.git/lfs/objects', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    const state = await lstat(place).catch(() => null);
    if (state?.isFile() && state.size === pointer.bytes) {
      await copyFile(place, localPath, constants.COPYFILE_EXCL);
      const hash = createHash('sha256');
      await pipeline(createReadStream(localPath), hash);
      if (hash.digest('hex') === sha256) return;
      await rm(localPath);
    }
    if (remote) return await remote(pointer, localPath, repoPath);
    throw new UserError('lfs-unresolved', `${repoPath} is a Git LFS pointer, and its content is not at hand.`, {
      hint: 'Run `git lfs fetch` for both revisions, or give the repository a remote `origin` with LFS.',
    });
  };
}
