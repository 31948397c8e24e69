import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash32 } from '../../src/tensor/random.ts';
import { paddedBatches, poissonDraws } from '../../src/training/poisson.ts';
import { groupBatches } from '../../src/training/run-batches.ts';

const modelKeys = [5, 6, 7];
const N = 200;
const rowKeys = Uint32Array.from({ length: N }, (_, row) => hash32(row, 3));
const inside = Uint8Array.from({ length: modelKeys.length * N }, (_, cell) => Number(cell % 3 !== 0));

test('a row is drawn at the rate that was asked for, at each step by a coin of its own', () => {
  const { drawn, most } = poissonDraws({ inside, rowKeys, modelKeys, steps: 10, epochs: 40 });
  assert.equal(drawn.length, 400);
  const members = inside.reduce((sum, one) => sum + one, 0);
  const draws = drawn.flat(2).length;
  const expected = members * 40;
  assert.ok(Math.abs(draws - expected) < 4 * Math.sqrt(expected * 0.9), `${draws} draws, ${expected} expected`);
  assert.equal(most, Math.max(...drawn.flat().map((rows) => rows.length)));
  // Sizes of batches vary as a binomial's do: shuffled batches would not vary at all.
  const sizes = drawn.map(([first]) => first!.length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length;
  assert.ok(variance > 0.7 * mean && variance < 1.2 * mean, `mean ${mean}, variance ${variance}`);
  // Two steps in a row hold a row no more often than two coins do.
  const pairs = drawn.slice(1).flatMap((models, step) => models[0]!.filter((row) => drawn[step]![0]!.includes(row)));
  const chance = 399 * inside.subarray(0, N).reduce((sum, one) => sum + one, 0) * 0.01;
  assert.ok(Math.abs(pairs.length - chance) < 4 * Math.sqrt(chance), `${pairs.length} pairs, ${chance} expected`);
});

test('no row outside is drawn, and no row moves another', () => {
  const at = { rowKeys, modelKeys, steps: 8, epochs: 5 };
  const whole = poissonDraws({ ...at, inside }).drawn;
  whole.forEach((models) => {
    models.forEach((rows, model) => {
      for (const row of rows) assert.equal(inside[model * N + row], 1);
    });
  });
  const less = Uint8Array.from(inside, (one, cell) => (cell % N === 7 ? 0 : one));
  const without = poissonDraws({ ...at, inside: less }).drawn;
  assert.ok(whole.flat(2).includes(7));
  assert.deepEqual(without, whole.map((models) => models.map((rows) => rows.filter((row) => row !== 7)))); // biome-ignore format: one line
  const alone = poissonDraws({ ...at, inside: inside.subarray(N, 2 * N), modelKeys: [6] }).drawn;
  assert.deepEqual(alone, whole.map((models) => [models[1]])); // biome-ignore format: one line
});

test('one step an epoch draws every row each time; no row at all gives empty batches', () => {
  const every = poissonDraws({ inside, rowKeys, modelKeys, steps: 1, epochs: 3 });
  const members = (model: number) => inside.subarray(model * N, (model + 1) * N).reduce((sum, one) => sum + one, 0);
  for (const models of every.drawn) assert.deepEqual(models.map((rows) => rows.length), [0, 1, 2].map(members)); // biome-ignore format: one line
  const none = poissonDraws({ inside: new Uint8Array(3 * N), rowKeys, modelKeys, steps: 2, epochs: 2 });
  assert.equal(none.most, 1);
  assert.deepEqual(Array.from(paddedBatches(none.drawn, 1).weights), new Array(12).fill(0));
});

test('batches are padded by rows that weigh nothing, and come in runs of whole epochs', () => {
  const { rows, weights } = paddedBatches(
    [
      [[4, 9], [2]],
      [[], [1, 3]],
    ],
    3,
  );
  assert.deepEqual(Array.from(rows), [4, 9, 0, 2, 0, 0, 0, 0, 0, 1, 3, 0]);
  assert.deepEqual(Array.from(weights), [1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0]);
  const recipe = { optimizer: 'sgd', rate: 1, decay: 0, batch: 20, epochs: 5, privacy: { clip: 1, noise: 1 } } as const;
  const { from, width } = groupBatches({ inside, rowKeys, modelKeys, recipe, stepsPerRun: 15 });
  const runs = [0, 2, 4].map((epoch) => from(epoch)!);
  assert.deepEqual(
    runs.map(({ epochs, steps, stepsPerEpoch }) => ({ epochs, steps, stepsPerEpoch })),
    [2, 2, 1].map((epochs) => ({ epochs, steps: 7 * epochs, stepsPerEpoch: 7 })),
  );
  assert.equal(from(5), null);
  const { drawn, most } = poissonDraws({ inside, rowKeys, modelKeys, steps: 7, epochs: 5 });
  assert.equal(width, most);
  assert.deepEqual(runs.flatMap((run) => Array.from(run.rows)), Array.from(paddedBatches(drawn, most).rows)); // biome-ignore format: one line
});
