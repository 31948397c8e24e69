import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { hash32, randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import type { ModelSlice } from '../../src/training/model-slice.ts';
import { parameterName } from '../../src/training/model-slice.ts';
import type { Objective } from '../../src/training/objectives.ts';
import { agreesWithDifferences } from '../gradients/central-differences.ts';
import { labeller, languageModel, mobileNet, perceptron, recurrent, transformer } from './networks.ts';
import { testOnProviders } from './providers.ts';
import { runtime } from './small-set.ts';

const N = 40;
const MODELS = 4;

type Random = ReturnType<typeof randomSequence>;

/** Features and labels of a row that a network can learn. */
type Draw = (label: number, random: Random, size: number) => { readonly row: number[]; readonly labels: number[] };

const some = (size: number, make: (at: number) => number) => Array.from({ length: size }, (_, at) => make(at));

/** The second class is drawn from another part of the range. */
const draws: Readonly<Record<string, Draw>> = {
  ids: (label, random, size) => ({
    row: some(size, () => random.below(5) + (random.next() < 0.8 ? 5 * label : 0)),
    labels: [label],
  }),
  image: (label, random, size) => ({
    row: some(size, (at) => (label === 1 && at % 2 === 0 ? 1.5 : 0) + random.normal() / 4),
    labels: [label],
  }),
  x: (label, random, size) => ({
    row: some(size, () => (label === 1 ? 1 : -1) * 0.7 + random.normal() / 2),
    labels: [label],
  }),
  /** Each word is the one before and two more, of nine; the last token has none to foretell. */
  counting: (_, random, size) => {
    const first = random.below(9);
    const row = some(size, (at) => (first + 2 * at) % 9);
    return { row, labels: [...row.slice(1), -1] };
  },
  /** A label holds where its number is positive. */
  signs: (_, random, size) => {
    const row = some(size, () => random.normal());
    return { row, labels: row.slice(0, 5).map((each) => Number(each > 0)) };
  },
  sum: (_, random, size) => {
    const row = some(size, () => random.normal());
    return { row, labels: [0.5 * row[0]! - row[1]!] };
  },
};

interface Network {
  readonly model: () => CutModel;
  readonly draw: Draw;
  readonly cuts: number;
  readonly layers: number;
  readonly task?: Objective;
  readonly outputs?: number;
}

async function train(slice: ModelSlice, draw: Draw, epochs: number, on: Runtime = runtime) {
  const random = randomSequence(5);
  const rows = some(N, (row) => row % 2).map((label) => draw(label, random, slice.width));
  const features = Float32Array.from(rows.flatMap(({ row }) => row));
  const labels = Float64Array.from(rows.flatMap((row) => row.labels));
  const set = { features, width: slice.width, labels, rowKeys: Uint32Array.from({ length: N }, (_, row) => row) };
  const inside = Uint8Array.from({ length: MODELS * N }, (_, cell) => hash32(3, cell) & 1);
  const order = { name: 'base' as const, models: MODELS, inside, seed: 8 };
  const recipe = { optimizer: 'adamw' as const, rate: 0.02, decay: 0, batch: 8, epochs };
  const ensemble = await trainEnsemble({ set, slice, recipe, order, runtime: on });
  return { ...ensemble, loss: meanLoss(slice, ensemble) };
}

/** The mean loss of the rows that each model trained on, from its phi: nats a row or token, or half a squared error. */
function meanLoss(slice: ModelSlice, { phi, inside }: Awaited<ReturnType<typeof trainEnsemble>>): number {
  const lossOf: Readonly<Record<Objective, (value: number) => number>> = {
    classification: (value) => Math.log1p(Math.exp(-value)),
    tokens: (value) => -value,
    // phi is a mean of margins: by Jensen this is at most the loss.
    'multi-label': (value) => Math.log1p(Math.exp(-value)),
    regression: (value) => -value / 2,
  };
  const own = Array.from(phi).filter((_, cell) => inside[cell] === 1);
  return own.reduce((sum, value) => sum + lossOf[slice.task](value), 0) / own.length;
}

const networks: Readonly<Record<string, Network>> = {
  'a perceptron': { model: perceptron, draw: draws.x!, cuts: 6, layers: 3 },
  'a perceptron that gives a number': {
    model: () => perceptron(1),
    draw: draws.sum!,
    cuts: 6,
    layers: 3,
    task: 'regression',
    outputs: 1,
  },
  'a perceptron of five labels': {
    model: labeller,
    draw: draws.signs!,
    cuts: 4,
    layers: 2,
    task: 'multi-label',
    outputs: 5,
  },
  'a transformer block': { model: transformer, draw: draws.ids!, cuts: 7, layers: 9 },
  'a causal language model': {
    model: languageModel,
    draw: draws.counting!,
    cuts: 5,
    layers: 9,
    task: 'tokens',
    outputs: 9,
  },
  'inverted residuals': { model: mobileNet, draw: draws.image!, cuts: 7, layers: 5 },
  'an LSTM': { model: () => recurrent('LSTM'), draw: draws.x!, cuts: 3, layers: 4 },
  'a GRU': { model: () => recurrent('GRU'), draw: draws.x!, cuts: 3, layers: 4 },
};

for (const [name, { model: make, draw, cuts, layers, task = 'classification', outputs = 2 }] of Object.entries(
  networks,
)) {
  test(`${name}: cut, written for any batch, and trained until the loss is less than half`, async () => {
    const model = make();
    const candidates = candidatesOf(model);
    assert.ok(candidates.length >= cuts, `${candidates.length} cuts: ${candidates.map(({ value }) => value)}`);
    const whole = candidates.at(-1)!;
    assert.deepEqual([whole.value, whole.layers], [Object.keys(model.rows)[0], layers]);
    const slice = makeModelSlice(model, whole, { task, outputs });
    for (const batch of [1, 5]) {
      const graph = slice.at(batch);
      assert.equal(sizeOf(inferShapes(graph).get(model.output)!), batch * slice.answers);
    }
    const [{ loss: before }, { loss: after }] = [await train(slice, draw, 1), await train(slice, draw, 30)];
    assert.ok(after < before / 2, `${before} to ${after}`);
  });

  testOnProviders(`${name}: an epoch gives the processor's scores`, async (on) => {
    const model = make();
    const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task, outputs });
    const [here, there] = [await train(slice, draw, 1), await train(slice, draw, 1, on.runtime)];
    for (const [cell, phi] of here.phi.entries())
      assert.ok(
        Math.abs(there.phi[cell]! - phi) <= on.within(0) * Math.max(1, Math.abs(phi)),
        `${there.phi[cell]}, ${phi}`,
      );
  });

  test(`${name}: the gradient of the whole agrees with central differences`, async () => {
    const model = make();
    const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task, outputs });
    const graph = slice.at(2);
    const trained = graph.initializers.filter(({ name: own }) =>
      slice.parameters.some((each) => each.name === parameterName(own)),
    );
    const random = randomSequence(12);
    const point = Object.fromEntries(
      trained.map(({ name: own, shape, data }) => [own, { shape, data: data as Float32Array }] as const),
    );
    const inputs = trained.map(({ name: own, shape }) => ({ name: own, type: 'float32' as const, shape }));
    // The rows are a constant: token ids have no gradient.
    const input = graph.inputs[0]!;
    const shape = input.shape as Shape;
    const row = Array.from({ length: sizeOf(shape) }, () =>
      input.type === 'int64' ? random.below(9) : random.normal(),
    );
    const data = input.type === 'int64' ? BigInt64Array.from(row, BigInt) : Float32Array.from(row);
    const rows = { name: input.name, type: input.type, shape, data };
    const initializers = [...graph.initializers.filter((tensor) => !trained.includes(tensor)), rows];
    const open = { ...graph, inputs, initializers };
    await agreesWithDifferences(open, { loss: model.output, wrt: Object.keys(point), point, what: name });
  });
}
