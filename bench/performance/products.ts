import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import type { Feed, Runtime } from '../../src/onnx/runtime.ts';
import { median } from '../../src/stats/lira.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { GROUP } from '../../src/training/groups.ts';
import { type BuiltInSlice, flopsPerRow } from '../../src/training/slice.ts';

const STEPS = 500;
const ROUNDS = 4;

const value = (name: string, shape: readonly number[]) => ({ name, type: 'float32' as const, shape });

/**
 * Billions of operations a second of the matrix products of a training step and nothing else: five products of the
 * slice's own shapes for a group of models, as often as steps, in every lane at once. What the loop cannot exceed.
 */
export async function productsRate(runtime: Runtime, slice: BuiltInSlice, batch: number): Promise<number> {
  const model = encodeModel(productsOf(slice, batch));
  const sessions = await Promise.all(Array.from({ length: runtime.lanes }, () => runtime.create(model)));
  const feeds: Record<string, Feed> = {
    ...Object.fromEntries(
      inputsOf(slice, batch).map(({ name, shape }) => [
        name,
        { type: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(0.5) } satisfies Feed,
      ]),
    ),
    steps: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(STEPS)) },
  };
  const flops = flopsPerRow(slice) * batch * GROUP * STEPS * runtime.lanes;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await Promise.all(sessions.map((session) => session.run(feeds)));
    if (round > 0) rates.push(flops / (performance.now() - started) / 1e6);
  }
  await Promise.all(sessions.map((session) => session.release()));
  return median(rates);
}

const inputsOf = ({ width, hidden, outputs }: BuiltInSlice, batch: number) => [
  value('batch', [GROUP, batch, width]),
  value('first', [GROUP, width, hidden]),
  value('second', [GROUP, hidden, outputs]),
];

/** Two products forwards and three backwards, in a Loop; what would be a gradient is whatever has its shape. */
function productsOf(slice: BuiltInSlice, batch: number): Graph {
  const build = makeBuilder('p_');
  const turned = (name: string) => build.add('Transpose', [name], { perm: [0, 2, 1] });
  const hidden = build.add('MatMul', ['batch', 'first']);
  const outputs = build.add('MatMul', [hidden, 'second']);
  const back = build.add('MatMul', [outputs, turned('second')]);
  const [first, second] = [
    build.add('MatMul', [turned('batch'), back]),
    build.add('MatMul', [turned(hidden), outputs]),
  ];
  const again = build.add('Identity', ['going']);
  const [, wide, narrow] = inputsOf(slice, batch);
  const flag = (name: string) => ({ name, type: 'bool' as const, shape: [] });
  const body = build.graph(
    'step',
    [
      { name: 'iteration', type: 'int64', shape: [] },
      flag('going'),
      { ...wide!, name: 'first_before' },
      { ...narrow!, name: 'second_before' },
    ],
    [flag(again), { ...wide!, name: first }, { ...narrow!, name: second }],
  );
  const loop = {
    op: 'Loop',
    domain: '',
    inputs: ['steps', '', 'first', 'second'],
    outputs: ['first_after', 'second_after'],
    attributes: { body },
  };
  return {
    name: 'products',
    nodes: [loop],
    initializers: [],
    inputs: [...inputsOf(slice, batch), { name: 'steps', type: 'int64', shape: [] }],
    outputs: [
      { ...wide!, name: 'first_after' },
      { ...narrow!, name: 'second_after' },
    ],
  };
}
