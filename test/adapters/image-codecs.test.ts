import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCodecs } from '../../src/adapters/image-codecs.ts';
import { readImageHeader } from '../../src/features/images/header.ts';
import type { Pixels } from '../../src/features/images/resize.ts';
import {
  ADOBE,
  exif,
  jpegOf,
  noise,
  plainJpeg,
  pngOf,
  waves,
  webpOf,
  writePng,
} from '../features/images/written-image.ts';

const decode = openCodecs();
const read = (bytes: Buffer) => decode(bytes, readImageHeader(bytes)!);
const first = (image: Pixels | null, count = 3) => Array.from(image?.data.subarray(0, count) ?? []);
/** Mean difference of two images' values. */
const apart = (one: Pixels, other: Pixels | null) =>
  one.data.reduce((sum, value, at) => sum + Math.abs(value - (other?.data[at] ?? 999)), 0) / one.data.length;

test('lossless files give their pixels back, lossy ones nearly', async () => {
  const image = waves(1, 64, 48);
  assert.deepEqual(await read(pngOf(image)), image);
  assert.deepEqual(await read(await webpOf(image, { lossless: 1 })), image);
  assert.ok(apart(image, await read(await webpOf(image, { quality: 95 }))) < 8);
  for (const progressive of [true, false])
    assert.ok(apart(image, await read(await jpegOf(image, { quality: 95, progressive, chroma_subsample: 1, auto_subsample: false }))) < 8); // biome-ignore format: one idea
});

test('grey, two greys and a palette, 16 bits and alpha become red, green and blue of 8 bits', async () => {
  const png = (depth: number, colour: number, row: readonly number[], more = {}) =>
    read(writePng({ width: 2, height: 1, depth, colour, ...more }, [Buffer.from(row)]));
  assert.deepEqual(first(await png(8, 0, [100, 200]), 6), [100, 100, 100, 200, 200, 200]);
  assert.deepEqual(first(await png(1, 0, [0x40]), 6), [0, 0, 0, 255, 255, 255]);
  const palette = { palette: [9, 8, 7, 6, 5, 4] };
  assert.deepEqual(first(await png(8, 3, [1, 0], palette), 6), [6, 5, 4, 9, 8, 7]);
  assert.deepEqual(first(await png(4, 3, [0x10], { ...palette, alpha: [0, 9] }), 6), [6, 5, 4, 9, 8, 7]);
  assert.deepEqual(first(await png(16, 0, [0x12, 0xff, 0x80, 0x00]), 6), [18, 18, 18, 128, 128, 128]);
  assert.deepEqual(first(await png(16, 2, [1, 255, 2, 255, 3, 255, 4, 0, 5, 0, 6, 0]), 6), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(first(await png(8, 6, [10, 20, 30, 0, 40, 50, 60, 128]), 6), [10, 20, 30, 40, 50, 60]);
  assert.deepEqual(first(await read(plainJpeg([100]))), [100, 100, 100]);
  assert.deepEqual(first(await read(await jpegOf(noise(2, 8), { color_space: 1 }))).length, 3);
});

test('four channels are ink, stored upside down by programs that say so', async () => {
  // Ink 55, 155, 205 and no black: the red that is left is 255 - 55.
  assert.deepEqual(first(await read(plainJpeg([200, 100, 50, 255], ADOBE))), [200, 100, 50]);
  // Half of it under black: 200 * 128 / 255.
  assert.deepEqual(first(await read(plainJpeg([200, 100, 50, 128], ADOBE))), [100, 50, 25]);
  assert.equal(await read(plainJpeg([200, 100, 50, 255])), null);
});

test('EXIF orientation is not applied', async () => {
  assert.deepEqual(await read(plainJpeg([10, 128, 128], exif(6))), await read(plainJpeg([10, 128, 128])));
});

test('files that are cut off or damaged give nothing, and the next is read all the same', async () => {
  const image = waves(4, 24);
  const whole = [pngOf(image), await jpegOf(image), await jpegOf(image, { progressive: false }), await webpOf(image), plainJpeg([200, 100, 50, 255], ADOBE)]; // biome-ignore format: one idea
  for (const [index, bytes] of whole.entries()) {
    for (const share of [0.5, 0.8, 0.95]) {
      const cut = bytes.subarray(0, Math.floor(share * bytes.length));
      const header = readImageHeader(cut);
      if (header) assert.equal(await decode(cut, header), null, `file ${index} cut at ${share}`);
    }
    assert.equal((await read(bytes))?.width, index === 4 ? 8 : 24);
  }
  const flipped = Buffer.from(pngOf(image));
  flipped[41]! ^= 0xff; // the head of the packed data
  assert.equal(await read(flipped), null);
});

test('a file that holds far more than its header says is not unpacked beyond it', async () => {
  const bomb = writePng({ width: 2, height: 1, depth: 8, colour: 2 }, [Buffer.alloc(100_000_000)]);
  const before = process.memoryUsage().rss;
  assert.equal((await read(bomb))?.width, 2);
  assert.ok(process.memoryUsage().rss - before < 50e6);
});

test('hundreds of files that it refuses do not wear a codec out', async () => {
  const good = await jpegOf(waves(3, 40, 30));
  const [torn, forged] = [good.subarray(0, 100), Buffer.concat([good.subarray(0, 2), Buffer.alloc(400, 0x55)])];
  const wrongTable = Buffer.from(good);
  wrongTable[197]! ^= 0x5a;
  const before = await read(good);
  for (const bytes of [torn, forged, wrongTable])
    for (let round = 0; round < 120; round++) assert.equal(await decode(bytes, readImageHeader(good)!), null);
  assert.deepEqual(await read(good), before);
});
