import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossedError, crossedParts } from '../../src/stats/crossed.ts';

test('each model is left out once, and each row once', () => {
  const parts = crossedParts(20, 13);
  assert.equal(parts.length, 18);
  const missing = (side: 'models' | 'rows', count: number) =>
    parts.flatMap((part) => Array.from({ length: count }, (_, one) => one).filter((one) => !part[side].includes(one)));
  assert.deepEqual(missing('models', 20).sort((x, y) => x - y), Array.from({ length: 20 }, (_, one) => one)); // biome-ignore format: one idea
  assert.deepEqual(missing('rows', 13).sort((x, y) => x - y), Array.from({ length: 13 }, (_, one) => one)); // biome-ignore format: one idea
  assert.equal(crossedParts(8, 3).length, 11, 'fewer rows than groups');
});

test('errors of models and of rows add as squares', () => {
  const models = [1, 2, 3, 4, 5, 6, 7, 8];
  const rows = [2, 2, 2, 4];
  // Squares about the means: 42 of 8, 3 of 4.
  assert.ok(Math.abs(crossedError([...models, ...rows]) - Math.sqrt((7 / 8) * 42 + (3 / 4) * 3)) < 1e-12);
  assert.equal(crossedError(new Array(18).fill(0.5)), 0);
});
