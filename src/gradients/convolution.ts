import { intOf } from '../onnx/attributes.ts';
import { transposedWindowsOf, windowsOf } from '../onnx/windows.ts';
import { convolving, inputGradient, kernelGradient } from './conv-gradients.ts';
import { row, shapes } from './row.ts';
import type { Backprop, Formula, Rule } from './rule.ts';

const groupOf = (at: Backprop): number => intOf(at.known.node, 'group', 1);

/** One value a channel: the gradient over batch and places. */
const bias: Formula = (at) => {
  const axes = at.shape(at.output).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return at.build.add('ReduceSum', [at.gradient, at.build.ints(axes)], { keepdims: 0 });
};

const conv = row(
  'Conv',
  11,
  [
    (at) => {
      const w = at.shape(at.inputs[1]!);
      const group = groupOf(at);
      return inputGradient(at.build, {
        ...{ gradient: at.gradient, kernels: at.inputs[1]!, group, windows: windowsOf(at.known) },
        channels: [w[1]!, w[0]! / group],
      });
    },
    (at) => {
      const [x, w] = [at.shape(at.inputs[0]!), at.shape(at.inputs[1]!)];
      const group = groupOf(at);
      return kernelGradient(at.build, {
        ...{ wide: at.inputs[0]!, narrow: at.gradient, batch: x[0]!, group, windows: windowsOf(at.known) },
        channels: [w[1]!, w[0]! / group],
      });
    },
    bias,
  ],
  [
    { shapes: shapes('2x3x5', '4x3x3', '4'), attributes: { pads: [1, 1] } },
    { shapes: shapes('2x2x7', '2x1x3'), attributes: { group: 2, strides: [2], pads: [1, 0] } },
    { shapes: shapes('1x2x8', '4x1x2', '4'), attributes: { group: 2, dilations: [3], strides: [2] } },
    { shapes: shapes('2x2x4x5', '3x2x3x2', '3'), attributes: { strides: [2, 1], pads: [1, 0, 1, 1] } },
    { shapes: shapes('1x2x5x4', '2x2x2x3'), attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } },
    { shapes: shapes('1x1x4x4', '2x1x2x3', '2'), attributes: { auto_pad: 'SAME_LOWER' } },
    { shapes: shapes('1x1x3x3x3', '1x1x2x2x2'), attributes: { auto_pad: 'VALID' } },
    { shapes: shapes('2x2x3', '2x1x2'), attributes: { group: 2, pads: [2, 0] } },
    { shapes: shapes('1x2x40', '2x1x33'), attributes: { group: 2, strides: [3] } },
  ],
  ['inputs'],
);

const convTranspose = row(
  'ConvTranspose',
  11,
  [
    (at) => {
      const windows = transposedWindowsOf(at.known);
      return at.build.add('Conv', [at.gradient, at.inputs[1]!], convolving(windows, groupOf(at)));
    },
    (at) => {
      const [x, w] = [at.shape(at.inputs[0]!), at.shape(at.inputs[1]!)];
      const group = groupOf(at);
      return kernelGradient(at.build, {
        ...{ wide: at.gradient, narrow: at.inputs[0]!, batch: x[0]!, group, windows: transposedWindowsOf(at.known) },
        channels: [w[1]!, w[0]! / group],
      });
    },
    bias,
  ],
  [
    { shapes: shapes('2x3x4', '3x2x3', '2'), attributes: { pads: [1, 1] } },
    { shapes: shapes('1x2x3', '2x2x3', '4'), attributes: { group: 2, strides: [2], output_padding: [1] } },
    { shapes: shapes('1x2x3x2', '2x1x2x3'), attributes: { strides: [2, 3], dilations: [2, 1], pads: [1, 0, 0, 1] } },
    { shapes: shapes('1x1x3x3', '1x2x3x3'), attributes: { strides: [2, 2], output_shape: [6, 5] } },
  ],
  ['inputs'],
);

export const convolution = { Conv: conv, ConvTranspose: convTranspose } as const satisfies Partial<
  Record<Rule['op'], Rule>
>;
