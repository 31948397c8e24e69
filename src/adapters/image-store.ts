import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { ImageSource } from '../features/images/images.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { Decoders } from './decoders.ts';

export interface ImageStore extends ImageSource {
  close(): Promise<void>;
}

/** Reads images out of the private folder, by the listings that `packImages` wrote. Closes the decoders, too. */
export async function openImageStore(images: ImageFiles, decoders: Decoders): Promise<ImageStore> {
  const places = new Map<string, { readonly at: number; readonly bytes: number }>();
  for (const { localPath } of [images.base, images.head])
    for await (const line of createInterface({ input: createReadStream(localPath, 'utf8'), crlfDelay: Infinity })) {
      const { id, at, bytes } = JSON.parse(line) as { id: string; at: number; bytes: number };
      if (id.length === 32) places.set(id, { at, bytes });
    }
  const pack = await open(images.pack.localPath);
  return {
    decode: decoders.decode,
    async read(content) {
      const place = places.get(content);
      if (!place) return null;
      const bytes = new Uint8Array(place.bytes);
      const { bytesRead } = await pack.read(bytes, 0, place.bytes, place.at);
      if (bytesRead !== place.bytes) throw new Error(`the pack of images ends before ${content} does`);
      return bytes;
    },
    async close() {
      await Promise.all([pack.close(), decoders.close()]);
    },
  };
}
