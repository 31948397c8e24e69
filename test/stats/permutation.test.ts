import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permutationTest } from '../../src/stats/permutation.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const gap = (values: readonly number[], isSecond: Uint8Array): number => {
  let difference = 0;
  const second = isSecond.reduce((sum, bit) => sum + bit, 0);
  values.forEach((value, i) => {
    difference += isSecond[i] === 1 ? value / second : -value / (values.length - second);
  });
  return difference;
};

test('approaches the exact p-value', () => {
  // All of {4, 5, 6} on the second side: 1 of 20 arrangements reaches the gap.
  const { observed, p } = permutationTest([1, 2, 3], [4, 5, 6], gap, { seed: 1, rounds: 20_000 });
  assert.ok(Math.abs(observed - 3) < 1e-12);
  assert.ok(Math.abs(p - 0.05) < 0.006, String(p));
});

test('is a function of its seed, and never 0', () => {
  const far = Array.from({ length: 40 }, (_, i) => 100 + i);
  const close = Array.from({ length: 40 }, (_, i) => i);
  const run = (seed: number) => permutationTest(close, far, gap, { seed, rounds: 199 }).p;
  assert.equal(run(3), 1 / 200);
  const mixed = (seed: number) => permutationTest([1, 5, 3, 8], [2, 6, 9, 4], gap, { seed, rounds: 99 }).p;
  assert.equal(mixed(7), mixed(7));
});

test('p is uniform enough when both sides are of one kind', () => {
  const random = randomSequence(5);
  const draw = () => Array.from({ length: 12 }, () => random.normal());
  let small = 0;
  for (let run = 0; run < 300; run++)
    if (permutationTest(draw(), draw(), gap, { seed: run, rounds: 99 }).p <= 0.1) small++;
  assert.ok(small >= 14 && small <= 46, `${small} of 300 at 10%`);
});
