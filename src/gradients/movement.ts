import { intOf } from '../onnx/attributes.ts';
import { permOf } from '../onnx/movement-shapes.ts';
import { fixed, inverse, row, shapes } from './row.ts';
import { type Formula, type Rule, sumTo } from './rule.ts';

/** The gradient with the input's shape: what moved nothing, but was cut into axes otherwise. */
const reshapedBack: Formula = (at) => at.build.add('Reshape', [at.gradient, at.build.ints(at.shape(at.inputs[0]!))]);

const transposedBack: Formula = (at) => at.build.add('Transpose', [at.gradient], { perm: inverse(permOf(at.known)) });

/** Sums over the copies: [d0, d1] tiled by [r0, r1] is [r0, d0, r1, d1]. */
const untiled: Formula = (at) => {
  const shape = at.shape(at.inputs[0]!);
  const parts = shape.flatMap((size, axis) => [at.known.ints(1)[axis]!, size]);
  const cut = at.build.add('Reshape', [at.gradient, at.build.ints(parts)]);
  return at.build.add('ReduceSum', [cut, at.build.ints(shape.map((_, axis) => 2 * axis))], { keepdims: 0 });
};

const undepth: Formula = (at) => {
  const blocksize = intOf(at.known.node, 'blocksize', 1);
  if (at.attributes.mode !== 'CRD') return at.build.add('SpaceToDepth', [at.gradient], { blocksize });
  const [batch, channels, height, width] = at.shape(at.inputs[0]!) as [number, number, number, number];
  const few = channels / blocksize ** 2;
  const cut = at.build.add('Reshape', [at.gradient, at.build.ints([batch, few, height, blocksize, width, blocksize])]);
  const moved = at.build.add('Transpose', [cut], { perm: [0, 1, 3, 5, 2, 4] });
  return at.build.add('Reshape', [moved, at.build.ints([batch, channels, height, width])]);
};

export const movement = {
  Transpose: row(
    'Transpose',
    1,
    [transposedBack],
    [
      { shapes: shapes('2x3'), attributes: { perm: [1, 0] } },
      { shapes: shapes('2x3x4'), attributes: { perm: [1, 2, 0] } },
      { shapes: shapes('2x3x4') },
    ],
  ),
  Reshape: row(
    'Reshape',
    13,
    [reshapedBack, 'constant'],
    [
      { shapes: shapes('2x6', '2'), ints: { 1: [3, 4] } },
      { shapes: shapes('2x3x4', '2'), ints: { 1: [-1, 4] } },
      { shapes: shapes('2x3x4', '3'), ints: { 1: [0, 2, 6] } },
    ],
  ),
  Flatten: row(
    'Flatten',
    13,
    [reshapedBack],
    [
      { shapes: shapes('2x3x2') },
      { shapes: shapes('2x3x2'), attributes: { axis: -1 } },
      { shapes: shapes('2x3'), attributes: { axis: 0 } },
    ],
  ),
  Squeeze: row(
    'Squeeze',
    13,
    [reshapedBack, 'constant'],
    [
      { shapes: shapes('1x3x1', '1'), ints: { 1: [0] } },
      { shapes: shapes('2x1x1', '2'), ints: { 1: [-1, 1] } },
      { shapes: shapes('1x3x1x2') },
    ],
  ),
  Unsqueeze: row(
    'Unsqueeze',
    13,
    [reshapedBack, 'constant'],
    [
      { shapes: shapes('3', '1'), ints: { 1: [0] } },
      { shapes: shapes('2x3', '2'), ints: { 1: [1, -1] } },
      { shapes: shapes('2', '1'), ints: { 1: [-1] } },
    ],
  ),
  Expand: row(
    'Expand',
    13,
    [(at) => sumTo(at.build, at.gradient, at.shape(at.output), at.shape(at.inputs[0]!)), 'constant'],
    [
      { shapes: shapes('2x1', '2'), ints: { 1: [2, 3] } },
      { shapes: shapes('3', '2'), ints: { 1: [4, 1] } },
      { shapes: shapes('2x1x3', '3'), ints: { 1: [2, 2, 1] } },
    ],
  ),
  Tile: row(
    'Tile',
    13,
    [untiled, 'constant'],
    [
      { shapes: shapes('2', '1'), ints: { 1: [3] } },
      { shapes: shapes('2x3', '2'), ints: { 1: [1, 2] } },
      { shapes: shapes('2x1x2', '3'), ints: { 1: [2, 3, 1] } },
    ],
  ),
  DepthToSpace: row(
    'DepthToSpace',
    13,
    [undepth],
    [
      { shapes: shapes('1x4x1x2'), attributes: { blocksize: 2 } },
      { shapes: shapes('2x8x2x1'), attributes: { blocksize: 2, mode: 'CRD' } },
      { shapes: shapes('1x9x1x1'), attributes: { blocksize: 3, mode: 'DCR' } },
    ],
  ),
  SpaceToDepth: row(
    'SpaceToDepth',
    13,
    [(at) => at.build.add('DepthToSpace', [at.gradient], { blocksize: intOf(at.known.node, 'blocksize', 1) })],
    [
      { shapes: shapes('1x1x2x4'), attributes: { blocksize: 2 } },
      { shapes: shapes('2x3x2x2'), attributes: { blocksize: 2 } },
      { shapes: shapes('1x1x3x3'), attributes: { blocksize: 3 } },
    ],
  ),
  Trilu: row(
    'Trilu',
    14,
    [(at) => at.build.add('Trilu', [at.gradient, ...at.inputs.slice(1)], at.attributes), 'constant'],
    [
      { shapes: shapes('3x3') },
      { shapes: shapes('2x3x3'), attributes: { upper: 0 } },
      { shapes: shapes('3x4', ''), fixed: { 1: fixed(1) } },
    ],
    ['inputs'],
  ),
  ReverseSequence: row(
    'ReverseSequence',
    10,
    [(at) => at.build.add('ReverseSequence', [at.gradient, at.inputs[1]!], at.attributes), 'constant'],
    [
      { shapes: shapes('4x2', '2'), ints: { 1: [3, 2] } },
      { shapes: shapes('2x3x2', '2'), ints: { 1: [1, 3] }, attributes: { batch_axis: 0, time_axis: 1 } },
      { shapes: shapes('3x1', '1'), ints: { 1: [3] } },
    ],
  ),
  Dropout: row(
    'Dropout',
    13,
    [(at) => at.gradient, 'constant', 'constant'],
    [{ shapes: shapes('4') }, { shapes: shapes('2x3') }, { shapes: shapes('2x3x2') }],
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
