import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP, groupSize, groupsOf } from '../../src/training/groups.ts';

const N = 40;
const batch = 8;
/** Models that train on so many rows each. */
const inside = (...rows: number[]) =>
  Uint8Array.from({ length: rows.length * N }, (_, cell) => Number(cell % N < rows[Math.floor(cell / N)]!));
const groups = (most: number, ...rows: number[]) =>
  groupsOf({ inside: inside(...rows), models: rows.length, batch }, most).map(({ first, models }) => [first, models]);

test('blocks of four, the last one short', () => {
  assert.deepEqual(groups(GROUP, ...new Array(10).fill(20)), [[0, 4], [4, 4], [8, 2]]); // biome-ignore format: one line
  assert.deepEqual(groups(GROUP, 3), [[0, 1]]);
});

test('neighbouring blocks of as many steps are joined up to the limit', () => {
  const twenty = new Array<number>(20).fill(20);
  assert.deepEqual(groups(64, ...twenty), [[0, 20]]);
  assert.deepEqual(groups(8, ...twenty), [[0, 8], [8, 8], [16, 4]]); // biome-ignore format: one line
  // 16 rows are two steps; one model of the second block takes a third.
  assert.deepEqual(groups(64, 16, 16, 16, 16, 16, 16, 17, 16, 16, 16, 16, 16), [[0, 4], [4, 4], [8, 4]]); // biome-ignore format: one line
});

test('models without rows take one step; a block of them stands alone', () => {
  assert.deepEqual(groups(64, 0, 0, 0, 0, 9, 9, 9, 9), [[0, 4], [4, 4]]); // biome-ignore format: one line
});

test('a group holds as many models as one buffer takes, and never fewer than a block', () => {
  const mlp = (width: number, hidden: number) =>
    groupSize({ kind: 'mlp', task: 'classification', width, hidden, outputs: 10 }, 128, 64);
  assert.equal(mlp(446, 128), 64);
  assert.equal(mlp(2048, 1024), 16);
  assert.equal(mlp(100_000, 4096), GROUP);
});
