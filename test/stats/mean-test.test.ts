import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanTest } from '../../src/stats/mean-test.ts';
import { normalAt } from '../../src/tensor/random.ts';

const close = (a: number, b: number, within = 1e-4) => assert.ok(Math.abs(a - b) <= within, `${a}, expected ${b}`);

test('gives the mean, the interval and p of the textbook', () => {
  // t = 4.2426 with 4 degrees of freedom; the 97.5% quantile of t is 2.77645.
  const { mean, error, low, high, p, n } = meanTest([1, 2, 3, 4, 5])!;
  assert.deepEqual([mean, n], [3, 5]);
  close(error, Math.SQRT1_2);
  close(low, 3 - 2.77645 * Math.SQRT1_2);
  close(high, 3 + 2.77645 * Math.SQRT1_2);
  close(p, 0.006618);
  close(meanTest([-1, -2, -3, -4, -5])!.p, 1 - 0.006618);
  // t = 1 with 7 degrees of freedom: 0.17531.
  const values = [-1, 1, -1, 1, -1, 1, -1, 1];
  close(meanTest(values.map((value) => value + meanTest(values)!.error))!.p, 0.17531);
});

test('is right about chance: p is uniform where the mean is zero', () => {
  let small = 0;
  for (let draw = 0; draw < 2000; draw++)
    if (meanTest(Array.from({ length: 8 }, (_, at) => normalAt(7, draw, at)))!.p <= 0.05) small++;
  assert.ok(small > 70 && small < 130, `${small} of 2000`);
});

test('equal values are certain, too few or broken ones are null', () => {
  assert.equal(meanTest([2, 2, 2])!.p, 0);
  assert.equal(meanTest([0, 0, 0])!.p, 1);
  assert.equal(meanTest([-2, -2, -2])!.p, 1);
  for (const values of [[], [1], [1, 2], [1, 2, Number.NaN], [1, 2, Number.POSITIVE_INFINITY]])
    assert.equal(meanTest(values), null);
});
