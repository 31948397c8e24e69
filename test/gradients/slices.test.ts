import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { slicesOf } from '../../src/gradients/slices.ts';
import { trunkAt } from '../../src/onnx/cut.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { foldConstants } from '../../src/onnx/fold.ts';
import { float32, type Graph, type Node, type Value } from '../../src/onnx/graph.ts';
import { upgrade } from '../../src/onnx/upgrade.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { runGraph } from '../onnx/run-graph.ts';

const node = (name: string, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
  ...{ name, op, domain: '', inputs, outputs: [`${name}_out`], attributes },
});
const float = (name: string, shape: Shape): Value => ({ name, type: 'float32', shape });
const weights = new Set(['w1', 'b1', 'w2', 'w3', 'b3']);
const drawn = (name: string, ...shape: number[]) =>
  float32(
    name,
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, at) => Math.cos(at + shape.length)),
  );

/** Two layers, a residual connection around the second, a third, softmax. */
function network(): Graph {
  return {
    name: 'g',
    inputs: [float('x', [4, 3])],
    outputs: [float('soft_out', [4, 2])],
    initializers: [
      ...[drawn('w1', 3, 5), drawn('b1', 5), drawn('w2', 5, 5), drawn('w3', 5, 2), drawn('b3', 2)],
      float32('half', [], [0.5]),
    ],
    nodes: [
      node('first', 'MatMul', ['x', 'w1']),
      node('bias', 'Add', ['first_out', 'b1']),
      node('relu', 'Relu', ['bias_out']),
      node('second', 'MatMul', ['relu_out', 'w2']),
      node('residual', 'Add', ['second_out', 'relu_out']),
      node('scale', 'Mul', ['residual_out', 'half']),
      node('third', 'Gemm', ['scale_out', 'w3', 'b3']),
      node('soft', 'Softmax', ['third_out']),
    ],
  };
}

test('a model is cut where all passes through one value, the last place first', () => {
  const slices = slicesOf(network(), 'soft_out', { weights });
  assert.deepEqual(
    slices.map(({ value, after, layers }) => [value, after, layers]),
    [
      ['scale_out', 'scale', 1],
      ['residual_out', 'residual', 1],
      // Between the two the residual connection is open.
      ['relu_out', 'relu', 2],
      ['bias_out', 'bias', 2],
      ['first_out', 'first', 2],
      ['x', 'x', 3],
    ],
  );
  const names = slices.map(({ parameters }) => parameters.map(({ name }) => name).sort());
  assert.deepEqual(names[0], ['b3', 'w3']);
  assert.deepEqual(names[4], ['b1', 'b3', 'w2', 'w3']);
  assert.deepEqual(names[5], ['b1', 'b3', 'w1', 'w2', 'w3'], 'the factor is no weight');
  // Products and sums of [4,5] and [5,2], and eight values of softmax; backwards once: what comes in is not moved.
  assert.equal(slices[0]!.flops, 2 * (2 * 4 * 5 * 2 + 8));
});

test('trunk and slice after each other give what the model gives', async () => {
  const graph = network();
  const run = async (part: Graph, feeds: Record<string, { shape: Shape; data: Float32Array }>) => {
    const typed = Object.entries(feeds).map(([name, feed]) => [name, { type: 'float32' as const, ...feed }]);
    const results = await runGraph(part, Object.fromEntries(typed));
    return results[part.outputs[0]!.name] as Float32Array;
  };
  const x = { shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, at) => Math.sin(at)) };
  const expected = await run(graph, { x });
  for (const slice of slicesOf(graph, 'soft_out', { weights }).slice(0, -1)) {
    const shape = slice.graph.inputs[0]!.shape as Shape;
    const between = await run(trunkAt(graph, { value: slice.value, shape }), { x });
    const found = await run(slice.graph, { [slice.value]: { shape, data: between } });
    for (const [at, value] of found.entries()) assert.ok(Math.abs(value - expected[at]!) < 1e-6, slice.value);
  }
});

test('what cannot be trained ends the search: an unknown operator, a whole number, a hidden input', () => {
  const graph = network();
  const changed = (change: (each: Node) => Node): Graph => ({ ...graph, nodes: graph.nodes.map(change) });
  const cuts = (other: Graph) => slicesOf(other, 'soft_out', { weights }).map(({ value }) => value);
  const strange = changed((each) => (each.name === 'second' ? { ...each, domain: 'com.microsoft' } : each));
  assert.deepEqual(cuts(strange), [], 'the shape behind it is not known');
  const told = slicesOf(strange, 'soft_out', { weights, told: { second_out: [4, 5] } }).map(({ value }) => value);
  assert.deepEqual(told, ['scale_out', 'residual_out']);
  const known = changed((each) => (each.name === 'relu' ? { ...each, op: 'NoSuchOp' } : each));
  assert.deepEqual(cuts(known), []);
  const rounded = changed((each) =>
    each.name === 'scale' ? { ...each, op: 'Floor', inputs: ['residual_out'] } : each,
  );
  const parameters = slicesOf(rounded, 'soft_out', { weights })
    .at(-1)!
    .parameters.map(({ name }) => name);
  assert.deepEqual(parameters.sort(), ['b3', 'w3'], 'nothing flows through a Floor');
});

test('a real network is cut at every layer that has no branch around it', () => {
  const model = decodeModel(readFileSync(join(import.meta.dirname, '../fixtures/models/light_squeezenet.onnx')));
  const graph = foldConstants(upgrade(model.graph, model.opsets['']!), { inputs: {}, keep: new Set() });
  const slices = slicesOf(graph, graph.outputs[0]!.name, {
    weights: new Set(graph.initializers.map(({ name }) => name)),
  });
  assert.ok(slices.length > 20, `${slices.length} cuts`);
  assert.equal(slices.at(-1)!.value, 'data_0');
  assert.equal(slices.at(-1)!.layers, 26);
  const flops = slices.map((slice) => slice.flops);
  assert.deepEqual(flops.toSorted((a, b) => a - b), flops); // biome-ignore format: one line
});
