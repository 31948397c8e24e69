import { reducedAxes } from '../onnx/shape-rule.ts';
import { sizeOf } from '../tensor/shape.ts';
import { positive, toFloat, within } from './local.ts';
import type { Backprop, Formula, Rule, Sample } from './rule.ts';

const SAMPLES: readonly Sample[] = [
  { shapes: [[2, 3], [1]], ints: { 1: [1] }, attributes: { keepdims: 1 } },
  { shapes: [[2, 3], [1]], ints: { 1: [0] }, attributes: { keepdims: 0 } },
  { shapes: [[4, 2, 3], [2]], ints: { 1: [-1, 1] }, attributes: { keepdims: 1 } },
  { shapes: [[4, 2, 3]], attributes: { keepdims: 1 } },
];

/** A value of the output's shape with the reduced axes put back as axes of one. */
function kept(at: Backprop, name: string): string {
  if (at.attributes.keepdims !== 0) return name;
  const shape = at.shape(at.inputs[0]!);
  const axes = reducedAxes(at.known);
  const ones = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return at.build.add('Reshape', [name, at.build.ints(ones)]);
}

/** The gradient copied back along the reduced axes. */
function unreduced(at: Backprop): string {
  return at.build.add('Expand', [kept(at, at.gradient), at.build.ints(at.shape(at.inputs[0]!))]);
}

const mean: Formula = (at) => {
  const share = sizeOf(at.shape(at.output)) / sizeOf(at.shape(at.inputs[0]!));
  return at.build.add('Mul', [unreduced(at), at.build.scalar(share)]);
};

/** The gradient times a slope of the input's shape. */
const sloped =
  (slope: (at: Backprop, x: string, y: () => string) => string): Formula =>
  (at) => {
    const x = at.inputs[0]!;
    return at.build.add('Mul', [kept(at, at.gradient), slope(at, x, () => kept(at, at.output))]);
  };

/** Elements that tie for the extremum share its gradient. */
const extremum: Formula = sloped((at, x, y) => {
  const own = toFloat(at, at.build.add('Equal', [x, y()]));
  const attributes = { ...at.attributes, keepdims: 1 };
  const ties = at.build.add('ReduceSum', [own, ...at.inputs.slice(1)], attributes);
  return at.build.add('Div', [own, ties]);
});

const reduction = (op: Rule['op'], keeps: Rule['keeps'], formula: Formula, samples = SAMPLES): Rule => ({
  ...{ op, opset: op === 'ReduceSum' ? [13, 26] : [18, 26], keeps },
  inputs: [formula, 'constant'],
  samples,
});

export const reductions = {
  ReduceSum: reduction('ReduceSum', [], unreduced),
  ReduceMean: reduction('ReduceMean', [], mean),
  ReduceMax: reduction('ReduceMax', ['inputs', 'output'], extremum),
  ReduceMin: reduction('ReduceMin', ['inputs', 'output'], extremum),
  ReduceProd: reduction(
    'ReduceProd',
    ['inputs', 'output'],
    sloped((at, x, y) => at.build.add('Div', [y(), x])),
    positive(SAMPLES),
  ),
  ReduceL1: reduction(
    'ReduceL1',
    ['inputs'],
    sloped((at, x) => at.build.add('Sign', [x])),
  ),
  ReduceL2: reduction(
    'ReduceL2',
    ['inputs', 'output'],
    sloped((at, x, y) => at.build.add('Div', [x, y()])),
  ),
  ReduceSumSquare: reduction(
    'ReduceSumSquare',
    ['inputs'],
    sloped((at, x) => at.build.add('Mul', [x, at.build.scalar(2)])),
  ),
  ReduceLogSum: reduction(
    'ReduceLogSum',
    ['output'],
    (at) => {
      const over = at.build.add('Mul', [at.gradient, at.build.add('Exp', [at.build.add('Neg', [at.output])])]);
      return at.build.add('Expand', [kept(at, over), at.build.ints(at.shape(at.inputs[0]!))]);
    },
    positive(SAMPLES),
  ),
  ReduceLogSumExp: reduction(
    'ReduceLogSumExp',
    ['inputs', 'output'],
    sloped((at, x, y) => at.build.add('Exp', [at.build.add('Sub', [x, y()])])),
  ),
  CumSum: {
    ...{ op: 'CumSum', opset: [14, 26], keeps: [] },
    inputs: [
      (at) => {
        const reverse = at.attributes.reverse === 1 ? 0 : 1;
        return at.build.add('CumSum', [at.gradient, at.inputs[1]!], { ...at.attributes, reverse });
      },
      'constant',
    ],
    samples: within(
      [
        { shapes: [[4], [1]], ints: { 1: [0] } },
        { shapes: [[2, 3], [1]], ints: { 1: [1] }, attributes: { exclusive: 1 } },
        { shapes: [[2, 3, 2], [1]], ints: { 1: [-2] }, attributes: { reverse: 1 } },
      ],
      [-1, 1],
    ),
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
