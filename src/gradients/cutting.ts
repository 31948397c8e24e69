import { intOf } from '../onnx/attributes.ts';
import { slicedAxes, splitSizes } from '../onnx/movement-shapes.ts';
import { axisOf } from '../onnx/shape-rule.ts';
import { inverse, row, shapes, toFront, zeros } from './row.ts';
import type { Formula, Rule } from './rule.ts';

const partOfConcat =
  (index: number): Formula =>
  (at) => {
    const axis = axisOf(intOf(at.known.node, 'axis', 0), at.shape(at.output).length);
    const sizes = at.inputs.map((input) => at.shape(input)[axis]!);
    const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    const bounds = [[start], [start + sizes[index]!], [axis]].map((each) => at.build.ints(each));
    return at.build.add('Slice', [at.gradient, ...bounds]);
  };

const joined: Formula = (at) => {
  const parts = splitSizes(at.known).map((_, index) => at.gradientOf(index));
  return at.build.add('Concat', parts, { axis: intOf(at.known.node, 'axis', 0) });
};

/** The gradient of a Slice: zeros where nothing was taken. Steps other than 1 are put back axis by axis. */
const uncut: Formula = (at) => {
  const full = at.shape(at.inputs[0]!);
  const shape = [...at.shape(at.output)];
  let gradient = at.gradient;
  for (const { axis, start, step, count } of slicedAxes(at.known)) {
    const size = full[axis]!;
    if (step === 1) {
      const pads = [
        ...shape.map((_, each) => (each === axis ? start : 0)),
        ...shape.map((_, each) => (each === axis ? size - start - count : 0)),
      ];
      gradient = at.build.add('Pad', [gradient, at.build.ints(pads)]);
    } else {
      const places = Array.from({ length: count }, (_, index) => start + index * step);
      const front = toFront(axis, shape.length);
      const moved = at.build.add('Transpose', [gradient], { perm: front });
      const target = front.map((each) => (each === axis ? size : shape[each]!));
      const indices = at.build.add('Unsqueeze', [at.build.ints(places), at.build.ints([1])]);
      const put = at.build.add('ScatterND', [zeros(at, target), indices, moved]);
      gradient = at.build.add('Transpose', [put], { perm: inverse(front) });
    }
    shape[axis] = size;
  }
  return gradient;
};

/** Padding that is taken off again: negative padding. */
const unpadded: Formula = (at) => {
  const pads = at.build.ints(at.known.ints(1).map((pad) => -pad || 0));
  return at.build.add('Pad', [at.gradient, pads, ...(at.inputs[3] ? ['', at.inputs[3]] : [])]);
};

export const cutting = {
  Concat: row('Concat', 13, { each: partOfConcat }, [
    {
      shapes: shapes('2x3', '2x1', '2x2'),
      attributes: { axis: 1 },
    },
    {
      shapes: shapes('2x3', '1x3'),
      attributes: { axis: 0 },
    },
    {
      shapes: shapes('2x2x3', '2x2x1'),
      attributes: { axis: -1 },
    },
  ]),
  Split: row(
    'Split',
    18,
    [joined, 'constant'],
    [
      { shapes: shapes('2x5', '2'), ints: { 1: [2, 3] }, attributes: { axis: 1 }, outputs: 2 },
      { shapes: shapes('5x2'), attributes: { axis: 0, num_outputs: 3 }, outputs: 3 },
      { shapes: shapes('2x2x4'), attributes: { axis: -1, num_outputs: 2 }, outputs: 2 },
    ],
  ),
  Slice: row(
    'Slice',
    13,
    [uncut, 'constant', 'constant', 'constant', 'constant'],
    [
      { shapes: shapes('4x5', '1', '1', '1'), ints: { 1: [1], 2: [-1], 3: [1] } },
      { shapes: shapes('4x5', '2', '2'), ints: { 1: [0, -3], 2: [2, 2 ** 40] } },
      { shapes: shapes('5x4', '2', '2', '2', '2'), ints: { 1: [4, 0], 2: [-(2 ** 40), 4], 3: [0, -1], 4: [-2, 3] } },
    ],
  ),
  Pad: {
    ...row(
      'Pad',
      18,
      [unpadded, 'constant', 'constant', 'constant'],
      [
        { shapes: shapes('2x3', '4'), ints: { 1: [0, 1, 1, 2] } },
        { shapes: shapes('3x3', '4'), ints: { 1: [-1, 1, 0, -1] } },
        { shapes: shapes('2x2x3', '6'), ints: { 1: [1, 0, 2, 0, 1, 0] }, attributes: { mode: 'constant' } },
      ],
    ),
    limit: {
      reason: 'padding by reflected, repeated or wrapped values, which stand in several places',
      applies: ({ attributes }) => (attributes.mode ?? 'constant') !== 'constant',
    },
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
