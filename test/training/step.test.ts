import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Feed, Runtime } from '../../src/onnx/runtime.ts';
import { withKernels } from '../../src/onnx/with-kernels.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { TrainingSet } from '../../src/training/group.ts';
import { initialWeights } from '../../src/training/parameter.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { type BuiltInSlice, parametersOf } from '../../src/training/slice.ts';
import { trainingGraph } from '../../src/training/step.ts';
import { type Parameters, plainTraining } from './plain-training.ts';
import { testOnProviders } from './providers.ts';
import { runtime, slices, smallSet } from './small-set.ts';

const [M, B, S, N] = [3, 4, 25, 17];
type Weights = Record<string, Float32Array>;

/** Batches [S,M,B] drawn at random, some rows of them padding. */
function drawBatches() {
  const random = randomSequence(5);
  const cells = S * M * B;
  return {
    rows: Int32Array.from({ length: cells }, () => random.below(N)),
    weights: Float32Array.from({ length: cells }, () => (random.next() < 0.2 ? 0 : 1)),
    rates: Float32Array.from({ length: S }, (_, step) => 0.1 * (1 - step / S)),
  };
}

/** Compiles the training of some of the models; runs steps `from` up to `to` in one Loop. */
async function loop(
  runtime: Runtime,
  slice: BuiltInSlice,
  recipe: Recipe,
  set: TrainingSet,
  models: readonly number[],
) {
  const { graph, carried } = trainingGraph(slice, recipe, models.length);
  const session = await runtime.create(encodeModel(withKernels(graph, runtime.provider)));
  const batches = drawBatches();
  const pick = <T extends Int32Array | Float32Array>(all: T, from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, step) =>
      models.flatMap((model) =>
        Array.from(all.subarray(((from + step) * M + model) * B, ((from + step) * M + model + 1) * B)),
      ),
    ).flat();
  let state: Weights = Object.fromEntries(
    carried.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape as number[]))]),
  );
  parametersOf(slice).forEach((parameter, index) => {
    state[parameter.name] = initialWeights(parameter, index, models.map((model) => 77 + model)); // biome-ignore format: short
  });
  const run = async (from: number, to: number): Promise<Weights> => {
    const shape = [to - from, models.length, B];
    const feeds: Record<string, Feed> = {
      features: { type: 'float32', shape: [N, slice.width], data: set.features },
      labels:
        slice.task === 'classification'
          ? { type: 'int32', shape: [N], data: Int32Array.from(set.labels) }
          : { type: 'float32', shape: [N], data: Float32Array.from(set.labels) },
      rows: { type: 'int32', shape, data: Int32Array.from(pick(batches.rows, from, to)) },
      weights: { type: 'float32', shape: [...shape, 1], data: Float32Array.from(pick(batches.weights, from, to)) },
      rate: { type: 'float32', shape: [to - from], data: batches.rates.slice(from, to) },
      first_step: { type: 'float32', shape: [], data: Float32Array.of(from + 1) },
      steps: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(to - from)) },
    };
    for (const { name, shape: axes } of carried)
      feeds[`${name}_start`] = { type: 'float32', shape: axes as number[], data: state[name]! };
    const results = await session.run(feeds);
    state = Object.fromEntries(carried.map(({ name }) => [name, results[`${name}_end`] as Float32Array]));
    return state;
  };
  return { run, state, release: () => session.release() };
}

/** One model of a stack, in double precision. */
function unstack(slice: BuiltInSlice, weights: Weights, model: number): Parameters {
  return Object.fromEntries(
    parametersOf(slice).map(({ name, shape }) => {
      const size = sizeOf(shape);
      return [name, Float64Array.from(weights[name]!.subarray(model * size, (model + 1) * size))];
    }),
  );
}

function assertNear(one: ArrayLike<number>, other: ArrayLike<number>, within: number, what: string): void {
  assert.equal(one.length, other.length, what);
  for (let i = 0; i < one.length; i++)
    assert.ok(Math.abs(one[i]! - other[i]!) <= within, `${what}[${i}]: ${one[i]} and ${other[i]}`);
}

const name = (slice: BuiltInSlice, recipe: Recipe) =>
  `${slice.kind}, ${slice.task}, ${recipe.optimizer}${recipe.decay > 0 ? ' with decay' : ''}`;

for (const slice of slices)
  for (const optimizer of ['sgd', 'adamw'] as const)
    for (const decay of [0, 0.01]) {
      const recipe: Recipe = { optimizer, rate: 0.1, decay, batch: B, epochs: 1 };
      testOnProviders(`${name(slice, recipe)}: every step is that of plain loops`, async ({ runtime, within }) => {
        const set = smallSet(N, slice);
        const { run, state, release } = await loop(runtime, slice, recipe, set, [0, 1, 2]);
        const batches = drawBatches();
        const plain = [0, 1, 2].map((model) => plainTraining(slice, recipe, unstack(slice, state, model), set));
        const before = unstack(slice, state, 0);
        for (let step = 0; step < S; step++) {
          const weights = await run(step, step + 1);
          for (const [model, { step: move, weights: expected }] of plain.entries()) {
            const at = (step * M + model) * B;
            const batch = { rows: batches.rows.subarray(at, at + B), weights: batches.weights.subarray(at, at + B) };
            move(batch, batches.rates[step]!);
            const found = unstack(slice, weights, model);
            for (const [key, values] of Object.entries(expected))
              assertNear(found[key]!, values, within(1e-4), `step ${step}, model ${model}, ${key}`);
          }
        }
        for (const [key, values] of Object.entries(plain[0]!.weights))
          assert.ok(
            values.some((value, i) => Math.abs(value - before[key]![i]!) > 0.01),
            `${key} was trained`,
          );
        await release();
      });
    }

for (const slice of slices) {
  const recipe: Recipe = { optimizer: 'adamw', rate: 0.1, decay: 0.01, batch: B, epochs: 1 };
  test(`${name(slice, recipe)}: one Loop, many Loops and single models agree`, async () => {
    const set = smallSet(N, slice);
    const whole = await loop(runtime, slice, recipe, set, [0, 1, 2]);
    const parts = await loop(runtime, slice, recipe, set, [0, 1, 2]);
    const together = await whole.run(0, S);
    await parts.run(0, 9);
    assert.deepEqual(await parts.run(9, S), together);
    await Promise.all([whole.release(), parts.release()]);
    for (const model of [0, 1, 2]) {
      const alone = await loop(runtime, slice, recipe, set, [model]);
      const weights = unstack(slice, await alone.run(0, S), 0);
      for (const [key, values] of Object.entries(unstack(slice, together, model)))
        assertNear(weights[key]!, values, 1e-5, `model ${model}, ${key}`);
      await alone.release();
    }
  });
}
