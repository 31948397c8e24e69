import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFeatures } from '../../src/features/features.ts';
import { smallPool } from './small-pool.ts';

const rows = Array.from({ length: 9 }, (_, row) => [row, 10 * ((row * 4) % 9), row % 2]);
const cells = rows.map((numbers) => `[${numbers}]`);

test('a list is the same features as its numbers in columns of their own', () => {
  const one = encodeFeatures(smallPool({ x: { kind: 'list', base: cells } }), { maxWidth: 64 });
  const column = (at: number) => ({ kind: 'numeric' as const, base: rows.map((numbers) => String(numbers[at])) });
  const three = encodeFeatures(smallPool({ a: column(0), b: column(1), c: column(2) }), { maxWidth: 64 });
  assert.deepEqual([one.width, [...one.values]], [3, [...three.values]]);
  assert.deepEqual(one.description, ['x: list of 3 numbers, robust scaled, 0 missing']);
});

test('a cell that is no such list is missing; a missing number is the median', () => {
  const base = [...cells, null, '[1,2]', 'word', '[4,nan,0]', '[4, 40, NULL]', '[0x4,1,1]'];
  const added = ['[1,2,3,4]', '[9e999,1e308,-1e308]'];
  const { values, width, description } = encodeFeatures(smallPool({ x: { kind: 'list', base, added } }), { maxWidth: 64 }); // biome-ignore format: one idea
  assert.equal(width, 4);
  assert.deepEqual(description, ['x: list of 3 numbers, robust scaled, 4 missing']);
  const missing = base.map((_, row) => values[row * width + 3]);
  assert.deepEqual(missing, [...cells.map(() => 0), 1, 1, 1, 0, 0, 1]);
  assert.equal(values[(base.length + 0) * width + 3], 1);
  assert.deepEqual([...values.subarray(9 * width, 10 * width - 1)].slice(0, 2), [0, 0]);
  assert.ok(values.every((value) => Number.isFinite(value) && Math.abs(value) <= 10));
});

test('lists wider than the room are taken by the means of neighbours; equal rows stay equal', () => {
  const wide = (row: number) => `[${Array.from({ length: 300 }, (_, at) => Math.sin(row * 7 + at / 40))}]`;
  const base = [0, 1, 2, 3, 4, 5, 0].map(wide);
  const { values, width, description } = encodeFeatures(smallPool({ x: { kind: 'list', base } }), { maxWidth: 64 });
  assert.deepEqual([width, description[0]], [60, 'x: list of 300 numbers, by the means of 5 neighbours each, robust scaled, 0 missing']); // biome-ignore format: one idea
  const row = (at: number) => [...values.subarray(at * width, (at + 1) * width)];
  assert.deepEqual(row(0), row(6));
  assert.notDeepEqual(row(0), row(1));
});

test('other columns keep their place beside a wide list', () => {
  const list = `[${new Array(900).fill(1)}]`;
  const { width, description } = encodeFeatures(
    smallPool({
      x: { kind: 'list', base: [list, list.replace('1', '2'), list] },
      n: { kind: 'numeric', base: ['1', '2', '4'] },
    }),
    { maxWidth: 64 },
  );
  assert.ok(width <= 64);
  assert.match(description[1]!, /^n: numeric, robust scaled/);
});
