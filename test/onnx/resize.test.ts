import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldConstants } from '../../src/onnx/fold.ts';
import { type Attribute, float32, type Graph, int64, type Tensor } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import { isSliceOp } from '../../src/onnx/schema.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { runGraph } from './run-graph.ts';

interface Case {
  readonly shape: Shape;
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

function resize({ shape, scales, sizes, attributes = {} }: Case): Graph {
  const initializers: Tensor[] = [
    ...(scales ? [float32('scales', [scales.length], scales)] : []),
    ...(sizes ? [int64('sizes', [sizes.length], sizes)] : []),
  ];
  const inputs = ['x', '', scales ? 'scales' : '', ...(sizes ? ['sizes'] : [])];
  return {
    ...{ name: 'g', initializers, inputs: [{ name: 'x', type: 'float32', shape }] },
    nodes: [{ op: 'Resize', domain: '', inputs, outputs: ['y'], attributes }],
    outputs: [{ name: 'y', type: 'float32', shape: shape.map((_, axis) => `y${axis}`) }],
  };
}

async function run(graph: Graph, shape: Shape): Promise<number[]> {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at * 1.7) * 4);
  const { y } = await runGraph(graph, { x: { type: 'float32', shape, data } });
  return Array.from(y as Float32Array);
}

const NOTHING = { inputs: {}, keep: new Set<string>() };
const places = ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel', 'half_pixel_symmetric'];
const linear: Case[] = places.flatMap((coordinate_transformation_mode) => [
  { shape: [1, 2, 3, 4], scales: [1, 1, 2, 1.5], attributes: { mode: 'linear', coordinate_transformation_mode } },
  { shape: [2, 1, 5, 6], sizes: [2, 1, 3, 4], attributes: { mode: 'linear', coordinate_transformation_mode } },
]);
const nearest: Case[] = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((nearest_mode) =>
  places.map((coordinate_transformation_mode) => ({
    ...{ shape: [1, 2, 4], scales: [1, 1, 2] },
    attributes: { mode: 'nearest', nearest_mode, coordinate_transformation_mode },
  })),
);

test('a resize written out gives what the runtime gives, as products of matrices', async () => {
  const more: Case[] = [
    { shape: [1, 1, 3, 3], sizes: [5, 2], attributes: { mode: 'linear', axes: [-2, 3] } },
    { shape: [1, 1, 3], scales: [1, 1, 1] },
    { shape: [2, 3, 2, 2, 2], scales: [1, 1, 1, 2, 1] },
  ];
  for (const each of [...linear, ...nearest, ...more]) {
    const whole = resize(each);
    const graph = foldConstants(whole, NOTHING);
    assert.ok(graph.nodes.every(({ op }) => isSliceOp(op)));
    const [expected, found] = [await run(whole, each.shape), await run(graph, each.shape)];
    assert.equal(sizeOf(inferShapes(graph).get('y')!), expected.length);
    assert.equal(found.length, expected.length, JSON.stringify(each));
    for (const [at, value] of found.entries())
      assert.ok(Math.abs(value - expected[at]!) < 1e-4, `${JSON.stringify(each)} at ${at}: ${value}, ${expected[at]}`);
  }
});

test('what is not linear in the input, or not fixed, is refused by name', () => {
  const refused = (attributes: Record<string, Attribute>, message: RegExp) =>
    assert.throws(() => foldConstants(resize({ shape: [1, 1, 4], scales: [1, 1, 2], attributes }), NOTHING), message);
  refused({ mode: 'cubic' }, /Resize is cubic/);
  refused({ mode: 'linear', antialias: 1 }, /antialias/);
  refused({ coordinate_transformation_mode: 'tf_crop_and_resize' }, /by tf_crop_and_resize/);
  refused({ keep_aspect_ratio_policy: 'not_larger' }, /aspect ratio/);
  refused({ nearest_mode: 'sideways' }, /rounds by sideways/);
  const huge = resize({ shape: [1, 1, 4], scales: [1, 1, 1e9] });
  assert.throws(() => foldConstants(huge, NOTHING), /makes 4000000000 elements of 4/);
});
