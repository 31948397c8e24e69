import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inLanes } from '../../src/training/lanes.ts';

test('every task is run once, begun in order, never more at once than there are lanes', async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  await inLanes([5, 1, 4, 2, 3], 2, async (task) => {
    begun.push(task);
    most = Math.max(most, ++running);
    await wait(task);
    running--;
  });
  assert.deepEqual(begun, [5, 1, 4, 2, 3]);
  assert.equal(most, 2);
});

test('after a failure nothing new begins, what had begun ends, and the first error is thrown', async () => {
  const ended: number[] = [];
  const run = inLanes([1, 2, 3, 4], 2, async (task) => {
    if (task === 1) throw new Error('first');
    await wait(10);
    ended.push(task);
  });
  await assert.rejects(run, /first/);
  assert.deepEqual(ended, [2]);
  await inLanes([], 3, async () => assert.fail('there is nothing to run'));
});
