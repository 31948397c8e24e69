import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash32 } from '../../src/tensor/random.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import type { Privacy, Recipe } from '../../src/training/recipe.ts';
import { perceptron } from './networks.ts';
import { testOnProviders } from './providers.ts';
import { runtime, slices, smallSet } from './small-set.ts';

const N = 60;
const MODELS = 8;
const [mlp] = slices;
const inside = Uint8Array.from({ length: MODELS * N }, (_, cell) => hash32(9, cell) & 1);
const order = { name: 'base' as const, models: MODELS, inside, seed: 21 };
const usual = { optimizer: 'sgd', rate: 0.2, decay: 0, batch: 8, epochs: 12 } as const;
const train = (privacy: Privacy | null, more: Partial<Parameters<typeof trainEnsemble>[0]> = {}) => {
  const recipe: Recipe = privacy ? { ...usual, privacy } : usual;
  return trainEnsemble({ set: smallSet(N, mlp!), slice: mlp!, recipe, order, runtime, ...more });
};

const farthest = (one: Float32Array, other: Float32Array) =>
  one.reduce((most, value, cell) => Math.max(most, Math.abs(value - other[cell]!)), 0);

test('a private training is the same every time, in any group and any number of runs', async () => {
  const privacy = { clip: 1, noise: 0.8 };
  const whole = await train(privacy);
  assert.deepEqual(await train(privacy), whole);
  const parts = await train(privacy, { stepsPerRun: 5 });
  assert.deepEqual(parts.phi, whole.phi);
  const grouped = await train(privacy, { runtime: { ...runtime, group: MODELS } });
  assert.ok(farthest(grouped.phi, whole.phi) < 1e-3, `${farthest(grouped.phi, whole.phi)}`);
  assert.ok(farthest((await train({ clip: 1, noise: 0.81 })).phi, whole.phi) > 1e-3);
});

test('another seed draws other noise, other batches and other weights', async () => {
  const privacy = { clip: 1, noise: 0.8 };
  const one = await train(privacy);
  const other = await train(privacy, { order: { ...order, seed: 22 } });
  assert.ok(farthest(one.phi, other.phi) > 0.1);
});

test('noise takes accuracy on the own rows, clipping alone hardly any', async () => {
  const [plain, clipped, noisy] = [await train(null), await train({ clip: 1, noise: 0 }), await train({ clip: 1, noise: 20 })]; // biome-ignore format: one line
  assert.ok(clipped.trainAccuracy > plain.trainAccuracy - 0.1, `${plain.trainAccuracy} -> ${clipped.trainAccuracy}`);
  assert.ok(noisy.trainAccuracy < clipped.trainAccuracy - 0.1, `${clipped.trainAccuracy} -> ${noisy.trainAccuracy}`);
});

test("a slice of a model's own is trained privately, too: noise hides who was in", async () => {
  const model = perceptron();
  const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: 2 });
  const rows = smallSet(N, { ...mlp!, width: slice.width, outputs: 2 });
  const recipe = { optimizer: 'adamw', rate: 0.02, decay: 0, batch: 8, epochs: 30 } as const;
  const gap = async (privacy: Privacy | null) => {
    const own = privacy ? { ...recipe, privacy } : recipe;
    const ensemble = await train(null, { slice, set: rows, recipe: own });
    assert.deepEqual((await train(null, { slice, set: rows, recipe: own, stepsPerRun: 7 })).phi, ensemble.phi);
    return ensemble.trainAccuracy - ensemble.testAccuracy;
  };
  const [plain, noisy] = [await gap(null), await gap({ clip: 0.5, noise: 4 })];
  assert.ok(plain > 0.1 && noisy < plain / 2, `${plain} -> ${noisy}`);
});

testOnProviders("a private training gives the processor's scores", async (on) => {
  const privacy = { clip: 1, noise: 0.5 };
  const [here, there] = [await train(privacy), await train(privacy, { runtime: on.runtime })];
  assert.ok(farthest(here.phi, there.phi) <= on.within(1e-4) * 10, `${farthest(here.phi, there.phi)}`);
});
