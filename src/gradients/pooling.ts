import { intOf } from '../onnx/attributes.ts';
import { type Windows, windowsOf } from '../onnx/windows.ts';
import { sizeOf } from '../tensor/shape.ts';
import { transposing } from './conv-gradients.ts';
import { toFloat } from './local.ts';
import { row, shapes, zeros } from './row.ts';
import type { Formula, Rule, Sample } from './rule.ts';

/** The largest of each window is looked for again: its place is where the gradient goes. */
const maxPool: Formula = (at) => {
  const { build } = at;
  const shape = at.shape(at.inputs[0]!);
  const places = build.fresh('places');
  build.put({ ...at.known.node, attributes: at.attributes, outputs: [build.fresh('MaxPool'), places] });
  const all = build.ints([-1]);
  const flat = (name: string) => build.add('Reshape', [name, all]);
  const inputs = [zeros(at, [sizeOf(shape)]), flat(places), flat(at.gradient)];
  const summed = build.add('ScatterElements', inputs, { axis: 0, reduction: 'add' });
  return build.add('Reshape', [summed, build.ints(shape)]);
};

/** Elements under each window along one axis, padding among them where it counts. */
function counts(windows: Windows, axis: number, withPadding: boolean): number[] {
  const [first, last] = withPadding
    ? [-windows.begin[axis]!, windows.size[axis]! + windows.end[axis]!]
    : [0, windows.size[axis]!];
  return Array.from({ length: windows.output[axis]! }, (_, step) => {
    const start = step * windows.strides[axis]! - windows.begin[axis]!;
    const [kernel, dilation] = [windows.kernel[axis]!, windows.dilations[axis]!];
    const before = Math.max(0, Math.ceil((first - start) / dilation));
    return Math.min(kernel, Math.ceil((last - start) / dilation)) - before;
  });
}

const averagePool: Formula = (at) => {
  const { build } = at;
  const windows = windowsOf(at.known);
  const [batch, channels] = at.shape(at.inputs[0]!) as [number, number];
  const withPadding = intOf(at.known.node, 'count_include_pad', 0) === 1;
  const shares = windows.output.reduce((gradient, _, axis) => {
    const own = build.add('Reshape', [
      build.floats(counts(windows, axis, withPadding)),
      build.ints(windows.output.map((_, other) => (other === axis ? -1 : 1))),
    ]);
    return build.add('Div', [gradient, own]);
  }, at.gradient);
  // Channels join the batch: one kernel of ones for all.
  const rows = build.add('Reshape', [shares, build.ints([batch * channels, 1, ...windows.output])]);
  const kernel = build.add('Expand', [build.scalar(1), build.ints([1, 1, ...windows.kernel])]);
  const spread = build.add('ConvTranspose', [rows, kernel], transposing(windows, 1));
  return build.add('Reshape', [spread, build.ints([batch, channels, ...windows.size])]);
};

/** Values far apart: at a tie the largest would change places. */
const apart = (...samples: readonly Sample[]): readonly Sample[] =>
  samples.map((sample) => ({ ...sample, range: [-90, 90] as const }));

const GLOBAL: readonly Sample[] = [
  { shapes: shapes('2x3x4') },
  { shapes: shapes('2x2x3x2') },
  { shapes: shapes('1x2x2x2x2') },
];

export const pooling = {
  MaxPool: row(
    'MaxPool',
    12,
    [maxPool],
    apart(
      { shapes: shapes('2x2x6'), attributes: { kernel_shape: [2], strides: [2] } },
      { shapes: shapes('1x2x5x4'), attributes: { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] } },
      { shapes: shapes('1x1x5x5'), attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
      { shapes: shapes('1x1x6x6'), attributes: { kernel_shape: [2, 2], dilations: [2, 2], auto_pad: 'VALID' } },
    ),
    ['inputs'],
  ),
  AveragePool: row(
    'AveragePool',
    19,
    [averagePool],
    [
      { shapes: shapes('2x2x6'), attributes: { kernel_shape: [2], strides: [2] } },
      { shapes: shapes('1x2x5x4'), attributes: { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] } },
      { shapes: shapes('1x1x5x4'), attributes: { kernel_shape: [3, 2], pads: [1, 1, 1, 1], count_include_pad: 1 } },
      { shapes: shapes('1x1x5x5'), attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
      { shapes: shapes('1x1x6x6'), attributes: { kernel_shape: [2, 2], dilations: [2, 2] } },
      { shapes: shapes('1x1x5x4'), attributes: { kernel_shape: [2, 3], strides: [2, 1], auto_pad: 'SAME_LOWER' } },
    ],
  ),
  GlobalAveragePool: row(
    'GlobalAveragePool',
    1,
    [
      (at) => {
        const shape = at.shape(at.inputs[0]!);
        const share = at.build.scalar(1 / sizeOf(shape.slice(2)));
        return at.build.add('Expand', [at.build.add('Mul', [at.gradient, share]), at.build.ints(shape)]);
      },
    ],
    GLOBAL,
  ),
  GlobalMaxPool: row(
    'GlobalMaxPool',
    1,
    [
      (at) => {
        const { build } = at;
        const places = at
          .shape(at.output)
          .map((_, axis) => axis)
          .slice(2);
        const own = toFloat(at, build.add('Equal', [at.inputs[0]!, at.output]));
        const ties = build.add('ReduceSum', [own, build.ints(places)], { keepdims: 1 });
        return build.add('Mul', [build.add('Div', [own, ties]), at.gradient]);
      },
    ],
    GLOBAL,
    ['inputs', 'output'],
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
