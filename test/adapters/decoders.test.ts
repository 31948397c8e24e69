import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDecoders } from '../../src/adapters/decoders.ts';
import { type ImageHeader, readImageHeader } from '../../src/features/images/header.ts';
import { resize } from '../../src/features/images/resize.ts';
import { uniformAt } from '../../src/tensor/random.ts';
import { jpegOf, noise, pngOf, waves, webpOf } from '../features/images/written-image.ts';

const REAL = new URL('../../src/adapters/decoder.ts', import.meta.url);
const FAULTY = new URL('./faulty-decoder.ts', import.meta.url);
const header: ImageHeader = { format: 'png', width: 1, height: 1, channels: 0, scans: 1, orientation: 1 };

test('many images on two threads, each answer to its own question, in the size that was asked for', async (t) => {
  const decoders = openDecoders(REAL, 2);
  t.after(() => decoders.close());
  const images = Array.from({ length: 40 }, (_, seed) => noise(seed, 6 + (seed % 5)));
  const found = await Promise.all(
    images.map((image) => {
      const bytes = pngOf(image);
      return decoders.decode(bytes, readImageHeader(bytes)!, null);
    }),
  );
  assert.deepEqual(found, images);
  const bytes = pngOf(images[4]!);
  const size = { width: 3, height: 2 };
  assert.deepEqual(await decoders.decode(bytes, readImageHeader(bytes)!, size), resize(images[4]!, size));
  const torn = bytes.subarray(0, bytes.length >> 1);
  assert.equal(await decoders.decode(torn, readImageHeader(torn)!, size), null);
});

test('files that no codec can read leave no memory behind', async (t) => {
  const decoders = openDecoders(REAL, 1);
  t.after(() => decoders.close());
  const flat = pngOf({ width: 4000, height: 2000, data: new Uint8Array(3 * 4000 * 2000) });
  const torn = flat.subarray(0, flat.length >> 1);
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 24; round++)
    assert.equal(await decoders.decode(torn, readImageHeader(torn)!, null), null);
  assert.ok(process.memoryUsage().rss - before < 400e6, `${(process.memoryUsage().rss - before) / 1e6} MB`);
  assert.equal((await decoders.decode(flat, readImageHeader(flat)!, { width: 2, height: 2 }))?.width, 2);
});

test('damaged files of each format, and good ones between them are still read', async (t) => {
  const decoders = openDecoders(REAL, 1, 10_000);
  t.after(() => decoders.close());
  const image = waves(3, 40, 30);
  const files = [pngOf(image), await jpegOf(image), await jpegOf(image, { progressive: false }), await webpOf(image)];
  const size = { width: 4, height: 4 };
  const read = (bytes: Buffer) => decoders.decode(bytes, readImageHeader(bytes)!, size);
  for (const [at, file] of files.entries()) {
    const good = await read(file);
    assert.equal(good?.width, 4);
    for (let round = 0; round < 100; round++) {
      const damaged = Buffer.from(file);
      for (let k = 0; k < 4; k++)
        damaged[12 + Math.floor((file.length - 12) * uniformAt(round, k, at))] = Math.floor(
          256 * uniformAt(round, k, 9),
        );
      const header = readImageHeader(damaged);
      if (header && header.width * header.height < 1e6) await decoders.decode(damaged, header, size);
      if (round % 20 === 19) assert.deepEqual(await read(file), good, `file ${at} after ${round + 1} damaged ones`);
    }
  }
});

test('a decoder that hangs, ends or throws costs its own image, and the next is decoded', async (t) => {
  const decoders = openDecoders(FAULTY, 2, 1500);
  t.after(() => decoders.close());
  const orders = [9, 1, 8, 2, 7, 3, 3, 2, 6, 5];
  const found = await Promise.all(orders.map((order) => decoders.decode(Uint8Array.from([order]), header, null)));
  assert.deepEqual(
    found.map((pixels) => pixels?.data[0] ?? null),
    [9, null, 8, null, 7, null, null, null, 6, 5],
  );
});

test('a codec that cannot be opened, and a program that cannot be begun, are no damaged images', async (t) => {
  const decoders = openDecoders(FAULTY, 1);
  t.after(() => decoders.close());
  await assert.rejects(decoders.decode(Uint8Array.from([4]), header, null), /no codec/);
  assert.equal((await decoders.decode(Uint8Array.from([5]), header, null))?.width, 1);
  const missing = openDecoders(new URL('./not-there.ts', import.meta.url), 1);
  await assert.rejects(missing.decode(Uint8Array.from([5]), header, null), /not-there/);
  const silent = openDecoders(new URL('data:text/javascript,process.exit(3)'), 1);
  await assert.rejects(silent.decode(Uint8Array.from([5]), header, null), /ended before it had begun/);
});
