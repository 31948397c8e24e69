import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformalPValues, referenceNeeded, smallestVisibleGroup } from '../../src/stats/conformal.ts';
import { benjaminiHochberg } from '../../src/stats/fdr.ts';
import { randomSequence } from '../../src/tensor/random.ts';

test('counts by hand, ties as strange', () => {
  assert.deepEqual(conformalPValues([1, 2, 2, 3], [0, 1, 2, 9]), [1 / 5, 2 / 5, 4 / 5, 1]);
  assert.deepEqual(conformalPValues([], [3]), [1]);
});

test('the numbers of rows follow the formula p = 1 / (n + 1), q = m p / k', () => {
  assert.equal(referenceNeeded(1000, 0.05), 19_999);
  assert.equal(smallestVisibleGroup(19_999, 1000, 0.05), 1);
  assert.equal(smallestVisibleGroup(5010, 400, 0.05), 2);
  for (const [n, m] of [
    [400, 60],
    [5010, 420],
    [99, 30],
  ] as const) {
    const group = smallestVisibleGroup(n, m, 0.05);
    const flagged = (k: number) => {
      const q = benjaminiHochberg([...Array(k).fill(1 / (n + 1)), ...Array(m - k).fill(1)]);
      return q.filter((one) => one <= 0.05).length;
    };
    assert.equal(flagged(group), group);
    if (group > 1) assert.equal(flagged(group - 1), 0);
  }
});

test('exchangeable rows are flagged no more often than the level says', () => {
  const random = randomSequence(11);
  let runsWithFlags = 0;
  const RUNS = 400;
  for (let run = 0; run < RUNS; run++) {
    const draw = (n: number) => Array.from({ length: n }, () => Math.round(random.normal() * 20) / 20);
    const q = benjaminiHochberg(conformalPValues(draw(300), draw(30)));
    if (q.some((one) => one <= 0.1)) runsWithFlags++;
  }
  // Level 10%: mean 40, standard deviation 6.
  assert.ok(runsWithFlags <= 60, `${runsWithFlags} of ${RUNS}`);
});
