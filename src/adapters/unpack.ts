import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { list, type ReadEntry } from 'tar';
import type { PinnedFile } from './native-pins.ts';

/**
 * Writes the named files of a tarball flat into a folder, nothing else of it. Throws where one is missing, is no plain
 * file, or has another length. Names come from the pins, never from the tarball.
 */
export async function unpack(tarball: string, files: readonly PinnedFile[], folder: string): Promise<void> {
  const wanted = new Map(files.map((file) => [file.path, file]));
  const writes: Promise<void>[] = [];
  await list({
    file: tarball,
    strict: true,
    onReadEntry(entry: ReadEntry) {
      const file = wanted.get(entry.path);
      if (!file) return;
      wanted.delete(entry.path);
      if (entry.type !== 'File' || entry.size !== file.bytes)
        throw new Error(`${entry.path} is a ${entry.type} of ${entry.size} bytes, expected ${file.bytes}`);
      const target = createWriteStream(join(folder, file.name), { flags: 'wx', mode: 0o644 });
      entry.pipe(target as unknown as Parameters<ReadEntry['pipe']>[0]);
      writes.push(finished(target));
    },
  });
  await Promise.all(writes);
  const missing = [...wanted.keys()];
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`);
}
