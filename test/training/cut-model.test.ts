import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeModel } from '../../src/onnx/decode.ts';
import { float32, type Graph, type Node } from '../../src/onnx/graph.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { upgrade } from '../../src/onnx/upgrade.ts';
import { hash32, randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, logitsOf, makeModelSlice, PROBE } from '../../src/training/cut-model.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import type { TrainingSet } from '../../src/training/group.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { parametersOf, type Slice } from '../../src/training/slice.ts';
import { testOnProviders } from './providers.ts';
import { runtime, slices, smallSet } from './small-set.ts';

const N = 30;
const recipe: Recipe = { optimizer: 'sgd', rate: 0.1, decay: 0.01, batch: 4, epochs: 3 };
const inside = Uint8Array.from({ length: 6 * N }, (_, cell) => hash32(9, cell) & 1);
const train = (slice: Slice, set: TrainingSet, runtime: Runtime) =>
  trainEnsemble({ set, slice, recipe, order: { name: 'base', models: 6, inside, seed: 21 }, runtime });

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  ...{ name: `${output} node`, op, domain: '', inputs, outputs: [output], attributes },
});
const drawn = (name: string, shape: Shape) => {
  const random = randomSequence(name.length);
  return float32(
    name,
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
};

/** The built-in MLP as somebody's model, with the reshaping that exporters add. */
function perceptron(): CutModel {
  const graph: Graph = {
    name: 'mlp',
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
    outputs: [{ name: 'probabilities', type: 'float32', shape: ['batch', 3] }],
    initializers: [drawn('a', [3, 5]), drawn('b', [1, 5]), drawn('c', [5, 3]), drawn('d', [1, 3])],
    nodes: [
      node('Shape', ['x'], 'shape'),
      node('Reshape', ['x', 'shape'], 'same'),
      node('Add', ['product', 'b'], 'hidden'),
      node('MatMul', ['same', 'a'], 'product'),
      node('Relu', ['hidden'], 'relu'),
      node('MatMul', ['relu', 'c'], 'out'),
      node('Add', ['out', 'd'], 'logits'),
      node('Softmax', ['logits'], 'probabilities'),
    ].sort((one, other) => order.indexOf(one.outputs[0]!) - order.indexOf(other.outputs[0]!)),
  };
  return { graph, rows: { x: [3] }, output: logitsOf(graph, 'probabilities', null), hash: 'h' };
}
const order = ['shape', 'same', 'product', 'hidden', 'relu', 'out', 'logits', 'probabilities'];

testOnProviders('a model that is the built-in slice trains to the same answers, from the same weights', async (on) => {
  const model = perceptron();
  assert.equal(model.output, 'logits');
  const whole = candidatesOf(model).at(-1)!;
  assert.deepEqual([whole.value, whole.layers], ['x', 4]);
  const [mlp] = slices;
  const own = makeModelSlice(model, whole, { task: 'classification', outputs: 3 });
  // Initial weights go by the place among the parameters, and by their bounds.
  const parameters = parametersOf(mlp!).map((parameter, index) => ({
    ...parameter,
    name: own.parameters[index]!.name,
  }));
  assert.deepEqual(
    own.parameters.map(({ shape }) => shape),
    parameters.map(({ shape }) => shape),
  );
  const set = smallSet(N, mlp!);
  const [built, cut] = [await train(mlp!, set, runtime), await train({ ...own, parameters }, set, on.runtime)];
  for (const [cell, phi] of built.phi.entries())
    assert.ok(
      Math.abs(phi - cut.phi[cell]!) < on.within(1e-4) * Math.max(1, Math.abs(phi)),
      `${phi} and ${cut.phi[cell]}`,
    );
  assert.equal(cut.trainAccuracy, built.trainAccuracy);
});

test('a slice of a convolutional network learns what its inputs say', async () => {
  const graph: Graph = {
    name: 'convolutional',
    inputs: [{ name: 'image', type: 'float32', shape: ['batch', 1, 6, 6] }],
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 2] }],
    initializers: [drawn('kernel', [4, 1, 3, 3]), drawn('scale', [4]), drawn('shift', [4]), drawn('w', [2, 4])],
    nodes: [
      node('Conv', ['image', 'kernel'], 'convolved', { pads: [1, 1, 1, 1] }),
      node('InstanceNormalization', ['convolved', 'scale', 'shift'], 'normal'),
      node('Relu', ['normal'], 'relu'),
      node('MaxPool', ['relu'], 'pooled', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('GlobalAveragePool', ['pooled'], 'mean'),
      node('Flatten', ['mean'], 'flat'),
      node('Gemm', ['flat', 'w'], 'logits', { transB: 1 }),
    ],
  };
  const model: CutModel = { graph, rows: { image: [1, 6, 6] }, output: 'logits', hash: 'h' };
  const candidates = candidatesOf(model);
  assert.deepEqual(candidates.map(({ value }) => value), ['flat', 'mean', 'pooled', 'relu', 'normal', 'convolved', 'image']); // biome-ignore format: one line
  const slice = makeModelSlice(model, candidates.at(-1)!, { task: 'classification', outputs: 2 });
  assert.equal(slice.title, '2 last layers of the model, behind image: 100% of its parameters');
  // A bright square, or a bright stripe, in noise.
  const random = randomSequence(3);
  const labels = Float64Array.from({ length: N }, (_, row) => row % 2);
  const features = Float32Array.from({ length: N * 36 }, (_, at) => {
    const [row, y, x] = [Math.floor(at / 36), Math.floor((at % 36) / 6), at % 6];
    const isLit = labels[row] === 0 ? y > 1 && y < 5 && x > 1 && x < 5 : y === 2 + (row % 3);
    return (isLit ? 2 : 0) + 0.3 * random.normal();
  });
  const set = { features, width: 36, labels, rowKeys: Uint32Array.from({ length: N }, (_, row) => row) };
  const long = { ...recipe, epochs: 40, rate: 0.1, decay: 0 };
  const ensemble = await trainEnsemble({
    ...{ set, slice, recipe: long, order: { name: 'base', models: 6, inside, seed: 21 }, runtime },
  });
  assert.ok(ensemble.trainAccuracy > 0.9, `train ${ensemble.trainAccuracy}`);
});

test('a real network can be cut anywhere, and its slice written for any batch', () => {
  const { graph, opsets } = decodeModel(
    readFileSync(join(import.meta.dirname, '../fixtures/models/light_squeezenet.onnx')),
  );
  const upgraded = upgrade(graph, opsets['']!);
  const output = logitsOf(upgraded, graph.outputs[0]!.name, 'probabilities');
  const model: CutModel = { graph: upgraded, rows: { data_0: [3, 224, 224] }, output, hash: 'h' };
  const [shallow] = candidatesOf(model);
  assert.equal(shallow!.layers, 1);
  const slice = makeModelSlice(model, shallow!, { task: 'classification', outputs: 1000 });
  for (const batch of [1, 4]) assert.equal(slice.at(batch).inputs[0]!.shape[0], batch);
  assert.match(slice.title, /^1 last layer of the model, behind .*: 42% of its parameters$/);
});

test('the pipelines of skl2onnx and ML.NET end in a linear model: it is a slice behind a trunk of their own operators', () => {
  const read = (file: string) => {
    const { graph, opsets } = decodeModel(readFileSync(join(import.meta.dirname, '../fixtures/models', file)));
    return upgrade(graph, opsets['']!);
  };
  const cases = [
    {
      file: 'pipeline_titanic.onnx',
      input: 'pclass',
      answer: 'probabilities',
      features: 'transformed_column',
      width: 11,
      classes: 2,
    },
    {
      file: 'mlnet_breastcancer_logreg.onnx',
      input: 'Features',
      answer: 'Score.onnx',
      features: 'Features0',
      width: 8,
      classes: 10,
    },
  ];
  for (const { file, input, answer, features, width, classes } of cases) {
    const graph = read(file);
    const output = logitsOf(graph, answer, 'probabilities');
    const told = { [features]: [PROBE, width] };
    const model: CutModel = { graph, rows: { [input]: [1] }, output, hash: 'h', told };
    const [shallow, ...rest] = candidatesOf(model);
    assert.deepEqual([shallow!.value, shallow!.layers, rest.length], [features, 1, 0], file);
    const slice = makeModelSlice(model, shallow!, { task: 'classification', outputs: classes });
    assert.deepEqual(slice.parameters.map(({ shape }) => shape).sort(), [[classes, width], [classes]].sort());
    assert.match(slice.title, /100% of its parameters/);
  }
});

test('one logit serves two classes; any other number of values is refused', async () => {
  const graph: Graph = {
    name: 'binary',
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
    outputs: [{ name: 'p', type: 'float32', shape: ['batch', 1] }],
    initializers: [drawn('w', [3, 1]), drawn('b', [1])],
    nodes: [node('MatMul', ['x', 'w'], 'product'), node('Add', ['product', 'b'], 'z'), node('Sigmoid', ['z'], 'p')],
  };
  const model: CutModel = { graph, rows: { x: [3] }, output: logitsOf(graph, 'p', 'probabilities'), hash: 'h' };
  const whole = candidatesOf(model).at(-1)!;
  const slice = makeModelSlice(model, whole, { task: 'classification', outputs: 2 });
  const set = smallSet(N, { ...slices[1]!, outputs: 2 });
  const { phi, trainAccuracy } = await train(slice, set, runtime);
  assert.ok(phi.every(Number.isFinite) && trainAccuracy > 0.6, `${trainAccuracy}`);
  assert.throws(
    () => makeModelSlice(model, whole, { task: 'classification', outputs: 3 }),
    /1 values a row, and the data has 3 classes/,
  );
  assert.throws(() => makeModelSlice(model, whole, { task: 'regression', outputs: 2 }), /has 2 target/);
  assert.doesNotThrow(() => makeModelSlice(model, whole, { task: 'regression', outputs: 1 }));
});

test('probabilities without a softmax are refused, logits are taken at their word', () => {
  const { graph } = perceptron();
  assert.equal(logitsOf(graph, 'probabilities', 'logits'), 'probabilities');
  assert.equal(logitsOf(graph, 'logits', null), 'logits');
  assert.throws(() => logitsOf(graph, 'logits', 'probabilities'), /said to be probabilities/);
});
