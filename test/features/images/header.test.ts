import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImageHeader } from '../../../src/features/images/header.ts';
import { uniformAt } from '../../../src/tensor/random.ts';
import { exif, jpegOf, noise, plainJpeg, pngOf, webpOf } from './written-image.ts';

const image = noise(3, 20, 10);
const files = {
  png: pngOf(image),
  jpeg: await jpegOf(image, { progressive: false }),
  progressive: await jpegOf(image),
  lossy: await webpOf(image),
  lossless: await webpOf(image, { lossless: 1 }),
};

test('the format is known by content, the size before anything is decoded', () => {
  for (const [name, bytes] of Object.entries(files)) {
    const header = readImageHeader(bytes);
    const format = { png: 'png', jpeg: 'jpeg', progressive: 'jpeg' }[name] ?? 'webp';
    assert.deepEqual([header?.format, header?.width, header?.height], [format, 20, 10], name);
  }
  assert.equal(readImageHeader(files.jpeg)!.scans, 1);
  assert.ok(readImageHeader(files.progressive)!.scans > 1);
  assert.equal(readImageHeader(plainJpeg([1, 2, 3, 4]))!.channels, 4);
});

test('an extended WebP says its size, too', () => {
  const bytes = Buffer.alloc(30);
  bytes.write('RIFF\0\0\0\0WEBPVP8X', 'latin1');
  bytes.writeUIntLE(299, 24, 3);
  bytes.writeUIntLE(70_000, 27, 3);
  assert.deepEqual([readImageHeader(bytes)?.width, readImageHeader(bytes)?.height], [300, 70_001]);
});

test('EXIF orientation is found in either byte order', () => {
  for (const [orientation, little] of [[6, false], [3, true], [8, true]] as const) // biome-ignore format: one idea
    assert.equal(readImageHeader(plainJpeg([9], exif(orientation, little)))!.orientation, orientation);
  assert.equal(readImageHeader(plainJpeg([9]))!.orientation, 1);
  assert.equal(readImageHeader(plainJpeg([9], exif(77)))!.orientation, 1);
});

test('stray bytes between markers are passed over, as the codec does', () => {
  const bytes = plainJpeg([9]);
  const stray = Buffer.concat([bytes.subarray(0, 2), Buffer.from([1, 2, 0xff, 0, 3, 0xff]), bytes.subarray(2)]);
  assert.deepEqual([readImageHeader(stray)?.width, readImageHeader(stray)?.channels], [8, 1]);
});

test('what is no image, or torn, has no header; nothing throws', () => {
  const others = [Buffer.alloc(0), Buffer.from('GIF89a'), Buffer.from('BM......'), Buffer.from('RIFF....WAVE'), Buffer.alloc(5000, 0xff)]; // biome-ignore format: one idea
  for (const bytes of others) assert.equal(readImageHeader(bytes), null, bytes.toString('latin1', 0, 8));
  for (const bytes of [...Object.values(files), plainJpeg([9], exif(6, true))])
    for (let end = 0; end < bytes.length; end++) {
      const header = readImageHeader(bytes.subarray(0, end));
      assert.ok(header === null || header.width <= 20, `cut at ${end}`);
    }
  const random = (seed: number) =>
    Buffer.concat([files.jpeg.subarray(0, 4), Buffer.from(Array.from({ length: 300 }, (_, at) => Math.floor(256 * uniformAt(seed, at))))]); // biome-ignore format: one idea
  for (let seed = 0; seed < 300; seed++) readImageHeader(random(seed));
});

test('an EXIF block that points out of itself is none', () => {
  const block = Buffer.from(exif(6));
  const far = Buffer.from(block);
  far.writeUInt32BE(0xfffffff0, 14);
  assert.equal(readImageHeader(plainJpeg([9], [...far]))!.orientation, 1);
});
