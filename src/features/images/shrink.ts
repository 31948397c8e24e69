import type { SmallImages } from '../../table/pool.ts';
import type { ImageHeader } from './header.ts';
import type { Images, Unread } from './images.ts';
import { resize } from './resize.ts';

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
  const cell = side * side * 3;
  const data = new Uint8Array(images.rows * cell);
  const readable = new Uint8Array(images.rows);
  const unread: (Unread | null)[] = [];
  const headers: (ImageHeader | null)[] = [];
  const first = new Map<string, number>();
  for (let row = 0; row < images.rows; row++) {
    const content = cells[row] ?? null;
    const known = content === null ? undefined : first.get(content);
    if (known !== undefined) {
      data.copyWithin(row * cell, known * cell, (known + 1) * cell);
      readable[row] = readable[known]!;
      unread.push(unread[known]!);
      headers.push(headers[known]!);
      continue;
    }
    if (content !== null) first.set(content, row);
    const found = await images.decode(row);
    if ('pixels' in found) data.set(resize(found.pixels, { width: side, height: side }).data, row * cell);
    readable[row] = 'pixels' in found ? 1 : 0;
    unread.push('pixels' in found ? null : found.unread);
    headers.push('pixels' in found ? found.header : null);
    progress((row + 1) / images.rows);
  }
  const words = describeImages(
    headers.flatMap((header) => header ?? []),
    side,
  );
  return { small: { height: side, width: side, data, readable, words }, unread };
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
