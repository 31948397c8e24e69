import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearCopies } from '../../src/features/near-copies.ts';
import { nearestRows } from '../../src/features/nearest-rows.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { rowAt } from './small-pool.ts';

/** Rows of `width` random bits; each later one a copy of row `of` with `flips` bits turned over. */
function bitRows(n: number, width: number, copies: { of: number; flips: number }[] = []) {
  const random = randomSequence(11);
  const values = new Float32Array((n + copies.length) * width);
  for (let at = 0; at < n * width; at++) values[at] = random.next() < 0.2 ? 1 : 0;
  copies.forEach(({ of, flips }, i) => {
    const start = (n + i) * width;
    values.copyWithin(start, of * width, (of + 1) * width);
    for (let flip = 0; flip < flips; flip++) values[start + flip * 3] = 1 - values[start + flip * 3]!;
  });
  const hash = (row: number) => values.subarray(row * width, (row + 1) * width).join('');
  return { values, width, rows: Array.from({ length: n + copies.length }, (_, i) => rowAt(i, hash(i), i < n)) };
}

const named = (pairs: readonly { a: number; b: number }[]) => pairs.map(({ a, b }) => `${a}-${b}`);

test('planted copies are found, exact ones with similarity 1, and nothing else', () => {
  const { values, width, rows } = bitRows(300, 400, [
    { of: 5, flips: 0 },
    { of: 17, flips: 4 },
  ]);
  const { pairs, skipped, approximate } = nearCopies(values, width, rows, { threshold: 0.9 });
  assert.deepEqual(named(pairs), ['5-300', '17-301']);
  assert.equal(pairs[0]!.similarity, 1);
  assert.ok(pairs[1]!.similarity > 0.93 && pairs[1]!.similarity < 1);
  assert.deepEqual([skipped, approximate], [false, false]);
});

test('agrees with brute force on mixed numbers', () => {
  const random = randomSequence(3);
  const values = Float32Array.from({ length: 200 * 3 }, () => random.normal());
  const rows = Array.from({ length: 200 }, (_, i) => rowAt(i, String(i)));
  const squares = (i: number) => [0, 1, 2].reduce((sum, c) => sum + values[i * 3 + c]! ** 2, 0);
  const floor = 2 * Array.from({ length: 200 }, (_, i) => squares(i)).sort((x, y) => x - y)[100]!;
  const expected: string[] = [];
  for (let a = 0; a < 200; a++)
    for (let b = a + 1; b < 200; b++) {
      const distance = [0, 1, 2].reduce((sum, c) => sum + (values[a * 3 + c]! - values[b * 3 + c]!) ** 2, 0);
      if (1 - distance / Math.max(squares(a) + squares(b), floor) >= 0.97) expected.push(`${a}-${b}`);
    }
  assert.ok(expected.length > 20);
  assert.deepEqual(named(nearCopies(values, 3, rows, { threshold: 0.97, perRow: 200 }).pairs), expected);
});

test('random hyperplanes find close copies when all pairs are too much work', () => {
  const copies = Array.from({ length: 40 }, (_, i) => ({ of: i * 5, flips: 1 }));
  const { values, width, rows } = bitRows(300, 400, copies);
  const { pairs, approximate, skipped } = nearCopies(values, width, rows, { threshold: 0.95, maxWork: 500_000 });
  assert.deepEqual([approximate, skipped], [true, false]);
  assert.ok(pairs.length >= 36 && pairs.length <= 40, `${pairs.length} of 40`);
});

test('thousands of equal rows give a connected, linear number of pairs', () => {
  const rows = Array.from({ length: 3000 }, (_, i) => rowAt(i, 'equal'));
  const { pairs } = nearCopies(new Float32Array(3000).fill(1), 1, rows, { threshold: 0.9 });
  assert.equal(pairs.length, 2 * 2999 - 1);
  assert.ok(pairs.every(({ a, b, similarity }) => a < b && similarity === 1));
  assert.equal(new Set(named(pairs)).size, pairs.length);
});

test('rows of other content are never called equal, and equal encodings do not explode', () => {
  const rows = Array.from({ length: 500 }, (_, i) => rowAt(i, String(i)));
  const { pairs } = nearCopies(new Float32Array(500).fill(1), 1, rows, { threshold: 0.9, maxPairs: 1000 });
  assert.equal(pairs.length, 1000);
  assert.ok(pairs.every(({ similarity }) => similarity < 1));
});

test('without features only equal rows are pairs, and no rows give none', () => {
  const rows = [rowAt(0, 'x'), rowAt(1, 'y'), rowAt(2, 'x')];
  assert.deepEqual(nearCopies(new Float32Array(0), 0, rows, { threshold: 0.9 }), {
    pairs: [{ a: 0, b: 2, similarity: 1 }],
    skipped: true,
    approximate: false,
  });
  assert.deepEqual(nearCopies(new Float32Array(0), 4, [], { threshold: 0.9 }).pairs, []);
});

test('nearest rows come nearest first and never name the row itself', () => {
  const { values, width, rows } = bitRows(50, 200, [
    { of: 3, flips: 2 },
    { of: 3, flips: 6 },
  ]);
  const all = rows.map((_, i) => i);
  const [nearest] = nearestRows({ values, width }, rows, { queries: [3], candidates: all, k: 2 });
  assert.deepEqual(
    nearest!.map(({ index }) => index),
    [50, 51],
  );
  assert.ok(nearest![0]!.similarity > nearest![1]!.similarity);
  assert.deepEqual(nearestRows({ values, width }, rows, { queries: [0], candidates: [], k: 3 }), [[]]);
});
