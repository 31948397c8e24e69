import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { encodeModel, OPSET } from '../../src/onnx/encode.ts';
import { type Attribute, float32, type Graph, int64, type Tensor } from '../../src/onnx/graph.ts';
import { upgrade, upgrades } from '../../src/onnx/upgrade.ts';
import { sizeOf } from '../../src/tensor/shape.ts';

const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

interface Old {
  readonly op: string;
  readonly opset: number;
  readonly shape: readonly number[];
  readonly attributes?: Record<string, Attribute>;
  readonly constants?: readonly Tensor[];
  readonly outputs?: number;
}

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map(
  (kind): Old => ({ op: `Reduce${kind}`, opset: 13, shape: [2, 3, 2], attributes: { axes: [0, -1], keepdims: 0 } }),
);

const ones = (name: string) => float32(name, [3], [1, 2, 3]);

/** At least one node of an older set for each row of the table. */
const olds: readonly Old[] = [
  ...reductions,
  { op: 'ReduceMean', opset: 11, shape: [2, 3] },
  { op: 'ReduceSum', opset: 11, shape: [2, 3, 2], attributes: { axes: [1] } },
  {
    ...{ op: 'BatchNormalization', opset: 7, shape: [2, 3, 2, 2], attributes: { spatial: 1, epsilon: { float: 0.1 } } },
    constants: ['s', 'b', 'm', 'v'].map(ones),
  },
  { op: 'Clip', opset: 7, shape: [2, 3], attributes: { min: { float: 0.2 }, max: { float: 0.6 } } },
  { op: 'Clip', opset: 7, shape: [2, 3], attributes: { max: { float: 0.5 } } },
  { op: 'Dropout', opset: 10, shape: [2, 3], attributes: { ratio: { float: 0.3 } } },
  { op: 'Pad', opset: 7, shape: [2, 3], attributes: { pads: [0, 1, 1, 2], value: { float: 4 } } },
  { op: 'Pad', opset: 7, shape: [4, 3], attributes: { pads: [1, 0, 1, 0], mode: 'reflect' } },
  { op: 'Resize', opset: 10, shape: [1, 1, 2, 3], constants: [float32('r', [4], [1, 1, 2, 2])] },
  {
    ...{ op: 'Scatter', opset: 9, shape: [3], attributes: { axis: 0 } },
    constants: [int64('i', [2], [2, 0]), float32('u', [2], [7, 8])],
  },
  { op: 'Slice', opset: 7, shape: [4, 5], attributes: { starts: [1, 0], ends: [2 ** 53 - 1, -1], axes: [1, 0] } },
  { op: 'Slice', opset: 7, shape: [4, 5], attributes: { starts: [1], ends: [3] } },
  { op: 'Split', opset: 11, shape: [4, 5], attributes: { split: [1, 4], axis: 1 }, outputs: 2 },
  { op: 'Split', opset: 11, shape: [4, 5], outputs: 2 },
  { op: 'Split', opset: 13, shape: [4, 5], attributes: { axis: 1 }, constants: [int64('n', [2], [2, 3])], outputs: 2 },
  { op: 'TopK', opset: 7, shape: [2, 5], attributes: { k: 2 } },
  { op: 'Upsample', opset: 7, shape: [1, 1, 2, 3], attributes: { scales: { floats: [1, 1, 2, 2] } } },
  {
    ...{ op: 'Upsample', opset: 9, shape: [1, 1, 2, 3], attributes: { mode: 'linear' } },
    constants: [float32('r', [4], [1, 1, 2, 3])],
  },
  { op: 'Squeeze', opset: 11, shape: [1, 3, 1], attributes: { axes: [0] } },
  { op: 'Squeeze', opset: 11, shape: [1, 3, 1] },
  { op: 'Unsqueeze', opset: 11, shape: [3], attributes: { axes: [0, 2] } },
  { op: 'Softmax', opset: 11, shape: [2, 3, 2] },
  { op: 'Softmax', opset: 12, shape: [2, 3, 2], attributes: { axis: 2 } },
  { op: 'LogSoftmax', opset: 7, shape: [2, 3, 2], attributes: { axis: 0 } },
];

function graphOf({ op, shape, attributes = {}, constants = [], outputs = 1 }: Old): Graph {
  const names = Array.from({ length: outputs }, (_, index) => `y${index}`);
  const values = op === 'TopK' ? ['y0', 'i'] : names;
  return {
    ...{ name: 'old', initializers: constants },
    nodes: [{ op, domain: '', inputs: ['x', ...constants.map(({ name }) => name)], outputs: values, attributes }],
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: names.map((name) => ({
      name,
      type: 'float32',
      shape: [],
      typeProto: Uint8Array.of(0x0a, 0x02, 0x08, 0x01),
    })),
  };
}

async function run(graph: Graph, opset: number, shape: readonly number[]): Promise<Record<string, number[]>> {
  const session = await runtime.create(encodeModel(graph, { opsets: { '': opset }, irVersion: 8 }));
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, index) => 0.1 + ((index * 7) % 11) / 11);
  const results = await session.run({ x: { type: 'float32', shape, data } });
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, own]) => [name, Array.from(own as Float32Array)]));
}

test('every row of the table gives what the older operator gave', async () => {
  const rewritten = new Set<string>();
  for (const old of olds) {
    const graph = graphOf(old);
    const newer = upgrade(graph, old.opset);
    if (!isDeepStrictEqual(newer.nodes, graph.nodes)) rewritten.add(old.op);
    assert.deepEqual(
      await run(newer, OPSET, old.shape),
      await run(graph, old.opset, old.shape),
      `${old.op} of ${old.opset}`,
    );
  }
  const tried = new Set(olds.map(({ op }) => op));
  assert.deepEqual(
    Object.keys(upgrades).filter((op) => !tried.has(op)),
    ['GroupNormalization'],
  );
});

test('what has no newer form is refused, what is new is left alone', () => {
  const spatial: Old = { op: 'BatchNormalization', opset: 7, shape: [2, 3], attributes: { spatial: 0 } };
  assert.throws(() => upgrade(graphOf(spatial), 7), /spatial=0/);
  const grouped: Old = { op: 'GroupNormalization', opset: 18, shape: [2, 4, 2] };
  assert.throws(() => upgrade(graphOf(grouped), 18), /opset before 21/);
  assert.throws(() => upgrade(graphOf(olds[0]!), OPSET + 10), /opset 31/);
  for (const old of olds) assert.deepEqual(upgrade(graphOf(old), OPSET).nodes, graphOf(old).nodes);
});
