import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stack } from '../../src/gradients/stack.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import type { Value } from '../../src/onnx/graph.ts';
import type { Feed } from '../../src/onnx/runtime.ts';
import { runGraph } from '../onnx/run-graph.ts';
import { agreesWithDifferences } from './central-differences.ts';

const float = (name: string, shape: readonly number[]): Value => ({ name, type: 'float32', shape });

test('M models at once give what each gives alone: embedding by indices of its own, mean, matrix, bias, softmax', async () => {
  const build = makeBuilder('f_');
  const words = build.add('Gather', ['table', 'ids'], { axis: 0 });
  const mean = build.add('ReduceMean', [words, build.ints([1])], { keepdims: 0 });
  const scaled = build.add('Mul', [mean, 'shared']);
  const logits = build.add('Add', [build.add('MatMul', [scaled, 'weight']), 'bias']);
  const output = build.add('Softmax', [logits], { axis: -1 });
  const ids: Value = { name: 'ids', type: 'int64', shape: [3, 4] };
  const shapes = { table: [5, 2], weight: [2, 3], bias: [3] };
  const inputs = [ids, float('shared', [2]), ...Object.entries(shapes).map(([name, shape]) => float(name, shape))];
  const graph = build.graph('model', inputs, [float(output, [3, 3])]);
  const { graph: both, stacked } = stack(graph, { models: 2, inputs: new Set(['ids', 'table', 'weight', 'bias']) });
  assert.ok(stacked.has(output) && !stacked.has('shared'));
  assert.deepEqual(both.outputs[0]!.shape, [2, 3, 3]);

  const feeds: Record<string, Feed> = { shared: { type: 'float32', shape: [2], data: Float32Array.of(0.5, -2) } };
  const own = (model: number): Record<string, Feed> => ({
    ...feeds,
    ids: {
      type: 'int64',
      shape: [3, 4],
      data: BigInt64Array.from({ length: 12 }, (_, i) => BigInt(((i * (3 + model)) % 9) - 4)),
    },
    ...Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const length = shape.reduce((x, y) => x * y, 1);
        return [
          name,
          { type: 'float32', shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i + 7 * model)) },
        ];
      }),
    ),
  });
  const joined = Object.fromEntries(
    Object.entries(own(0)).map(([name, first]): [string, Feed] => {
      if (name === 'shared') return [name, first];
      const second = own(1)[name]!;
      const data = [...(first.data as Float32Array), ...(second.data as Float32Array)] as never[];
      const typed = first.type === 'int64' ? BigInt64Array.from(data) : Float32Array.from(data);
      return [name, { type: first.type, shape: [2, ...first.shape], data: typed }];
    }),
  );
  const run = async (model: typeof graph, given: Record<string, Feed>) => {
    const results = await runGraph(model, given);
    return Array.from(results[output] as Float32Array);
  };
  const alone = [...(await run(graph, own(0))), ...(await run(graph, own(1)))];
  const together = await run(both, joined);
  assert.equal(together.length, alone.length);
  for (const [index, value] of together.entries()) assert.ok(Math.abs(value - alone[index]!) < 1e-6);
});

test('what no chosen input reaches is computed once for all models', () => {
  const build = makeBuilder('f_');
  const once = build.add('Exp', ['x']);
  const output = build.add('Add', [once, 'w']);
  const { graph, stacked } = stack(
    build.graph('model', [float('x', [4, 2]), float('w', [2])], [float(output, [4, 2])]),
    {
      models: 3,
      inputs: new Set(['w']),
    },
  );
  assert.deepEqual([...stacked].sort(), [output, 'w'].sort());
  assert.deepEqual(
    graph.inputs.map(({ shape }) => shape),
    [
      [4, 2],
      [3, 2],
    ],
  );
});

test('a stacked graph is differentiated as a whole', async () => {
  const build = makeBuilder('f_');
  const hidden = build.add('Gelu', [build.add('MatMul', ['x', 'w'])]);
  const flat = build.add('Flatten', [build.add('Transpose', [hidden], { perm: [0, 2, 1] })], { axis: 1 });
  const parts = build.add('Slice', [flat, build.ints([1]), build.ints([5]), build.ints([1])]);
  const loss = build.add('ReduceLogSumExp', [parts, build.ints([-1])], { keepdims: 0 });
  const graph = build.graph('model', [float('x', [3, 2, 2]), float('w', [2, 3])], []);
  const { graph: both } = stack(graph, { models: 2, inputs: new Set(['w']) });
  const draw = (shape: readonly number[]) => {
    const length = shape.reduce((x, y) => x * y, 1);
    return { shape, data: Float32Array.from({ length }, (_, i) => Math.cos(3 * i)) };
  };
  const point = { x: draw([3, 2, 2]), w: draw([2, 2, 3]) };
  await agreesWithDifferences(both, { loss, wrt: ['w', 'x'], point, what: 'a stacked network' });
});
