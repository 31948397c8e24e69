import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preprocess } from '../../../src/features/images/preprocess.ts';

const size = { width: 2, height: 1 };
/** Two rows of two pixels. */
const pixels = Uint8Array.from([0, 51, 102, 153, 204, 255, 255, 255, 255, 0, 0, 0]);
const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toFixed(5)));

test('channels first and channels last, in units of 1/255', () => {
  const plain = { channels: 3, mean: null, std: null } as const;
  const first = preprocess(pixels, size, { layout: 'nchw', ...plain });
  assert.deepEqual(rounded(first), [0, 0.6, 0.2, 0.8, 0.4, 1, 1, 0, 1, 0, 1, 0]);
  const last = preprocess(pixels, size, { layout: 'nhwc', ...plain });
  assert.deepEqual(rounded(last), [0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 0, 0, 0]);
});

test('mean and deviation of each channel, or one for all', () => {
  const each = { layout: 'nhwc', channels: 3, mean: [0.5, 0.2, 0], std: [0.5, 0.25, 2] } as const;
  assert.deepEqual(rounded(preprocess(pixels.subarray(0, 6), size, each)), [-1, 0, 0.2, 0.2, 2.4, 0.5]);
  const one = { layout: 'nchw', channels: 3, mean: [0.5], std: [0.5] } as const;
  assert.deepEqual(rounded(preprocess(pixels.subarray(6), size, one)), [1, -1, 1, -1, 1, -1]);
});

test('one channel is the brightness', () => {
  const found = preprocess(pixels, size, { layout: 'nchw', channels: 1, mean: null, std: null });
  // (299*0 + 587*51 + 114*102) / 1000 / 255 and (299*153 + 587*204 + 114*255) / 1000 / 255
  assert.deepEqual(rounded(found), [0.163, 0.763, 1, 0]);
});

test('a mean of another number of channels and a deviation of zero are refused', () => {
  const wrong = { layout: 'nchw', channels: 3, mean: [0.1, 0.2], std: null } as const;
  assert.throws(() => preprocess(pixels, size, wrong), /mean: expected 3 numbers, one per channel, received 2/);
  const flat = { layout: 'nchw', channels: 3, mean: null, std: [1, 0, 1] } as const;
  assert.throws(() => preprocess(pixels, size, flat), /std: expected numbers above zero, received 1, 0, 1/);
});
