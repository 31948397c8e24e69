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
import { agreesWithDifferences } from '../gradients/central-differences.ts';
import { mobileNet, recurrent, transformer } from './networks.ts';
import { testOnProviders } from './providers.ts';
import { runtime } from './small-set.ts';

const N = 40;
const MODELS = 4;

/** Rows that a network can tell apart: the second class is drawn from another part of the range. */
const rowsOf: Readonly<
  Record<string, (label: number, random: ReturnType<typeof randomSequence>, size: number) => number[]>
> = {
  ids: (label, random, size) =>
    Array.from({ length: size }, () => random.below(5) + (random.next() < 0.8 ? 5 * label : 0)),
  image: (label, random, size) =>
    Array.from({ length: size }, (_, at) => (label === 1 && at % 2 === 0 ? 1.5 : 0) + random.normal() / 4),
  x: (label, random, size) => Array.from({ length: size }, () => (label === 1 ? 1 : -1) * 0.7 + random.normal() / 2),
};

async function train(model: CutModel, slice: ModelSlice, epochs: number, on: Runtime = runtime) {
  const random = randomSequence(5);
  const labels = Float64Array.from({ length: N }, (_, row) => row % 2);
  const features = Float32Array.from(
    Array.from(labels).flatMap((label) => rowsOf[model.input]!(label, random, sizeOf(model.row))),
  );
  const set = { features, width: slice.width, labels, rowKeys: Uint32Array.from({ length: N }, (_, row) => row) };
  const inside = Uint8Array.from({ length: MODELS * N }, (_, cell) => hash32(3, cell) & 1);
  const order = { name: 'base' as const, models: MODELS, inside, seed: 8 };
  const recipe = { optimizer: 'adamw' as const, rate: 0.02, decay: 0, batch: 8, epochs };
  return await trainEnsemble({ set, slice, recipe, order, runtime: on });
}

const networks: Readonly<Record<string, { model: () => CutModel; cuts: number; layers: number }>> = {
  'a transformer block': { model: transformer, cuts: 7, layers: 9 },
  'inverted residuals': { model: mobileNet, cuts: 7, layers: 5 },
  'an LSTM': { model: () => recurrent('LSTM'), cuts: 3, layers: 4 },
  'a GRU': { model: () => recurrent('GRU'), cuts: 3, layers: 4 },
};

for (const [name, { model: make, cuts, layers }] of Object.entries(networks)) {
  test(`${name}: cut, written for any batch, and trained until it tells the classes apart`, async () => {
    const model = make();
    const candidates = candidatesOf(model);
    assert.ok(candidates.length >= cuts, `${candidates.length} cuts: ${candidates.map(({ value }) => value)}`);
    const whole = candidates.at(-1)!;
    assert.deepEqual([whole.value, whole.layers], [model.input, layers]);
    const slice = makeModelSlice(model, whole, { task: 'classification', outputs: 2 });
    for (const batch of [1, 5]) {
      const graph = slice.at(batch);
      assert.deepEqual(inferShapes(graph).get(model.output), [batch, 2]);
    }
    const [before, after] = [await train(model, slice, 1), await train(model, slice, 15)];
    const mean = ({ phi }: typeof before) => phi.reduce((sum, value) => sum + value, 0) / phi.length;
    assert.ok(mean(after) > mean(before) + 1, `phi ${mean(before)} to ${mean(after)}`);
    assert.ok(after.testAccuracy > 0.85, `${after.testAccuracy}`);
  });

  testOnProviders(`${name}: an epoch gives the processor's scores`, async (on) => {
    const model = make();
    const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: 2 });
    const [here, there] = [await train(model, slice, 1), await train(model, slice, 1, on.runtime)];
    for (const [cell, phi] of here.phi.entries())
      assert.ok(
        Math.abs(there.phi[cell]! - phi) <= on.within(0) * Math.max(1, Math.abs(phi)),
        `${there.phi[cell]}, ${phi}`,
      );
  });

  test(`${name}: the gradient of the whole agrees with central differences`, async () => {
    const model = make();
    const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: 2 });
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
