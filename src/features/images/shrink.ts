import type { SmallImages } from '../../table/pool.ts';
import { atOnce } from './at-once.ts';
import type { ImageHeader } from './header.ts';
import { IMAGES_AT_ONCE, type Images, type Unread } from './images.ts';

export interface Shrunk {
  readonly small: SmallImages;
  /** [N] why a row has no pixels; null where it has. */
  readonly unread: readonly (Unread | null)[];
}

/**
 * Reads all images once and keeps a small version of each: `side` pixels in width and height. Rows of equal cells are
 * decoded once.
 */
export async function shrinkImages(
  images: Images,
  cells: readonly (string | null)[],
  side: number,
  progress: (share: number) => void = () => {},
): Promise<Shrunk> {
  const size = { width: side, height: side };
  const cell = side * side * 3;
  const data = new Uint8Array(images.rows * cell);
  const first = new Map<string | null, number>();
  for (const [row, content] of cells.entries()) if (!first.has(content)) first.set(content, row);
  const owners = [...first.values()];
  const found = new Map<number, ImageHeader | Unread>();
  await atOnce(owners.length, IMAGES_AT_ONCE, async (at) => {
    const row = owners[at]!;
    const one = await images.decode(row, size);
    if ('pixels' in one) data.set(one.pixels.data, row * cell);
    found.set(row, 'pixels' in one ? one.header : one.unread);
    progress(found.size / owners.length);
  });
  const headers: ImageHeader[] = [];
  const readable = new Uint8Array(images.rows);
  const unread = cells.map((content, row) => {
    const owner = first.get(content)!;
    const one = found.get(owner)!;
    if (typeof one === 'string') return one;
    if (owner !== row) data.copyWithin(row * cell, owner * cell, (owner + 1) * cell);
    readable[row] = 1;
    headers.push(one);
    return null;
  });
  return { small: { height: side, width: side, data, readable, words: describeImages(headers, side) }, unread };
}

const NAMES = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP' } as const;

/** `500 JPEG, 20 PNG, 32 x 32, ...`: how the images that could be read were read. */
export function describeImages(headers: readonly ImageHeader[], side: number): string {
  if (headers.length === 0) return 'no image could be read';
  const formats = (Object.keys(NAMES) as ImageHeader['format'][]).flatMap((format) => {
    const count = headers.filter((header) => header.format === format).length;
    return count > 0 ? [`${count} ${NAMES[format]}`] : [];
  });
  const range = (axis: 'width' | 'height') => {
    const values = headers.map((header) => header[axis]);
    const low = values.reduce((least, value) => Math.min(least, value));
    const high = values.reduce((most, value) => Math.max(most, value));
    return low === high ? `${low}` : `${low}-${high}`;
  };
  const turned = headers.filter(({ orientation }) => orientation !== 1).length;
  return [
    ...formats,
    `${range('width')} x ${range('height')} pixels`,
    `made ${side} x ${side} x 3 (bilinear, antialiased), centred and scaled`,
    ...(turned > 0 ? [`${turned} with an EXIF orientation, which is not applied`] : []),
  ].join(', ');
}
