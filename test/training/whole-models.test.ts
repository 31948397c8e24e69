import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { float32, type Graph, int64, type Node, type Tensor } from '../../src/onnx/graph.ts';
import { upgrade } from '../../src/onnx/upgrade.ts';
import { hash32, normalAt, randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, logitsOf, makeModelSlice, PROBE } from '../../src/training/cut-model.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import { whyUncut } from '../../src/training/why-uncut.ts';
import { runtime } from './small-set.ts';

const MODELS = join(import.meta.dirname, '../fixtures/models');

/** A file of other people's, and where it is cut. */
interface Whole {
  readonly file: string;
  readonly input: string;
  readonly row: Shape;
  readonly answer: string;
  /** The value it is cut at; its parameters of two axes or more. */
  readonly at: string;
  readonly layers: number;
  readonly classes: number;
  readonly rows: number;
  readonly epochs: number;
  readonly told?: Readonly<Record<string, Shape>>;
}

const wholes: readonly Whole[] = [
  {
    ...{
      file: 'pipeline_titanic',
      input: 'pclass',
      row: [1],
      answer: 'probabilities',
      classes: 2,
      rows: 60,
      epochs: 20,
    },
    ...{ at: 'transformed_column', layers: 1, told: { transformed_column: [PROBE, 11] } },
  },
  {
    ...{ file: 'mlnet_breastcancer_logreg', input: 'Features', row: [8], answer: 'Score.onnx', classes: 10 },
    ...{ rows: 60, epochs: 40, at: 'Features0', layers: 1, told: { Features0: [PROBE, 8] } },
  },
  {
    ...{ file: 'light_squeezenet', input: 'data_0', row: [3, 64, 64], answer: 'softmaxout_1', classes: 1000 },
    ...{ rows: 12, epochs: 8, at: 'r48', layers: 6 },
  },
  {
    ...{ file: 'light_resnet50', input: 'gpu_0/data_0', row: [3, 224, 224], answer: 'gpu_0/softmax_1', classes: 1000 },
    ...{ rows: 8, epochs: 4, at: 'r161', layers: 4 },
  },
];

/** A prime number of them, so that no kernel repeats another; 25 million of their own would take their time. */
const NORMALS = Float32Array.from({ length: 8191 }, (_, at) => normalAt(6, at));

/** The structure alone stands in the light files: kernels get drawn weights, batch normalisation the identity. */
function withWeights(graph: Graph): Graph {
  const shapeOf = (name: string) => Array.from(graph.initializers.find((each) => each.name === name)!.data, Number);
  const norms = new Map(
    graph.nodes
      .filter(({ op }) => op === 'BatchNormalization')
      .flatMap(({ inputs }) =>
        inputs.slice(1).map((name, place) => [name, place === 0 || place === 3 ? 1 : 0] as const),
      ),
  );
  const drawn = graph.nodes
    .filter(({ op }) => op === 'ConstantOfShape')
    .map(({ inputs, outputs }, which): Tensor => {
      const [name, shape] = [outputs[0]!, shapeOf(inputs[0]!)];
      const scale = shape.length > 1 ? Math.sqrt(2 / sizeOf(shape.slice(1))) : 0;
      const draw = (at: number) => norms.get(name) ?? scale * NORMALS[(at + 31 * which) % NORMALS.length]!;
      return float32(
        name,
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, at) => draw(at)),
      );
    });
  return {
    ...graph,
    nodes: graph.nodes.filter(({ op }) => op !== 'ConstantOfShape'),
    initializers: [...graph.initializers, ...drawn],
  };
}

for (const { file, input, row, answer, at, layers, classes, rows, epochs, told = {} } of wholes)
  test(`${file}: cut, differentiated, and trained until the loss is less than half`, async () => {
    const { graph, opsets } = decodeModel(readFileSync(join(MODELS, `${file}.onnx`)));
    const upgraded = withWeights(upgrade(graph, opsets['']!));
    const model: CutModel = {
      ...{
        graph: upgraded,
        rows: { [input]: row },
        output: logitsOf(upgraded, answer, 'probabilities'),
        hash: file,
        told,
      },
    };
    const candidate = candidatesOf(model).find(({ value }) => value === at)!;
    assert.equal(candidate.layers, layers);
    const slice = makeModelSlice(model, candidate, { task: 'classification', outputs: classes });
    const [random, used] = [randomSequence(2), Math.min(classes, 4)];
    const labels = Float64Array.from({ length: rows }, (_, each) => each % used);
    // What lies before the cut gives each class a pattern of its own.
    const features = Float32Array.from({ length: rows * slice.width }, (_, cell) => {
      const [label, place] = [labels[Math.floor(cell / slice.width)]!, cell % slice.width];
      return Math.max(0, (hash32(label, place) % 3) - 1 + random.normal() / 4);
    });
    const set = {
      features,
      width: slice.width,
      labels,
      rowKeys: Uint32Array.from({ length: rows }, (_, each) => each),
    };
    const inside = new Uint8Array(2 * rows).fill(1);
    const loss = async (count: number) => {
      const recipe = {
        optimizer: 'adamw' as const,
        rate: layers > 1 ? 0.001 : 0.05,
        decay: 0,
        batch: 4,
        epochs: count,
      };
      const order = { name: 'base' as const, models: 2, inside, seed: 4 };
      const { phi } = await trainEnsemble({ set, slice, recipe, order, runtime });
      return phi.reduce((sum, value) => sum + Math.log1p(Math.exp(-value)), 0) / phi.length;
    };
    const [before, after] = [await loss(1), await loss(epochs)];
    assert.ok(after < before / 2, `${before} to ${after}`);
  });

const weight = (name: string, ...shape: number[]) =>
  float32(
    name,
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at + 1)),
  );

/** A model of one odd node between the rows and a last bias. */
function around(
  odd: Partial<Node>,
  { row, more = [], scale = [1] }: { row: Shape; more?: readonly Tensor[]; scale?: Shape },
): CutModel {
  const plain = { domain: '', attributes: {} } as const;
  const nodes: Node[] = [
    { ...plain, op: 'Mul', inputs: ['x', 'scale'], outputs: ['scaled'] },
    { ...plain, name: 'the odd one', op: '', inputs: ['scaled'], outputs: ['made'], ...odd },
    { ...plain, op: 'Relu', inputs: ['made'], outputs: ['y'] },
  ];
  const graph: Graph = {
    ...{ name: 'odd', nodes, initializers: [weight('scale', ...scale), ...more] },
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', ...row] }],
    outputs: [{ name: 'y', type: 'float32', shape: [] }],
  };
  return { graph, rows: { x: row }, output: 'y', hash: '' };
}

const lstm = [weight('w', 1, 16, 3), weight('r', 1, 16, 4), weight('b', 1, 32), weight('p', 1, 12)];
const refused: Readonly<Record<string, readonly [model: CutModel, message: RegExp]>> = {
  'an operator that has no gradient': [
    around({ op: 'ArgMax', attributes: { axis: 1 } }, { row: [3] }),
    /its ArgMax "the odd one": behind it lie no weights/,
  ],
  "another library's operator": [
    around({ op: 'FusedConv', domain: 'com.microsoft' }, { row: [3] }),
    /its FusedConv "the odd one": .*no operator of the domain "com\.microsoft"/,
  ],
  'padding by reflection': [
    around(
      { op: 'Pad', inputs: ['scaled', 'pads'], attributes: { mode: 'reflect' } },
      { row: [3], more: [int64('pads', [4], [0, 1, 0, 1])] },
    ),
    /its Pad "the odd one": no gradient passes through padding by reflected/,
  ],
  'an LSTM with peepholes': [
    around(
      { op: 'LSTM', inputs: ['scaled', 'w', 'r', 'b', '', '', '', 'p'], attributes: { hidden_size: 4 } },
      { row: [2, 3], more: lstm },
    ),
    /its LSTM has peepholes/,
  ],
  'shapes that do not go together': [
    around({ op: 'MatMul', inputs: ['scaled', 'w'] }, { row: [3], more: [weight('w', 4, 2)] }),
    /its MatMul "the odd one": MatMul of \[7,3\] and \[4,2\]/,
  ],
  'nothing to train': [around({ op: 'Neg' }, { row: [3], scale: [] }), /no float32 weights behind/],
};

for (const [what, [model, message]] of Object.entries(refused))
  test(`${what}: refused, with operator, node and reason`, () => {
    const refusal = () => {
      if (candidatesOf(model).length > 0) return;
      throw whyUncut(model);
    };
    assert.throws(refusal, (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.notEqual(error.hint, '');
      return true;
    });
  });

test('a form that passes no gradient on ends the slices before it, not the model', () => {
  const odd = around({ op: 'Cast', attributes: { to: 11 } }, { row: [3] });
  const plain = { domain: '', attributes: {} } as const;
  const nodes: Node[] = [
    ...odd.graph.nodes.slice(0, 2),
    { ...plain, op: 'Cast', inputs: ['made'], outputs: ['back'], attributes: { to: 1 } },
    { ...plain, op: 'MatMul', inputs: ['back', 'head'], outputs: ['y'] },
  ];
  const graph = { ...odd.graph, nodes, initializers: [...odd.graph.initializers, weight('head', 3, 2)] };
  assert.deepEqual(
    candidatesOf({ ...odd, graph }).map(({ value }) => value),
    ['back', 'made', 'scaled'],
  );
});

test('what cannot be written out is no reason to refuse what lies behind it', () => {
  const odd = around(
    { op: 'LSTM', inputs: ['scaled', 'w', 'r', 'b', '', '', '', 'p'], attributes: { hidden_size: 4 } },
    { row: [2, 3], more: lstm },
  );
  const head: Node = { op: 'MatMul', domain: '', inputs: ['made', 'head'], outputs: ['y'], attributes: {} };
  const graph = {
    ...odd.graph,
    nodes: [...odd.graph.nodes.slice(0, 2), head],
    initializers: [...odd.graph.initializers, weight('head', 4, 2)],
  };
  const told = { made: [PROBE, 1, 2, 4] };
  assert.deepEqual(
    candidatesOf({ ...odd, graph, told }).map(({ value }) => value),
    ['made'],
  );
});
