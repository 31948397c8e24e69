import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import type { FetchDvc } from './files.ts';

/** Takes DVC files from the repository's local cache (layouts of DVC 3 and DVC 2), verified by MD5. */
export function localDvc(root: string): FetchDvc {
  return async (pointer, localPath, repoPath) => {
    const name = join(pointer.md5.slice(0, 2), pointer.md5.slice(2));
    for (const place of [join(root, '.dvc/cache/files/md5', name), join(root, '.dvc/cache', name)]) {
      const state = await lstat(place).catch(() => null);
      if (!state?.isFile()) continue;
      await copyFile(place, localPath, constants.COPYFILE_EXCL);
      const hash = createHash('md5');
      await pipeline(createReadStream(localPath), hash);
      if (hash.digest('hex') === pointer.md5) return;
      throw new UserError('dvc-damaged', `${repoPath}: the file in the DVC cache does not have the recorded MD5.`, {
        hint: 'Run `dvc fetch` again.',
      });
    }
    throw new UserError('dvc-missing', `${repoPath}: its content is not in the local DVC cache.`, {
      hint: 'Run `dvc fetch` for both revisions before the review.',
    });
  };
}
