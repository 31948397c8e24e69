import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Feed } from '../../src/onnx/runtime.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { noiseKey } from '../../src/training/gaussian-noise.ts';
import type { TrainingSet } from '../../src/training/group.ts';
import type { ModelSlice } from '../../src/training/model-slice.ts';
import type { Objective } from '../../src/training/objectives.ts';
import { initialWeights } from '../../src/training/parameter.ts';
import type { Privacy, Recipe } from '../../src/training/recipe.ts';
import { type BuiltInSlice, labelAxes, parametersOf, type Slice } from '../../src/training/slice.ts';
import { trainingGraph } from '../../src/training/step.ts';
import { labeller, languageModel, mobileNet, perceptron, transformer } from './networks.ts';
import { runtime, slices, smallSet } from './small-set.ts';

const N = 12;

function labelsOf(slice: Slice, { labels }: TrainingSet): Feed {
  const shape = [N, ...labelAxes(slice)];
  if (slice.task === 'tokens') return { type: 'int64', shape, data: BigInt64Array.from(labels, BigInt) };
  return slice.task === 'classification'
    ? { type: 'int32', shape, data: Int32Array.from(labels) }
    : { type: 'float32', shape, data: Float32Array.from(labels) };
}

/** What one step of SGD takes from each weight at a rate of 1, all parameters of all models one behind another. */
async function movedBy(
  slice: Slice,
  set: TrainingSet,
  rows: readonly number[],
  how: {
    privacy?: Privacy;
    batch?: number;
    models?: readonly number[];
    step?: number;
    weights?: readonly number[];
  } = {},
): Promise<number[]> {
  const { batch = rows.length, models = [0], step = 0, weights = rows.map(() => 1), privacy } = how;
  const recipe: Recipe = { optimizer: 'sgd', rate: 1, decay: 0, batch, epochs: 1, ...(privacy && { privacy }) };
  const { graph, carried } = trainingGraph(slice, recipe, models.length, rows.length);
  const session = await runtime.create(encodeModel(graph));
  const shape = [1, models.length, rows.length];
  const feeds: Record<string, Feed> = {
    features: { type: 'float32', shape: [N, slice.width], data: set.features },
    labels: labelsOf(slice, set),
    rows: { type: 'int32', shape, data: Int32Array.from(models.flatMap(() => rows)) },
    weights: { type: 'float32', shape: [...shape, 1], data: Float32Array.from(models.flatMap(() => weights)) },
    rate: { type: 'float32', shape: [1], data: Float32Array.of(1) },
    first_step: { type: 'float32', shape: [], data: Float32Array.of(1) },
    steps: { type: 'int64', shape: [], data: BigInt64Array.of(1n) },
    ...(privacy?.noise && {
      noise: {
        type: 'uint32' as const,
        shape: [1, models.length, 1],
        data: Uint32Array.from(models, (model) => noiseKey(model, step)),
      },
    }),
  };
  const starts = new Map(
    parametersOf(slice).map((parameter, index) => [
      parameter.name,
      initialWeights(parameter, index, models.map(() => 77)), // biome-ignore format: short
    ]),
  );
  for (const { name, shape: axes } of carried)
    feeds[`${name}_start`] = {
      ...{ type: 'float32', shape: axes as number[] },
      data: starts.get(name) ?? new Float32Array(sizeOf(axes as number[])),
    };
  const ends = await session.run(feeds);
  await session.release();
  return [...starts].flatMap(([name, start]) =>
    Array.from(ends[`${name}_end`] as Float32Array, (end, i) => start[i]! - end),
  );
}

const norm = (vector: readonly number[]) => Math.hypot(...vector);
const sum = (vectors: readonly number[][]) => vectors[0]!.map((_, i) => vectors.reduce((all, one) => all + one[i]!, 0));
const all = Array.from({ length: N }, (_, row) => row);

function assertNear(one: readonly number[], other: readonly number[], within: number): void {
  assert.equal(one.length, other.length);
  one.forEach((value, i) => {
    assert.ok(Math.abs(value - other[i]!) <= within, `[${i}]: ${value} and ${other[i]}`);
  });
}

/** Slices of somebody's own: rows of numbers, images and words, by one label, several, or a word a place. */
function ownSlices(): [string, ModelSlice][] {
  const cut = (name: string, model: CutModel, to: { task: Objective; outputs: number }): [string, ModelSlice] => [
    name,
    makeModelSlice(model, candidatesOf(model).at(-1)!, to),
  ];
  return [
    cut('a perceptron', perceptron(), { task: 'classification', outputs: 2 }),
    cut('a perceptron that gives a number', perceptron(1), { task: 'regression', outputs: 1 }),
    cut('a perceptron of five labels', labeller(), { task: 'multi-label', outputs: 5 }),
    cut('a transformer', transformer(), { task: 'classification', outputs: 2 }),
    cut('a language model', languageModel(), { task: 'tokens', outputs: 9 }),
    cut('inverted residuals', mobileNet(), { task: 'classification', outputs: 2 }),
  ];
}

const takesWords = (slice: Slice) => slice.kind === 'model' && slice.at(1).inputs[0]!.type === 'int64';

/** Drawn rows for any slice; words where it reads them. */
function drawnSet(slice: ModelSlice): TrainingSet {
  const random = randomSequence(17);
  const count = N * sizeOf(labelAxes(slice));
  return {
    features: Float32Array.from({ length: N * slice.width }, () =>
      takesWords(slice) ? random.below(9) : random.normal(),
    ),
    labels: Float64Array.from({ length: count }, () => (slice.outputs === 1 ? random.normal() : random.below(2))),
    width: slice.width,
    rowKeys: new Uint32Array(N),
  };
}

const cases: readonly (readonly [string, Slice, TrainingSet])[] = [
  ...slices.map((slice) => [`${slice.kind}, ${slice.task}`, slice, smallSet(N, slice)] as const),
  ...ownSlices().map(([name, slice]) => [name, slice, drawnSet(slice)] as const),
];

for (const [name, slice, set] of cases) {
  test(`${name}: a private step is the sum of rows' own gradients, each cut to C`, async () => {
    const own = await Promise.all(all.map((row) => movedBy(slice, set, [row])));
    const norms = own.map(norm);
    const clip = [...norms].sort((a, b) => a - b)[N / 2]!;
    const cut = own.map((gradient, row) => gradient.map((each) => each * Math.min(1, clip / norms[row]!)));
    const found = await movedBy(slice, set, all, { privacy: { clip, noise: 0 }, batch: 8 });
    assertNear(found, sum(cut).map((each) => each / 8), 1e-5); // biome-ignore format: short
    const whole = sum(own).map((each) => each / 8);
    assert.ok(norm(found.map((each, i) => each - whole[i]!)) > 0.05 * norm(whole), 'some rows were cut');
  });

  test(`${name}: with a huge C and no noise a step is the plain one`, async () => {
    const weights = all.map((row) => Number(row % 4 !== 0));
    const plain = await movedBy(slice, set, all, { weights });
    assertNear(await movedBy(slice, set, all, { weights, privacy: { clip: 1e9, noise: 0 } }), plain, 1e-6);
  });

  test(`${name}: whatever a row is, it moves a step by C over the batch at most`, async () => {
    const outlier = { ...set, features: set.features.slice() };
    if (!takesWords(slice)) outlier.features.fill(100, 3 * slice.width, 4 * slice.width);
    const privacy = { clip: 0.01, noise: 0 };
    const without = await movedBy(slice, outlier, all, { privacy, weights: all.map((row) => Number(row !== 3)) });
    const change = (await movedBy(slice, outlier, all, { privacy })).map((each, i) => each - without[i]!);
    assert.ok(norm(change) <= (0.01 / N) * 1.001, `${norm(change)}`);
    assert.ok(norm(change) >= (0.01 / N) * 0.9, 'the row counts');
  });
}

const wide: BuiltInSlice = { kind: 'mlp', task: 'classification', width: 61, hidden: 33, outputs: 5 };

test('noise is normal, of sigma C over the batch, and none the same by model, step, parameter or place', async () => {
  const set = smallSet(N, wide);
  const batch = 4;
  const clip = 0.5;
  const quiet = await movedBy(wide, set, all, { privacy: { clip, noise: 0 }, batch });
  const at = async (model: number, step: number) => {
    const loud = await movedBy(wide, set, all, { privacy: { clip, noise: 3 }, batch, models: [model], step });
    return loud.map((each, i) => ((each - quiet[i]!) * batch) / (3 * clip));
  };
  const drawn = [await at(1, 0), await at(1, 1), await at(2, 0)];
  const moments = (values: readonly number[]) =>
    [1, 2, 3, 4].map((power) => values.reduce((total, each) => total + each ** power, 0) / values.length);
  for (const values of drawn) {
    const [mean, square, , fourth] = moments(values);
    const n = values.length;
    assert.ok(Math.abs(mean!) < 4 / Math.sqrt(n), `mean ${mean}`);
    assert.ok(Math.abs(square! - 1) < 4 * Math.sqrt(2 / n), `variance ${square}`);
    assert.ok(Math.abs(fourth! - 3) < 4 * Math.sqrt(96 / n), `fourth moment ${fourth}`);
    const beside = values.slice(1).reduce((total, each, i) => total + each * values[i]!, 0) / n;
    assert.ok(Math.abs(beside) < 4 / Math.sqrt(n), `neighbours correlate by ${beside}`);
  }
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    // biome-ignore format: short
    const together = drawn[a]!.reduce((total, each, i) => total + each * drawn[b]![i]!, 0) / drawn[a]!.length;
    assert.ok(Math.abs(together) < 4 / Math.sqrt(drawn[a]!.length), `${a} and ${b} correlate by ${together}`);
  }
});

test("a model's noise is the same in whatever group it is trained", async () => {
  const set = smallSet(N, wide);
  const privacy = { clip: 1, noise: 2 };
  const together = await movedBy(wide, set, all, { privacy, models: [7, 8, 9] });
  const alone = await movedBy(wide, set, all, { privacy, models: [8] });
  let [from, to] = [0, 0];
  for (const { shape } of parametersOf(wide)) {
    const size = sizeOf(shape);
    assertNear(together.slice(from + size, from + 2 * size), alone.slice(to, to + size), 1e-6);
    from += 3 * size;
    to += size;
  }
});

test('a slice with too many weights for its rows is refused in words', () => {
  const model = perceptron();
  const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: 2 });
  const recipe: Recipe = {
    ...{ optimizer: 'sgd', rate: 1, decay: 0, batch: 64, epochs: 1, privacy: { clip: 1, noise: 1 } },
  };
  assert.throws(() => trainingGraph(slice, recipe, 4, 2 ** 20), { code: 'private-slice', message: /each row apart/ });
});
