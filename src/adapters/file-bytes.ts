import { closeSync, openSync, readSync } from 'node:fs';
import type { LocalFile } from '../table/sql.ts';
import type { ByteSource } from '../weights/byte-source.ts';

/** A materialised file, read where it is asked for: nothing of it is kept, and nothing stays open. */
export function fileBytes({ localPath, bytes }: LocalFile): ByteSource {
  return {
    size: bytes,
    read(first, last, room = new Uint8Array(last - first)) {
      const piece = room.subarray(0, last - first);
      const file = openSync(localPath, 'r');
      try {
        for (let done = 0; done < piece.length; ) {
          const count = readSync(file, piece, done, Math.min(piece.length - done, 2 ** 30), first + done);
          if (count === 0) throw new Error(`${localPath} ends at byte ${first + done}, ${bytes} are expected`);
          done += count;
        }
      } finally {
        closeSync(file);
      }
      return piece;
    },
  };
}
