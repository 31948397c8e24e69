import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBatches } from '../../src/adapters/in-batches.ts';

test('one goes alone, what comes meanwhile goes together, each with its own result', async () => {
  const batches: number[][] = [];
  const double = inBatches<number, number>(async (items) => {
    batches.push([...items]);
    await new Promise((resolve) => setImmediate(resolve));
    return items.map((item) => 2 * item);
  }, 3);
  assert.equal(await double(1), 2);
  assert.deepEqual(await Promise.all([2, 3, 4, 5, 6].map(double)), [4, 6, 8, 10, 12]);
  assert.deepEqual(batches, [[1], [2], [3, 4, 5], [6]]);
});

test('an error is told to those of its batch, and the next goes on', async () => {
  const write = inBatches<string, string>(async (items) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (items.includes('bad')) throw new Error('no');
    return items;
  }, 10);
  const settled = await Promise.allSettled(['first', 'bad', 'beside'].map(write));
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  assert.equal(await write('later'), 'later');
});
