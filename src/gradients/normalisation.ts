import { floatOf, intOf } from '../onnx/attributes.ts';
import { axisOf } from '../onnx/shape-rule.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { floats, row, shapes } from './row.ts';
import { type Backprop, type Formula, type Rule, sumTo } from './rule.ts';

/** How an operator normalises: over which axes of its input cut into which shape, and how scale and bias lie over it. */
interface Norm {
  /** The input is cut into this shape first; its own, mostly. */
  readonly cut: Shape;
  readonly axes: readonly number[];
  /** Scale and bias as they broadcast against the input. */
  readonly parameter: Shape;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
/** One value a channel, axis 1. */
const perChannel = (shape: Shape): Shape => shape.slice(1).map((size, index) => (index === 0 ? size : 1));

const layer = (at: Backprop): Norm => {
  const shape = at.shape(at.inputs[0]!);
  const axis = axisOf(intOf(at.known.node, 'axis', -1), shape.length);
  return { cut: shape, axes: range(axis, shape.length), parameter: at.shape(at.inputs[1]!) };
};
const instance = (at: Backprop): Norm => {
  const shape = at.shape(at.inputs[0]!);
  return { cut: shape, axes: range(2, shape.length), parameter: perChannel(shape) };
};
const group = (at: Backprop): Norm => {
  const shape = at.shape(at.inputs[0]!);
  const groups = intOf(at.known.node, 'num_groups', 1);
  const size = sizeOf(shape.slice(1)) / groups;
  return { cut: [shape[0]!, groups, size], axes: [2], parameter: perChannel(shape) };
};

const reshape = (at: Backprop, name: string, shape: Shape) => at.build.add('Reshape', [name, at.build.ints(shape)]);
const mean = (at: Backprop, name: string, axes: readonly number[]) =>
  at.build.add('ReduceMean', [name, at.build.ints(axes)], { keepdims: 1 });

/** The input, cut, less its mean, over its standard deviation; and one over that deviation. */
function standardised(at: Backprop, { cut, axes }: Norm): { readonly hat: string; readonly inverse: string } {
  const { build } = at;
  const x = reshape(at, at.inputs[0]!, cut);
  const centred = build.add('Sub', [x, mean(at, x, axes)]);
  const variance = mean(at, build.add('Mul', [centred, centred]), axes);
  const epsilon = build.scalar(floatOf(at.known.node, 'epsilon', 1e-5));
  const inverse = build.add('Reciprocal', [build.add('Sqrt', [build.add('Add', [variance, epsilon])])]);
  return { hat: build.add('Mul', [centred, inverse]), inverse };
}

/** g less its mean and less what of it goes along the normalised input, over the deviation (Ba et al. 2016, arXiv 1607.06450). */
const input =
  (norm: (at: Backprop) => Norm): Formula =>
  (at) => {
    const { build } = at;
    const own = norm(at);
    const { hat, inverse } = standardised(at, own);
    const scaled = build.add('Mul', [at.gradient, reshape(at, at.inputs[1]!, own.parameter)]);
    const g = reshape(at, scaled, own.cut);
    const along = build.add('Mul', [hat, mean(at, build.add('Mul', [g, hat]), own.axes)]);
    const rest = build.add('Sub', [build.add('Sub', [g, mean(at, g, own.axes)]), along]);
    return reshape(at, build.add('Mul', [rest, inverse]), at.shape(at.inputs[0]!));
  };

/** A gradient of the input's shape, summed to a parameter's. */
function toParameter(at: Backprop, gradient: string, parameter: Shape, which: number): string {
  return reshape(at, sumTo(at.build, gradient, at.shape(at.output), parameter), at.shape(at.inputs[which]!));
}

const scale =
  (norm: (at: Backprop) => Norm): Formula =>
  (at) => {
    const own = norm(at);
    const hat = reshape(at, standardised(at, own).hat, at.shape(at.inputs[0]!));
    return toParameter(at, at.build.add('Mul', [at.gradient, hat]), own.parameter, 1);
  };

const bias =
  (norm: (at: Backprop) => Norm): Formula =>
  (at) =>
    toParameter(at, at.gradient, norm(at).parameter, 2);

/** One over the running deviation, a value a channel. */
function running(at: Backprop): string {
  const { build } = at;
  const epsilon = build.scalar(floatOf(at.known.node, 'epsilon', 1e-5));
  return build.add('Reciprocal', [build.add('Sqrt', [build.add('Add', [at.inputs[4]!, epsilon])])]);
}
const channels = (at: Backprop, name: string) => reshape(at, name, perChannel(at.shape(at.inputs[0]!)));
const RUNNING = { refused: 'running mean and variance are measured, not trained' } as const;

const three = (norm: (at: Backprop) => Norm) => [input(norm), scale(norm), bias(norm)] as const;

export const normalisation = {
  LayerNormalization: row(
    'LayerNormalization',
    17,
    three(layer),
    [
      { shapes: shapes('2x4', '4', '4') },
      { shapes: shapes('2x3x2', '3x2', '3x2'), attributes: { axis: 1, epsilon: { float: 0.01 } } },
      { shapes: shapes('2x2x4', '4'), attributes: { axis: -1 } },
    ],
    ['inputs'],
  ),
  InstanceNormalization: row(
    'InstanceNormalization',
    6,
    three(instance),
    [
      { shapes: shapes('2x3x4', '3', '3') },
      { shapes: shapes('2x1x2x3', '1', '1'), attributes: { epsilon: { float: 0.01 } } },
      { shapes: shapes('1x2x2x2x2', '2', '2') },
    ],
    ['inputs'],
  ),
  GroupNormalization: row(
    'GroupNormalization',
    21,
    three(group),
    [
      { shapes: shapes('2x4x3', '4', '4'), attributes: { num_groups: 2 } },
      { shapes: shapes('1x3x2x2', '3', '3'), attributes: { num_groups: 1, epsilon: { float: 0.01 } } },
      { shapes: shapes('2x2x4', '2', '2'), attributes: { num_groups: 2 } },
    ],
    ['inputs'],
  ),
  /** As a model answers, with the running mean and variance. */
  BatchNormalization: row(
    'BatchNormalization',
    15,
    [
      (at) => {
        const slope = at.build.add('Mul', [at.inputs[1]!, running(at)]);
        return at.build.add('Mul', [at.gradient, channels(at, slope)]);
      },
      (at) => {
        const centred = at.build.add('Sub', [at.inputs[0]!, channels(at, at.inputs[3]!)]);
        const hat = at.build.add('Mul', [centred, channels(at, running(at))]);
        return toParameter(at, at.build.add('Mul', [at.gradient, hat]), perChannel(at.shape(at.output)), 1);
      },
      (at) => toParameter(at, at.gradient, perChannel(at.shape(at.output)), 2),
      RUNNING,
      RUNNING,
    ],
    [
      { shapes: shapes('3x2', '2', '2', '2', '2'), fixed: { 3: floats(0.5, -1), 4: floats(1, 0.3) } },
      {
        shapes: shapes('2x2x3', '2', '2', '2', '2'),
        attributes: { epsilon: { float: 0.1 } },
        fixed: { 3: floats(0, 2), 4: floats(0.5, 2) },
      },
      { shapes: shapes('1x1x2x3', '1', '1', '1', '1'), fixed: { 3: floats(-0.2), 4: floats(0.7) } },
    ],
    ['inputs'],
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
