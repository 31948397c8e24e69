import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float32, type Graph, int64, type Value } from '../../src/onnx/graph.ts';
import { scoringGraph } from '../../src/training/score.ts';
import type { Slice } from '../../src/training/slice.ts';
import { trainingGraph } from '../../src/training/step.ts';

const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });
const value = (name: string, type: Value['type'], shape: Value['shape']): Value => ({ name, type, shape });

/** Every kind of attribute, element type and input that the encoder knows, in one graph. */
function everything(): Graph {
  const build = makeBuilder('e_');
  const x = build.add('LeakyRelu', ['x'], { alpha: { float: 0.25 } });
  const turned = build.add('Transpose', [x], { perm: [1, 0] });
  const filled = build.add('ConstantOfShape', [build.ints([2, 3])], { value: int64('', [1], [2 ** 40 + 1]) });
  const chosen = build.add('If', ['flag'], {
    then_branch: branch('then', 1),
    else_branch: branch('else', -1),
  });
  const clipped = build.add('Clip', [turned, '', build.scalar(2)]);
  const scaled = build.add('Mul', [clipped, chosen]);
  const parts = build.add('Gather', [scaled, 'rows'], { axis: 0 });
  const gelu = build.add('Gelu', [parts], {}, 'com.microsoft');
  const same = build.add('Gelu', [parts], { approximate: 'none' });
  const error = build.add('Sub', [gelu, same]);
  return build.graph(
    'everything',
    [value('x', 'float32', ['n', 3]), value('flag', 'bool', []), value('rows', 'int32', [2])],
    [value(parts, 'float32', [2, 'n']), value(filled, 'int64', [2, 3]), value(error, 'float32', [2, 'n'])],
  );
}

function branch(name: string, sign: number): Graph {
  const build = makeBuilder(`${name}_`);
  const output = build.add('Identity', [build.constant(float32(`${name}_sign`, [], [sign]))]);
  return build.graph(name, [], [value(output, 'float32', [])]);
}

test('a model with every kind of attribute and type runs in onnxruntime', async () => {
  const graph = everything();
  const session = await runtime.create(encodeModel(graph));
  const at = async (flag: number) => {
    const outputs = await session.run({
      x: { type: 'float32', shape: [2, 3], data: Float32Array.of(1, -4, 3, -8, 0.5, 2) },
      flag: { type: 'bool', shape: [], data: Uint8Array.of(flag) },
      rows: { type: 'int32', shape: [2], data: Int32Array.of(2, 1) },
    });
    return graph.outputs.map(({ name }) => Array.from(outputs[name] as Float32Array));
  };
  const [parts, filled, error] = await at(1);
  assert.deepEqual(parts, [2, 2, -1, 0.5]);
  assert.deepEqual(filled, Array(6).fill(BigInt(2 ** 40 + 1)));
  assert.ok(error!.every((each) => Math.abs(each) < 1e-6));
  assert.deepEqual((await at(0))[0], [-2, -2, 1, -0.5]);
  await session.release();
});

test('negative, large and many dimensions survive encoding', async () => {
  const build = makeBuilder('e_');
  const wide = build.constant(int64('wide', [4], [-1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0]));
  const kept = build.add('Identity', [wide]);
  const view = new Float32Array([9, 9, 1.5, -2, 9]).subarray(2, 4);
  const part = build.add('Identity', [build.constant(float32('part', [1, 1, 1, 2], view))]);
  const graph = build.graph('wide', [], [value(kept, 'int64', [4]), value(part, 'float32', [1, 1, 1, 2])]);
  const session = await runtime.create(encodeModel(graph));
  const outputs = await session.run({});
  assert.deepEqual(Array.from(outputs[kept] as BigInt64Array, Number), [-1, 2 ** 53 - 1, -(2 ** 53 - 1), 0]);
  assert.deepEqual(Array.from(outputs[part] as Float32Array), [1.5, -2]);
  await session.release();
});

const slices: readonly Slice[] = [
  { kind: 'mlp', task: 'classification', width: 3, hidden: 4, outputs: 3 },
  { kind: 'softmax', task: 'classification', width: 3, hidden: 0, outputs: 2 },
  { kind: 'mlp', task: 'regression', width: 3, hidden: 4, outputs: 1 },
  { kind: 'softmax', task: 'regression', width: 3, hidden: 0, outputs: 1 },
];

test('every training and scoring graph is encoded to the same bytes twice, and loads', async () => {
  for (const slice of slices)
    for (const optimizer of ['sgd', 'adamw'] as const) {
      const recipe = { optimizer, rate: 0.1, decay: 0.01, batch: 4, epochs: 2 };
      for (const make of [() => trainingGraph(slice, recipe, 2).graph, () => scoringGraph(slice, 2, 5)]) {
        const bytes = encodeModel(make());
        assert.deepEqual(encodeModel(make()), bytes);
        await (await runtime.create(bytes)).release();
      }
    }
});

test('a builder writes equal constants once and hands out each name once', () => {
  const build = makeBuilder('b_');
  assert.equal(build.scalar(0.5), build.scalar(0.5));
  assert.equal(build.ints([1, -1]), build.ints([1, -1]));
  assert.notEqual(build.ints([1, 1]), build.ints([11]));
  assert.notEqual(build.scalar(1), build.ints([1]));
  const first = build.add('Neg', ['x']);
  const continued = makeBuilder('c_', build.graph('half', [], []));
  const second = continued.add('Neg', [first]);
  assert.notEqual(first, second);
  const graph = continued.graph('whole', [], []);
  assert.deepEqual(
    graph.nodes.map(({ outputs }) => outputs[0]),
    [first, second],
  );
  const names = graph.initializers.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.equal(build.graph('half', [], []).nodes.length, 1);
});
