import { type NoImage, readImageCell } from '../../table/image-column.ts';
import { atOnce } from './at-once.ts';
import { type ImageHeader, readImageHeader } from './header.ts';
import { type Preprocess, preprocess } from './preprocess.ts';
import type { Pixels, Size } from './resize.ts';

/** Where the bytes of images lie, and what decodes them; implemented by `adapters/image-store.ts`. */
export interface ImageSource {
  /** Bytes of a content; null where there are none. */
  read(content: string): Promise<Uint8Array | null>;
  /** Pixels without their alpha, made this size (null: their own); null for a file that is cut off or damaged. */
  decode(bytes: Uint8Array, header: ImageHeader, size: Size | null): Promise<Pixels | null>;
}

/** Why a row has no pixels. `format`: no JPEG, PNG or WebP. `pixels`: more than are decoded. `broken`: cut off, damaged. */
export type Unread = NoImage | 'format' | 'pixels' | 'broken';

export type Decoded = { readonly pixels: Pixels; readonly header: ImageHeader } | { readonly unread: Unread };

/**
 * The images of N pool rows. Nothing is kept: a row is decoded each time it is asked for, since 100,000 images of
 * 224 x 224 pixels take 15 GB.
 */
export interface Images {
  readonly rows: number;
  /** One image in this size; null: in its own. */
  decode(row: number, size: Size | null): Promise<Decoded>;
}

/** Pixels that are decoded at most: what a camera of 32 megapixels writes. */
export const MOST_PIXELS = 2 ** 25;
/** Passes of a progressive JPEG; encoders write about ten. */
const MOST_SCANS = 100;
/** Files that are held in memory at a time. */
export const IMAGES_AT_ONCE = 8;

/** The images that the cells of a column of contents stand for, one per row. */
export function openImages(cells: readonly (string | null)[], source: ImageSource): Images {
  return {
    rows: cells.length,
    async decode(row, size) {
      const cell = readImageCell(cells[row] ?? null);
      if ('none' in cell) return { unread: cell.none };
      const bytes = await source.read(cell.content);
      if (bytes === null) return { unread: 'missing' };
      const header = readImageHeader(bytes);
      if (header === null) return { unread: 'format' };
      const { width, height, scans } = header;
      if (width * height > MOST_PIXELS || scans > MOST_SCANS) return { unread: 'pixels' };
      if (width * height === 0) return { unread: 'broken' };
      const pixels = await source.decode(bytes, header, size);
      const wanted = size ?? header;
      const whole = pixels !== null && pixels.width === wanted.width && pixels.height === wanted.height;
      return whole ? { pixels, header } : { unread: 'broken' };
    },
  };
}

/** Rows `start` to `start + count` in one size: [count,H,W,3] in 0..255; zeros for a row that cannot be read. */
export async function readBatch(images: Images, start: number, count: number, size: Size): Promise<Uint8Array> {
  const cell = size.width * size.height * 3;
  const batch = new Uint8Array(count * cell);
  await atOnce(count, IMAGES_AT_ONCE, async (at) => {
    const found = await images.decode(start + at, size);
    if ('pixels' in found) batch.set(found.pixels.data, at * cell);
  });
  return batch;
}

/** The same as a model's input, batch by batch: what `TrunkInput.data` takes. */
export function imageInput(
  images: Images,
  size: Size,
  how: Preprocess,
): (start: number, count: number) => Promise<Float32Array> {
  return async (start, count) => preprocess(await readBatch(images, start, count, size), size, how);
}
