import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldConstants } from '../../src/onnx/fold.ts';
import { type Attribute, float32, type Graph, type Value } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import { isSliceOp } from '../../src/onnx/schema.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { agreesWithDifferences } from '../gradients/central-differences.ts';
import { runGraph } from './run-graph.ts';

const GATES: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
const [T, N, I, H] = [3, 2, 4, 2];

interface Layer {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly directions?: number;
  readonly hasBias?: boolean;
  readonly hasState?: boolean;
  readonly steps?: number;
  readonly more?: Readonly<Record<number, string>>;
}

const float = (name: string, shape: Shape): Value => ({ name, type: 'float32', shape });

/** A graph of one recurrent layer; its weights are constants drawn by the operator's name. */
function layer(op: string, { attributes = {}, directions: D = 1, hasBias = true, hasState, steps = T, more }: Layer) {
  const random = randomSequence(op.length + D);
  const drawn = (name: string, shape: Shape) =>
    float32(
      name,
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / 2),
    );
  const G = GATES[op]!;
  const isBatchFirst = attributes.layout === 1;
  const turned = (first: number, second: number): Shape => (isBatchFirst ? [second, first] : [first, second]);
  const state = [...turned(D, N), H];
  const initializers = [
    drawn('w', [D, G * H, I]),
    drawn('r', [D, G * H, H]),
    ...(hasBias ? [drawn('b', [D, 2 * G * H])] : []),
    ...(hasState ? [drawn('h', state), ...(op === 'LSTM' ? [drawn('c', state)] : [])] : []),
  ];
  const name = (own: string) => (initializers.some((tensor) => tensor.name === own) ? own : '');
  const inputs = ['x', 'w', 'r', name('b'), '', name('h'), ...(op === 'LSTM' ? [name('c')] : [])];
  for (const [index, each] of Object.entries(more ?? {})) inputs[Number(index)] = each;
  const outputs = ['y', 'yh', ...(op === 'LSTM' ? ['yc'] : [])];
  const shapes = [isBatchFirst ? [N, steps, D, H] : [steps, D, N, H], state, state];
  const graph: Graph = {
    ...{ name: 'g', initializers, inputs: [float('x', [...turned(steps, N), I])] },
    nodes: [{ op, domain: '', inputs, outputs, attributes: { hidden_size: H, ...attributes } }],
    outputs: outputs.map((each, index) => float(each, shapes[index]!)),
  };
  return { graph, x: drawn('x', [...turned(steps, N), I]).data as Float32Array };
}

async function run({ graph, x }: ReturnType<typeof layer>): Promise<number[]> {
  const results = await runGraph(graph, { x: { type: 'float32', shape: graph.inputs[0]!.shape as Shape, data: x } });
  return graph.outputs.flatMap(({ name }) => Array.from(results[name] as Float32Array));
}

const NOTHING = { inputs: {}, keep: new Set<string>() };
const layers: readonly Layer[] = [
  {},
  { hasBias: false, hasState: true },
  { attributes: { direction: 'reverse' }, hasState: true },
  { attributes: { direction: 'bidirectional' }, directions: 2, hasState: true },
  { steps: 1 },
];
const own: Readonly<Record<string, readonly Layer[]>> = {
  RNN: [{ attributes: { activations: { strings: ['Relu'] } } }],
  GRU: [
    { attributes: { linear_before_reset: 1 }, hasState: true },
    { attributes: { linear_before_reset: 1 }, hasBias: false },
  ],
  LSTM: [{ attributes: { activations: { strings: ['Sigmoid', 'Softsign', 'Relu'] } } }],
};

for (const op of Object.keys(GATES)) {
  test(`${op}: written out it gives what the runtime gives, in operators of a slice`, async () => {
    for (const each of [...layers, ...own[op]!]) {
      const whole = layer(op, each);
      const graph = foldConstants(whole.graph, NOTHING);
      assert.ok(graph.nodes.every((node) => isSliceOp(node.op)));
      const shapes = inferShapes(graph);
      for (const { name, shape } of graph.outputs) assert.deepEqual(shapes.get(name), shape);
      const [expected, found] = [await run(whole), await run({ ...whole, graph })];
      assert.equal(found.length, expected.length);
      for (const [at, value] of found.entries())
        assert.ok(Math.abs(value - expected[at]!) < 1e-5, `${JSON.stringify(each)} at ${at}`);
    }
  });

  test(`${op}: gradients through its steps agree with central differences`, async () => {
    const { graph, x } = layer(op, { attributes: { direction: 'bidirectional' }, directions: 2 });
    const weights = graph.initializers;
    const point = Object.fromEntries([
      ['x', { shape: graph.inputs[0]!.shape as Shape, data: x }] as const,
      ...weights.map(({ name, shape, data }) => [name, { shape, data: data as Float32Array }] as const),
    ]);
    const open = {
      ...graph,
      initializers: [],
      inputs: Object.entries(point).map(([name, { shape }]) => float(name, shape)),
    };
    const folded = foldConstants({ ...open, outputs: [graph.outputs[1]!] }, NOTHING);
    await agreesWithDifferences(folded, { loss: 'yh', wrt: ['w', 'r', 'b', 'x'], point, what: op });
  });
}

test('batch first is turned around', () => {
  const graph = foldConstants(layer('GRU', { attributes: { layout: 1 }, hasState: true }).graph, NOTHING);
  const shapes = inferShapes(graph);
  assert.deepEqual([shapes.get('y'), shapes.get('yh')], [[N, T, 1, H], [N, 1, H]]); // biome-ignore format: one line
});

test('what is not written out is refused by name', () => {
  const refused = (op: string, each: Layer, message: RegExp) =>
    assert.throws(() => foldConstants(layer(op, each).graph, NOTHING), message);
  refused('LSTM', { steps: 513 }, /LSTM has 513 steps, at most 512/);
  refused('LSTM', { more: { 7: 'w' } }, /peepholes/);
  refused('GRU', { more: { 4: 'w' } }, /different lengths/);
  refused('RNN', { attributes: { clip: { float: 3 } } }, /clipped/);
  refused('LSTM', { attributes: { input_forget: 1 } }, /couples/);
  refused('RNN', { attributes: { activations: { strings: ['Affine'] } } }, /activations Affine/);
  refused('RNN', { attributes: { activations: { strings: ['Tanh'] } }, directions: 2 }, /one direction alone/);
});
