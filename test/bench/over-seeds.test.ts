import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overSeeds } from '../../bench/audit/over-seeds.ts';

test('an interval over seeds is that of Student’s t', () => {
  // 97.5% quantiles from any printed table: 2.776 of four degrees of freedom, 12.706 of one.
  const five = overSeeds([1, 2, 3, 4, 5]);
  assert.equal(five.mean, 3);
  assert.ok(Math.abs(five.high - (3 + 2.776445 * Math.sqrt(2.5 / 5))) < 1e-5);
  assert.ok(Math.abs(five.low + five.high - 6) < 1e-12);
  const two = overSeeds([0, 2]);
  assert.ok(Math.abs(two.high - (1 + 12.7062)) < 1e-3);
});

test('equal seeds leave no width, and one seed says nothing of others', () => {
  assert.deepEqual(overSeeds([0.5, 0.5, 0.5]), { mean: 0.5, low: 0.5, high: 0.5, seeds: 3 });
  assert.deepEqual(overSeeds([0.5]), { mean: 0.5, low: -Infinity, high: Infinity, seeds: 1 });
});
