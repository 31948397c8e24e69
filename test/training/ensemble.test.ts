import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { type EnsembleOrder, trainEnsemble, type WeightStore } from '../../src/training/ensemble.ts';
import { GROUP } from '../../src/training/groups.ts';
import { epochBatches } from '../../src/training/order.ts';
import { initialWeights } from '../../src/training/parameter.ts';
import { cosineRate, type Recipe } from '../../src/training/recipe.ts';
import { type BuiltInSlice, parametersOf } from '../../src/training/slice.ts';
import { plainTraining, predict } from './plain-training.ts';
import { testOnProviders } from './providers.ts';
import { runtime, slices, smallSet } from './small-set.ts';

const N = 30;
const usual: Recipe = { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 4, epochs: 3 };
const recipe = usual;
const [mlp] = slices;

/** Fair bits by a fixed hash. */
const bits = (models: number) => Uint8Array.from({ length: models * N }, (_, cell) => hash32(9, cell) & 1);
const order = (models: number, seed = 21): EnsembleOrder => ({ name: 'base', models, inside: bits(models), seed });
const train = (slice: BuiltInSlice, models: number, more: Partial<Parameters<typeof trainEnsemble>[0]> = {}) =>
  trainEnsemble({ set: smallSet(N, slice), slice, recipe, order: order(models), runtime, ...more });

/** Scores and rights of one model that plain loops train, from the same keys and batches. */
function plainModel(slice: BuiltInSlice, models: number, model: number, recipe: Recipe = usual) {
  const set = smallSet(N, slice);
  const first = Math.floor(model / GROUP) * GROUP;
  const size = Math.min(GROUP, models - first);
  const modelKeys = Array.from({ length: size }, (_, i) => hash32(21, first + i, 0x30de1));
  const at = model - first;
  const start = Object.fromEntries(
    parametersOf(slice).map((parameter, index) => [
      parameter.name,
      Float64Array.from(initialWeights(parameter, index, [modelKeys[at]!])),
    ]),
  );
  const { weights, step: move } = plainTraining(slice, recipe, start, set);
  const inside = bits(models).subarray(first * N, (first + size) * N);
  for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    const batches = epochBatches({ inside, rowKeys: set.rowKeys, modelKeys, epoch, batch: recipe.batch });
    for (let step = 0; step < batches.steps; step++) {
      const from = (step * size + at) * recipe.batch;
      const cut = <T extends Int32Array | Float32Array>(all: T) => all.subarray(from, from + recipe.batch);
      const all = batches.steps * recipe.epochs;
      const rate = cosineRate(recipe, epoch * batches.steps + step, all);
      move({ rows: cut(batches.rows), weights: cut(batches.weights) }, rate);
    }
  }
  const { outputs } = predict(slice, weights, Float64Array.from(set.features));
  return Array.from(set.labels, (label, row) => {
    const z = outputs.subarray(row * slice.outputs, (row + 1) * slice.outputs);
    if (slice.task === 'regression') return { phi: -((z[0]! - label) ** 2), right: (z[0]! - label) ** 2 < 1 };
    const others = z.filter((_, j) => j !== label);
    const rest = Math.log(others.reduce((sum, value) => sum + Math.exp(value), 0));
    return { phi: z[label]! - rest, right: z[label]! > Math.max(...others) };
  });
}

for (const slice of slices)
  testOnProviders(`${slice.kind}, ${slice.task}: an ensemble in groups is what plain loops train`, async (on) => {
    const ensemble = await train(slice, 18, { runtime: on.runtime });
    const hits = [0, 0];
    const counts = [0, 0];
    for (let model = 0; model < 18; model++)
      for (const [row, { phi, right }] of plainModel(slice, 18, model).entries()) {
        const found = ensemble.phi[model * N + row]!;
        const within = on.within(1e-4) * Math.max(1, Math.abs(phi));
        assert.ok(Math.abs(found - phi) <= within, `model ${model}, row ${row}: ${found} and ${phi}`);
        hits[ensemble.inside[model * N + row]!]! += Number(right);
        counts[ensemble.inside[model * N + row]!]!++;
      }
    assert.ok(Math.abs(ensemble.trainAccuracy - hits[1]! / counts[1]!) < 1e-9);
    assert.ok(Math.abs(ensemble.testAccuracy - hits[0]! / counts[0]!) < 1e-9);
  });

/** The runtime, and the leading axis of the first layer of each graph that was run with features. */
function watched(): { runtime: Runtime; groups: number[]; released: () => boolean } {
  const groups: number[] = [];
  let open = 0;
  return {
    groups,
    released: () => open === 0,
    runtime: {
      ...runtime,
      async create(model, carry) {
        const session = await runtime.create(model, carry);
        open++;
        let first = true;
        return {
          ...session,
          run(feeds) {
            if (first && feeds.rows) groups.push(feeds.rows.shape[1]!);
            first = false;
            return session.run(feeds);
          },
          release() {
            open--;
            return session.release();
          },
        };
      },
    },
  };
}

test('10 models are trained as 4, 4 and 2, whose weights do not depend on how many come after', async () => {
  const seen = watched();
  const shares: number[] = [];
  const set = smallSet(N, mlp!);
  const ten = await trainEnsemble({ set, slice: mlp!, recipe, order: order(10), runtime: seen.runtime }, (share) =>
    shares.push(share),
  );
  assert.deepEqual(seen.groups, [4, 4, 2]);
  assert.ok(seen.released());
  assert.deepEqual(shares, [0.4, 0.8, 1]);
  const eight = await train(mlp!, 8);
  assert.deepEqual(ten.phi.subarray(0, 8 * N), eight.phi);
});

testOnProviders('weights that one run leaves on the device are those that the next begins with', async (on) => {
  const at = { set: smallSet(N, mlp!), slice: mlp!, recipe: usual, order: order(6) };
  const whole = await trainEnsemble({ ...at, runtime });
  const parts = await trainEnsemble({ ...at, runtime: on.runtime, stepsPerRun: 1 });
  for (const [cell, phi] of whole.phi.entries())
    assert.ok(
      Math.abs(parts.phi[cell]! - phi) <= on.within(0) * Math.max(1, Math.abs(phi)),
      `${parts.phi[cell]}, ${phi}`,
    );
});

test('epochs that do not fit one run are trained in several, with progress after each, to the same weights', async () => {
  const long = { ...recipe, batch: 1, epochs: 40 };
  const seen = watched();
  const shares: number[] = [];
  const at = { set: smallSet(N, mlp!), slice: mlp!, recipe: long, order: order(1) };
  const whole = await trainEnsemble({ ...at, runtime: seen.runtime }, (share) => shares.push(share));
  assert.ok(shares.length > 1 && shares.at(-1) === 1);
  const { phi } = plainModel(mlp!, 1, 0, long)[7]!;
  assert.ok(Math.abs(whole.phi[7]! - phi) < 1e-3 * Math.max(1, Math.abs(phi)), `${whole.phi[7]} and ${phi}`);
});

test('the same order gives the same bits; another seed does not', async () => {
  const [one, two, other] = [await train(mlp!, 3), await train(mlp!, 3), await train(mlp!, 3, { order: order(3, 22) })];
  assert.deepEqual(one, two);
  assert.notDeepEqual(one.phi, other.phi);
  assert.ok(one.phi.every(Number.isFinite));
});

test('kept weights give the same scores without training; damaged ones are trained again', async () => {
  const kept = new Map<string, Record<string, Float32Array>>();
  const store: WeightStore = {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, weights) => void kept.set(key, structuredClone(weights)),
  };
  const seen = watched();
  const more = { runtime: seen.runtime, kept: { store, key: 'k' } };
  const cold = await train(mlp!, 6, more);
  assert.deepEqual(seen.groups, [4, 2]);
  assert.deepEqual([...kept.keys()].sort(), ['k-0-4', 'k-4-2']);
  assert.deepEqual(await train(mlp!, 6, more), cold);
  assert.deepEqual(seen.groups, [4, 2]);
  kept.delete('k-4-2');
  assert.deepEqual(await train(mlp!, 6, more), cold);
  assert.deepEqual(seen.groups, [4, 2, 2]);
});

test('more rows than one scoring batch, a model without rows and a model with all of them', async () => {
  const rows = 1030;
  const set = smallSet(rows, mlp!);
  const inside = new Uint8Array(2 * rows).fill(1, rows);
  const at = { set, slice: mlp!, recipe: { ...recipe, epochs: 1, batch: 256 }, runtime };
  const both = await trainEnsemble({ ...at, order: { name: 'base', models: 2, inside, seed: 3 } });
  assert.equal(both.phi.length, 2 * rows);
  assert.ok(both.phi.every(Number.isFinite));
  const untrained = parametersOf(mlp!).map((parameter, index) => [
    parameter.name,
    Float64Array.from(initialWeights(parameter, index, [hash32(3, 0, 0x30de1)])),
  ]);
  const { outputs } = predict(mlp!, Object.fromEntries(untrained), Float64Array.from(set.features));
  for (const row of [0, 1023, 1024, 1029]) {
    const label = set.labels[row]!;
    const z = Array.from(outputs.subarray(row * 3, row * 3 + 3));
    const rest = Math.log(z.reduce((sum, value, j) => (j === label ? sum : sum + Math.exp(value)), 0));
    assert.ok(Math.abs(both.phi[row]! - (z[label]! - rest)) < 1e-5, `row ${row}`);
  }
});

test('a session is released where a run fails', async () => {
  const seen = watched();
  const failing: Runtime = {
    ...seen.runtime,
    create: async (model) => ({
      ...(await seen.runtime.create(model)),
      run: () => Promise.reject(new Error('out of memory')),
    }),
  };
  await assert.rejects(train(mlp!, 2, { runtime: failing }), /out of memory/);
  assert.ok(seen.released());
});

test('models that diverge are refused: a score that is no number would read as a pass', async () => {
  const wild = { ...recipe, rate: 1e6, epochs: 20 };
  for (const slice of [slices[0]!, slices[2]!])
    await assert.rejects(train(slice, 2, { recipe: wild }), { code: 'training-diverged', infrastructure: false });
});
