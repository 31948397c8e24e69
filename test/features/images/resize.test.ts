import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pixels, resize, triangleWeights } from '../../../src/features/images/resize.ts';
import { noise } from './written-image.ts';

/** An image whose three channels are equal. */
const grey = (width: number, values: readonly number[]): Pixels => ({
  width,
  height: values.length / width,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});
const red = ({ data }: Pixels) => Array.from(data).filter((_, at) => at % 3 === 0);

test('weights worked out by hand', () => {
  // From 4 pixels to 2: centres at 1 and 3, reach 2; pixels at .5 and 1.5 weigh 3/4 each, 2.5 weighs 1/4: over their sum 7/4.
  const [left, right] = triangleWeights(4, 2);
  assert.deepEqual([left!.first, Array.from(left!.weights)], [0, [3 / 7, 3 / 7, 1 / 7]]);
  assert.deepEqual([right!.first, Array.from(right!.weights)], [1, [1 / 7, 3 / 7, 3 / 7]]);
  // From 2 to 4: centres at .25, .75, 1.25, 1.75, reach 1: plain linear interpolation, clamped at the ends.
  const grown = triangleWeights(2, 4).map(({ first, weights }) => [first, ...weights]);
  assert.deepEqual(grown, [[0, 1], [0, 0.75, 0.25], [0, 0.25, 0.75], [1, 1]]); // biome-ignore format: one idea
});

test('an image of 4 x 2 becomes 2 x 2 and 4 x 4 as the weights say', () => {
  const image = grey(4, [0, 70, 140, 210, 7, 7, 7, 7]);
  // Row one: (3*0 + 3*70 + 140) / 7 = 50; (70 + 3*140 + 3*210) / 7 = 160.
  assert.deepEqual(red(resize(image, { width: 2, height: 2 })), [50, 160, 7, 7]);
  const grown = red(resize(image, { width: 4, height: 4 }));
  assert.deepEqual(grown.slice(0, 8), [0, 70, 140, 210, 2, 54, 107, 159]); // 0.75 of the first row, 0.25 of the second
});

test('channels stay apart, and the mean of all is the image in one pixel', () => {
  const image = { width: 2, height: 1, data: Uint8Array.from([10, 20, 30, 50, 60, 90]) };
  assert.deepEqual(Array.from(resize(image, { width: 1, height: 1 }).data), [30, 40, 60]);
});

test('an image of the wanted size is untouched, one colour stays one colour in any size', () => {
  const image = noise(1, 9, 5);
  assert.equal(resize(image, { width: 9, height: 5 }), image);
  const flat = grey(7, new Array(21).fill(201));
  for (const [width, height] of [[1, 1], [3, 9], [16, 16], [50, 2]] as const) // biome-ignore format: one idea
    assert.deepEqual(new Set(resize(flat, { width, height }).data), new Set([201]));
});

test('fine detail is averaged, not picked: a chequered image becomes grey', () => {
  const chequered = grey(
    64,
    Array.from({ length: 64 * 64 }, (_, at) => (((at >> 6) + at) % 2) * 255),
  );
  for (const value of red(resize(chequered, { width: 16, height: 16 })))
    assert.ok(Math.abs(value - 127.5) < 3, `${value}`);
});
