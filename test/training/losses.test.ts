import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import type { Graph, Tensor, TensorData } from '../../src/onnx/graph.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import {
  binaryCrossEntropy,
  crossEntropy,
  type Loss,
  squaredError,
  tokenCrossEntropy,
} from '../../src/training/losses.ts';
import { agreesWithDifferences } from '../gradients/central-differences.ts';
import { runGraph } from '../onnx/run-graph.ts';

const [M, B, C, T] = [2, 3, 4, 5];
const random = randomSequence(19);
const drawn = (count: number) => Float32Array.from({ length: count }, () => 2 * random.normal());
const weights = Float32Array.of(1, 1, 0, 1, 0, 1);
const times = <V>(count: number, make: (at: number) => V) => Array.from({ length: count }, (_, at) => make(at));

interface Case {
  readonly loss: Loss;
  /** Values of a row. */
  readonly values: number;
  readonly targets: Pick<Tensor, 'type' | 'shape' | 'data'>;
  /** The loss of one row, from its values and its part of the targets, in double precision. */
  readonly plain: (z: readonly number[], y: readonly number[]) => number;
}

const logSoftmax = (z: readonly number[], at: number) =>
  z[at]! - Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0));
const classes = times(M * B, () => random.below(C));
const words = times(M * B * T, (at) => (at % 4 === 3 ? -1 : random.below(C)));
const labels = times(M * B * C, () => random.below(2));

const cases: Readonly<Record<string, Case>> = {
  'softmax cross-entropy': {
    ...{ loss: crossEntropy, values: C },
    targets: { type: 'float32', shape: [M, B, C], data: Float32Array.from(classes.flatMap((own) => times(C, (c) => Number(c === own)))) }, // biome-ignore format: one line
    plain: (z, y) => -logSoftmax(z, y.indexOf(1)),
  },
  'cross-entropy of tokens': {
    ...{ loss: tokenCrossEntropy, values: T * C },
    targets: { type: 'int64', shape: [M, B, T], data: BigInt64Array.from(words, BigInt) },
    plain: (z, y) =>
      y.reduce((sum, word, t) => sum - (word < 0 ? 0 : logSoftmax(z.slice(t * C, (t + 1) * C), word)), 0) / T,
  },
  'binary cross-entropy of labels': {
    ...{ loss: binaryCrossEntropy, values: C },
    targets: { type: 'float32', shape: [M, B, C], data: Float32Array.from(labels) },
    plain: (z, y) => z.reduce((sum, each, c) => sum - Math.log(1 / (1 + Math.exp(y[c] === 1 ? -each : each))), 0) / C,
  },
  'squared error': {
    ...{ loss: squaredError, values: C },
    targets: { type: 'float32', shape: [M, B, C], data: drawn(M * B * C) },
    plain: (z, y) => z.reduce((sum, each, c) => sum + (each - y[c]!) ** 2, 0) / 2,
  },
};

function lossGraph({ loss, values, targets }: Case): { graph: Graph; name: string } {
  const build = makeBuilder('l_');
  build.constant({ name: 'targets', ...targets });
  build.constant({ name: 'weights', type: 'float32', shape: [M, B, 1], data: weights });
  const at = { outputs: 'z', targets: 'targets', weights: 'weights', models: M, batch: B, classes: C };
  const name = loss(build, { ...at, tokens: values / C });
  return { graph: build.graph('loss', [{ name: 'z', type: 'float32', shape: [M, B, values] }], []), name };
}

for (const [what, own] of Object.entries(cases))
  test(`${what}: as plain loops give it, and its gradient as differences do`, async () => {
    const { graph, name } = lossGraph(own);
    const z = { shape: [M, B, own.values], data: drawn(M * B * own.values) };
    const part = (data: TensorData, row: number) => {
      const size = data.length / (M * B);
      return Array.from(data as Float32Array, Number).slice(row * size, (row + 1) * size);
    };
    const expected = times(M * B, (row) => weights[row]! * own.plain(part(z.data, row), part(own.targets.data, row)));
    const outputs = [{ name, type: 'float32' as const, shape: [] }];
    const found = await runGraph({ ...graph, outputs }, { z: { type: 'float32', ...z } });
    const sum = expected.reduce((all, each) => all + each, 0) / B;
    assert.ok(Math.abs((found[name] as Float32Array)[0]! - sum) < 1e-5 * Math.max(1, sum), `${found[name]} for ${sum}`);
    await agreesWithDifferences(graph, { loss: name, wrt: ['z'], point: { z }, what });
  });

test('two classes by one logit: the binary loss is the softmax of that logit and 0', () => {
  for (const [z, y] of [[1.3, 1], [-0.4, 0], [2, 0]] as const) // biome-ignore format: one line
    assert.ok(Math.abs(Math.log1p(Math.exp(z)) - y * z + logSoftmax([0, z], y)) < 1e-12);
});
