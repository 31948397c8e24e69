import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDGE, learnByteTokens, OTHER, tokensOf } from '../../src/features/byte-tokens.ts';
import { windowsOf } from '../../src/features/windows.ts';

test('the most frequent bytes have tokens of their own, and those that are needed', () => {
  const tokens = learnByteTokens(['aaab', 'aabbc'], { most: 5, needed: '9' });
  assert.equal(tokens.count, 5);
  assert.deepEqual(Array.from(tokensOf('9abcz', tokens)), [2, 3, 4, OTHER, OTHER]);
});

test('nothing, one byte and all bytes make a vocabulary', () => {
  assert.equal(learnByteTokens([], { most: 64 }).count, 2);
  assert.equal(learnByteTokens(['x'], { most: 64 }).count, 3);
  const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
  const tokens = learnByteTokens([binary], { most: 64, needed: '0123456789' });
  assert.equal(tokens.count, 64);
  assert.ok(tokensOf('0123456789', tokens).every((token) => token > OTHER && token < 64));
});

test('a window holds what stands before each place, and nothing of another text', () => {
  const { values, next, starts } = windowsOf([Uint8Array.of(5, 6, 7), Uint8Array.of(), Uint8Array.of(8)], 2);
  assert.deepEqual(Array.from(starts), [0, 4, 5, 7]);
  assert.deepEqual(Array.from(next), [5, 6, 7, EDGE, EDGE, 8, EDGE]);
  const pairs = Array.from({ length: 7 }, (_, row) => Array.from(values.subarray(2 * row, 2 * row + 2)));
  assert.deepEqual(pairs, [[0, 0], [0, 5], [5, 6], [6, 7], [0, 0], [0, 0], [0, 8]]); // biome-ignore format: one idea
});
