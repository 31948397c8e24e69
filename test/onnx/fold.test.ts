import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { foldConstants } from '../../src/onnx/fold.ts';
import { folds } from '../../src/onnx/fold-values.ts';
import {
  type Attribute,
  float32,
  type Graph,
  int64,
  type Node,
  type Tensor,
  type Value,
} from '../../src/onnx/graph.ts';
import { runGraph } from './run-graph.ts';

const NOTHING = { inputs: {}, keep: new Set<string>() };

const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Record<string, Attribute> = {}): Node => ({ op, domain: '', inputs, outputs, attributes }); // biome-ignore format: one line
const value = (name: string, type: Value['type'] = 'float32', shape: Value['shape'] = []): Value => ({
  name,
  type,
  shape,
});
const bools = (name: string, ...values: readonly number[]): Tensor => ({
  ...{ name, type: 'bool', shape: [values.length], data: Uint8Array.from(values) },
});

interface Case {
  readonly inputs: readonly Tensor[];
  readonly attributes?: Record<string, Attribute>;
}
const longs = (...lists: readonly (readonly number[])[]) =>
  lists.map((list, index) => int64(`i${index}`, [list.length], list));
const matrix = float32('m', [2, 3], [1.5, -2, 3, 0, 0.25, -7.75]);
const pair: Case = { inputs: [int64('a', [2, 1], [7, -3]), int64('b', [3], [2, -2, 5])] };
const halves: Case = { inputs: [matrix, float32('f', [3], [2, -0.5, 4])] };

/** Constant inputs of each operator; the runtime says what comes out. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  Identity: [{ inputs: [matrix] }],
  Reshape: [{ inputs: [matrix, int64('to', [2], [3, -1])] }],
  Flatten: [{ inputs: [matrix], attributes: { axis: 0 } }],
  Squeeze: [{ inputs: [int64('x', [1, 2, 1], [4, 5]), int64('axes', [1], [-1])] }],
  Unsqueeze: [{ inputs: [matrix, int64('axes', [2], [0, -1])] }],
  Cast: [
    { inputs: [matrix], attributes: { to: 7 } },
    { inputs: [matrix], attributes: { to: 9 } },
    { inputs: longs([3, 0]), attributes: { to: 1 } },
  ],
  ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max'].map((op) => [op, [pair, halves]])),
  ...Object.fromEntries(['Neg', 'Abs'].map((op) => [op, [{ inputs: [matrix] }, { inputs: longs([-3, 4]) }]])),
  Sqrt: [{ inputs: [float32('x', [2], [4, 2.25])] }],
  Floor: [{ inputs: [matrix] }],
  Ceil: [{ inputs: [matrix] }],
  ...Object.fromEntries(
    ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map((op) => [
      op,
      [pair, { inputs: longs([1, 2, 3], [3, 2, 1]) }],
    ]),
  ),
  And: [{ inputs: [bools('a', 1, 1, 0), bools('b', 1, 0, 0)] }],
  Or: [{ inputs: [bools('a', 1, 1, 0), bools('b', 1, 0, 0)] }],
  Not: [{ inputs: [bools('a', 1, 0)] }],
  Where: [{ inputs: [bools('c', 1, 0, 1), matrix, float32('f', [], [9])] }],
  Expand: [{ inputs: [int64('x', [2, 1], [1, 2]), int64('to', [3], [2, 1, 3])] }],
  Transpose: [{ inputs: [matrix] }, { inputs: [int64('x', [2, 1, 2], [1, 2, 3, 4])], attributes: { perm: [2, 0, 1] } }],
  Slice: [
    { inputs: longs([5, 6, 7, 8], [1], [Number.MAX_SAFE_INTEGER]) },
    { inputs: [matrix, ...longs([-1, 0], [-9, 2], [1, 0], [-1, 1])] },
  ],
  Gather: [
    { inputs: longs([5, 6, 7], [-1, 0]) },
    { inputs: [matrix, int64('at', [2, 1], [2, 0])], attributes: { axis: 1 } },
  ],
  Concat: [
    { inputs: longs([1, 2], [3]), attributes: { axis: 0 } },
    { inputs: [matrix, float32('f', [2, 1], [8, 9])], attributes: { axis: -1 } },
  ],
  Range: [{ inputs: [int64('a', [], [2]), int64('b', [], [9]), int64('c', [], [3])] }],
  ReduceProd: [{ inputs: [int64('x', [2, 2], [2, 3, 4, 5])], attributes: { keepdims: 0 } }],
};

test('every operator that is folded gives what the runtime gives', async () => {
  assert.deepEqual(Object.keys(cases).sort(), Object.keys(folds).sort());
  for (const [op, list] of Object.entries(cases))
    for (const { inputs, attributes } of list) {
      const graph: Graph = {
        ...{ name: 'g', initializers: inputs, inputs: [], outputs: [value('y')] },
        nodes: [node(op, inputs.map(({ name }) => name), ['y'], attributes)], // biome-ignore format: one line
      };
      const folded = foldConstants(graph, NOTHING);
      assert.deepEqual(folded.nodes, [], op);
      const [own] = folded.initializers.filter(({ name }) => name === 'y');
      const outputs = [value('y', own!.type, own!.shape)];
      const { y } = await runGraph({ ...graph, outputs }, {});
      assert.deepEqual(Array.from(own!.data as Float32Array, Number), Array.from(y as Float32Array, Number), op);
    }
});

/** What an exporter writes for `x.reshape(x.shape[0], -1)`. */
function flattened(): Graph {
  const build = makeBuilder('f_');
  const shape = build.add('Shape', ['x']);
  const first = build.add('Gather', [shape, build.constant(int64('zero', [], [0]))], { axis: 0 });
  const target = build.add('Concat', [build.add('Unsqueeze', [first, build.ints([0])]), build.ints([-1])], { axis: 0 });
  const y = build.add('Reshape', ['x', target]);
  return build.graph('g', [value('x', 'float32', ['batch', 2, 3])], [value(y, 'float32', ['batch', 6])]);
}

test('shape arithmetic is worked out once the shapes of the inputs are known, and stays where they are not', () => {
  const folded = foldConstants(flattened(), { ...NOTHING, inputs: { x: [4, 2, 3] } });
  assert.deepEqual(folded.nodes.map(({ op }) => op), ['Reshape']); // biome-ignore format: one line
  const target = folded.initializers.find(({ name }) => name === folded.nodes[0]!.inputs[1]);
  assert.deepEqual(Array.from(target!.data as BigInt64Array, Number), [4, -1]);
  assert.deepEqual(folded.inputs[0]!.shape, [4, 2, 3]);
  assert.equal(foldConstants(flattened(), NOTHING).nodes.length, flattened().nodes.length);
});

test('what is trained is not folded away', () => {
  const graph: Graph = {
    ...{ name: 'g', initializers: [float32('w', [2], [1, 2])], inputs: [], outputs: [value('y')] },
    nodes: [node('Neg', ['w'], ['y'])],
  };
  assert.deepEqual(foldConstants(graph, NOTHING).nodes, []);
  assert.equal(foldConstants(graph, { inputs: {}, keep: new Set(['w']) }).nodes.length, 1);
});

test('constants of every form are read, and those of texts left', () => {
  const forms: Record<string, Attribute>[] = [
    { value: float32('', [2], [1, 2]) },
    { value_int: 3 },
    { value_float: { float: 0.5 } },
    { value_ints: [1, 2] },
    { value_floats: { floats: [0.5, 1] } },
  ];
  const nodes = forms.map((attributes, index) => node('Constant', [], [`c${index}`], attributes));
  const text = node('Constant', [], ['text'], { value_string: 'x' });
  const outputs = [...nodes, text].map(({ outputs: [name] }) => value(name!));
  const folded = foldConstants({ name: 'g', nodes: [...nodes, text], initializers: [], inputs: [], outputs }, NOTHING);
  assert.deepEqual(folded.nodes, [text]);
  assert.deepEqual(
    folded.initializers.map(({ name, type, shape, data }) => [name, type, shape, Array.from(data as [], Number)]),
    [
      ['c0', 'float32', [2], [1, 2]],
      ['c1', 'int64', [], [3]],
      ['c2', 'float32', [], [0.5]],
      ['c3', 'int64', [2], [1, 2]],
      ['c4', 'float32', [2], [0.5, 1]],
    ],
  );
});

test('a filled constant is made, and one beyond all measure refused', () => {
  const filling = (...sizes: readonly number[]): Graph => ({
    ...{ name: 'g', initializers: longs(sizes), inputs: [], outputs: [value('y')] },
    nodes: [node('ConstantOfShape', ['i0'], ['y'], { value: int64('', [1], [7]) })],
  });
  const [y] = foldConstants(filling(2, 2), NOTHING).initializers;
  assert.deepEqual([y!.shape, Array.from(y!.data as BigInt64Array, Number)], [[2, 2], [7, 7, 7, 7]]); // biome-ignore format: one line
  assert.throws(() => foldConstants(filling(100_000, 100_000), NOTHING), /more than 33554432 elements are filled/);
});

test('the branch of a constant condition takes the place of its If, names apart; an open one keeps what it reads', () => {
  const branch = (scale: number): Graph => ({
    ...{ name: 'b', inputs: [], initializers: [float32('s', [], [scale])], outputs: [value('out')] },
    nodes: [node('Mul', ['x', 's'], ['scaled']), node('Add', ['scaled', 'bias'], ['out'])],
  });
  const graph = (condition: Tensor[], inputs: Value[]): Graph => ({
    ...{ name: 'g', inputs: [value('x', 'float32', [2]), ...inputs], outputs: [value('y', 'float32', [2])] },
    initializers: [...condition, float32('raw', [], [1])],
    nodes: [
      node('Exp', ['raw'], ['bias']),
      node('If', ['c'], ['y'], { then_branch: branch(2), else_branch: branch(-1) }),
    ],
  });
  const folded = foldConstants(graph([bools('c', 0)], []), NOTHING);
  assert.deepEqual(folded.nodes.map(({ op }) => op), ['Exp', 'Mul', 'Add', 'Identity']); // biome-ignore format: one line
  const scale = folded.initializers.find(({ name }) => name === 'y/s');
  assert.equal(scale!.data[0], -1);
  assert.deepEqual(folded.nodes[2]!.inputs, ['y/scaled', 'bias']);
  const open = foldConstants(graph([], [value('c', 'bool', [])]), NOTHING);
  assert.deepEqual(open.nodes.map(({ op }) => op), ['Exp', 'If']); // biome-ignore format: one line
});

test('a broken model is left as it is for the shape rules to name', () => {
  const graph: Graph = {
    ...{ name: 'g', initializers: longs([1, 2], [5]), inputs: [], outputs: [value('y')] },
    nodes: [node('Reshape', ['i0', 'i1'], ['y'])],
  };
  assert.equal(foldConstants(graph, NOTHING).nodes.length, 1);
});
