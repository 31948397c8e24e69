import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DownloadError, download } from './download.ts';
import type { Pin, PinnedFile } from './native-pins.ts';
import { unpack } from './unpack.ts';

export interface NativeCache {
  /** Where cached files may lie, best first; the first that can be written takes a download. */
  readonly caches: readonly string[];
  /** Address of the npm registry. */
  readonly registry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
  /** Milliseconds to wait before another attempt; a test makes it 0. */
  readonly pauseMs?: number;
}

const ATTEMPTS = 3;
const IDLE_MS = 30_000;
const TOTAL_MS = 15 * 60_000;

/** The folder with a pin's files, from a cache or the registry. The files were hashed in this very call. */
export async function cachedNative(pin: Pin, platform: string, cache: NativeCache): Promise<string> {
  const name = join(`${pin.name.replace('@', '').replace('/', '-')}`, pin.version, platform);
  for (const root of cache.caches) {
    const folder = join(root, name);
    const fault = await faultOf(folder, pin.files);
    if (fault === null) return folder;
    if (fault === 'absent') continue;
    cache.log(`${folder} is not what it should be (${fault}) and is fetched again.`);
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
  const root = await firstWritable(cache.caches);
  if (root === null)
    throw new DownloadError(`none of the folders ${cache.caches.join(', ')} can be written`, { retry: false });
  const folder = join(root, name);
  const work = join(root, `.part-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    const tarball = join(work, 'package.tgz');
    const files = join(work, 'files');
    await mkdir(files);
    await fetchTarball(pin, tarball, cache);
    await unpack(tarball, pin.files, files);
    const fault = await faultOf(files, pin.files);
    if (fault !== null) throw new DownloadError(`the unpacked files are wrong: ${fault}`, { retry: false });
    await mkdir(join(folder, '..'), { recursive: true });
    // Another process may have been faster; its files count only if they are right.
    await rename(files, folder).catch(async (error: unknown) => {
      if ((await faultOf(folder, pin.files)) !== null) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => {});
  }
}

async function fetchTarball(pin: Pin, target: string, { registry, env, log, pauseMs }: NativeCache): Promise<void> {
  const base = registry.endsWith('/') ? registry : `${registry}/`;
  const url = new URL(`${pin.name}/-/${pin.name.split('/').at(-1)}-${pin.version}.tgz`, base).href;
  for (let attempt = 1; ; attempt++) {
    let shown = 0;
    const onProgress = (bytes: number) => {
      const tenth = Math.floor((10 * bytes) / pin.bytes);
      if (tenth <= shown) return;
      shown = tenth;
      log(`${pin.name} ${pin.version}: ${Math.round(bytes / 1e6)} of ${Math.round(pin.bytes / 1e6)} MB`);
    };
    try {
      await download({
        ...{ url, target, env, onProgress, integrity: pin.integrity },
        ...{ maxBytes: pin.bytes, idleMs: IDLE_MS, totalMs: TOTAL_MS },
      });
      return;
    } catch (error) {
      if (!(error instanceof DownloadError && error.retry) || attempt === ATTEMPTS) throw error;
      log(`${pin.name} ${pin.version}: ${error.message}; trying again.`);
      await new Promise((resolve) => setTimeout(resolve, (pauseMs ?? 1000) * 4 ** (attempt - 1)));
    }
  }
}

/** Null where every file is there and has its hash; `absent` where none is there. */
export async function faultOf(folder: string, files: readonly PinnedFile[]): Promise<string | null> {
  let there = 0;
  let fault: string | null = null;
  for (const file of files) {
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(join(folder, file.name)), hash);
      there++;
      if (hash.digest('hex') !== file.sha256) fault ??= `${file.name} has another hash`;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'error';
      if (code !== 'ENOENT') there++;
      fault ??= `${file.name} cannot be read (${code})`;
    }
  }
  return fault !== null && there === 0 ? 'absent' : fault;
}

async function firstWritable(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return folder;
    } catch {
      // A read-only cache is not an error: the next one is tried.
    }
  }
  return null;
}
