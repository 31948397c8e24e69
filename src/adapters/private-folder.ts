import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivateFolder {
  /** Both revisions' files under numbered names. */
  readonly files: string;
  readonly scratch: string;
}

/** Lends a folder that only this user can read (0700), and removes it whatever happens short of SIGKILL. */
export async function withPrivateFolder<T>(work: (folder: PrivateFolder) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'taster-'));
  const onExit = () => rmSync(root, { recursive: true, force: true });
  process.once('exit', onExit);
  try {
    const folder = { files: join(root, 'files'), scratch: join(root, 'scratch') };
    await mkdir(folder.files, { mode: 0o700 });
    await mkdir(folder.scratch, { mode: 0o700 });
    return await work(folder);
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
    process.off('exit', onExit);
  }
}
