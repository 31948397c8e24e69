import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCodecs } from '../../../src/adapters/image-codecs.ts';
import { encodeFeatures } from '../../../src/features/features.ts';
import {
  type ImageSource,
  imageInput,
  MOST_PIXELS,
  openImages,
  readBatch,
} from '../../../src/features/images/images.ts';
import { resize } from '../../../src/features/images/resize.ts';
import { shrinkImages } from '../../../src/features/images/shrink.ts';
import { smallPool } from '../small-pool.ts';
import { exif, noise, plainJpeg, pngOf, writePng } from './written-image.ts';

/** A source of files by name, which counts how often each is decoded. */
function sourceOf(files: Readonly<Record<string, Buffer>>) {
  const decode = openCodecs();
  const decoded: number[] = [];
  const source: ImageSource = {
    read: async (content) => files[content] ?? null,
    decode: async (bytes, header, size) => {
      decoded.push(bytes.length);
      const found = await decode(bytes, header);
      return found && size ? resize(found, size) : found;
    },
  };
  return { source, decoded };
}

const huge = (width: number, height: number) => writePng({ width, height, depth: 8, colour: 2 }, [Buffer.alloc(10)]);

test('every row without pixels says why, and nothing large is decoded', async () => {
  const scans = Buffer.concat([plainJpeg([1]), Buffer.alloc(400, Buffer.from([0xff, 0xda]))]);
  const files = {
    good: plainJpeg([50]),
    text: Buffer.from('no image'),
    empty: Buffer.alloc(0),
    bomb: huge(MOST_PIXELS / 1024 + 1, 1024),
    flat: huge(0, 5),
    torn: pngOf(noise(1, 20)).subarray(0, 200),
    scans,
  };
  const { source, decoded } = sourceOf(files);
  const cells = ['good', 'text', 'empty', 'bomb', 'flat', 'torn', 'scans', 'gone', null, 'missing a.png', 'outside /a', 'link a', 'large a']; // biome-ignore format: one idea
  const images = openImages(cells, source);
  const found = [];
  for (let row = 0; row < images.rows; row++) {
    const one = await images.decode(row, null);
    found.push('unread' in one ? one.unread : one.pixels.data[0]);
  }
  const expected = [50, 'format', 'format', 'pixels', 'broken', 'broken', 'pixels', 'missing', 'no path', 'missing', 'outside', 'link', 'large']; // biome-ignore format: one idea
  assert.deepEqual(found, expected);
  assert.equal(decoded.length, 2);
});

test('a file whose pixels are not those that its header promised is none', async () => {
  const source: ImageSource = { read: async () => plainJpeg([5]), decode: async () => noise(1, 9) };
  assert.deepEqual(await openImages(['x'], source).decode(0, null), { unread: 'broken' });
});

test('batches come in one size, any order and any number, zeros where there is no image', async () => {
  const image = noise(5, 12);
  const { source } = sourceOf({ a: pngOf(image), b: plainJpeg([90]) });
  const images = openImages(['a', null, 'b', 'a'], source);
  const size = { width: 4, height: 4 };
  const all = await readBatch(images, 0, 4, size);
  assert.deepEqual(all.subarray(0, 48), resize(image, size).data);
  assert.deepEqual(new Set(all.subarray(48, 96)), new Set([0]));
  assert.deepEqual(new Set(all.subarray(96, 144)), new Set([90]));
  assert.deepEqual(await readBatch(images, 2, 2, size), all.subarray(96));
  const input = imageInput(images, size, { layout: 'nchw', channels: 3, mean: [0.5], std: [0.5] });
  const values = await input(2, 1);
  assert.equal(values.length, 48);
  assert.ok(values.every((value) => Math.abs(value - (90 / 255 - 0.5) / 0.5) < 1e-6));
});

test('equal contents are decoded once, and the words say what was read', async () => {
  const turned = plainJpeg([60], exif(6));
  const { source, decoded } = sourceOf({ a: pngOf(noise(5, 12, 10)), b: turned });
  const cells = ['a', 'b', 'a', 'missing x', 'b', null];
  const told: number[] = [];
  const { small, unread } = await shrinkImages(openImages(cells, source), cells, 2, (share) => void told.push(share));
  assert.equal(decoded.length, 2);
  assert.deepEqual(Array.from(small.readable), [1, 1, 1, 0, 1, 0]);
  assert.deepEqual(unread, [null, null, null, 'missing', null, 'no path']);
  assert.deepEqual(small.data.subarray(24, 36), small.data.subarray(0, 12));
  assert.equal(told.at(-1), 1);
  assert.equal(
    small.words,
    '2 JPEG, 2 PNG, 8-12 x 8-10 pixels, made 2 x 2 x 3 (bilinear, antialiased), centred and scaled, 2 with an EXIF orientation, which is not applied',
  );
  const nothing = await shrinkImages(openImages([null], source), [null], 2);
  assert.equal(nothing.small.words, 'no image could be read');
});

test('features are centred on base, keep the distances of images, and are zero without an image', () => {
  const pool = smallPool({ x: { kind: 'image', base: ['a', 'b', 'c'], added: ['d', 'e'] } });
  const data = Uint8Array.from(
    [
      [0, 100, 10],
      [20, 100, 30],
      [99, 99, 99],
      [0, 100, 10],
      [200, 0, 0],
    ].flat(),
  );
  const small = { height: 1, width: 1, data, readable: Uint8Array.from([1, 1, 0, 1, 1]), words: 'as told' };
  const columns = pool.columns.map((column) => ({ ...column, small }));
  const { values, width, description } = encodeFeatures({ ...pool, columns }, { maxWidth: 100 });
  assert.deepEqual([width, description], [3, ['x: as told']]);
  // The mean of the two readable rows of base is 10, 100, 20; their values lie 10 off in two of three: deviation 8.165.
  const expected = [
    [-10, 0, -10],
    [10, 0, 10],
    [0, 0, 0],
    [-10, 0, -10],
    [190, -100, -20],
  ].flat();
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(values[at]! - value / Math.sqrt(200 / 3)) < 1e-4, `${at}: ${values[at]}`);
});
