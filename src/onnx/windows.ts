import type { Shape } from '../tensor/shape.ts';
import { intOf, intsIn } from './attributes.ts';
import { refusedModel } from './refuse.ts';
import type { Known, ShapeRule } from './shape-rule.ts';

/** How windows lie over the spatial axes of an input, an entry per axis. */
export interface Windows {
  readonly size: Shape;
  readonly output: Shape;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Rows of padding before and behind. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** Elements along one side of a window, or steps or padding: far beyond any that is meant. */
const WIDEST = 2 ** 16;

const ones = (count: number) => Array<number>(count).fill(1);

/** Elements that a dilated window spans. */
export const spanOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** What a convolution or a pool says of its windows, but for the padding. */
function stated({ node, shapes }: Known) {
  const size = shapes[0]!.slice(2);
  const kernel = intsIn(node, 'kernel_shape') ?? shapes[1]!.slice(2);
  const strides = intsIn(node, 'strides') ?? ones(size.length);
  const dilations = intsIn(node, 'dilations') ?? ones(size.length);
  const auto = String(node.attributes.auto_pad ?? 'NOTSET');
  const pads = intsIn(node, 'pads') ?? Array<number>(2 * size.length).fill(0);
  const isList = (list: readonly number[], length: number, least: number) =>
    list.length === length && list.every((each) => Number.isInteger(each) && each >= least && each <= WIDEST);
  if (![kernel, strides, dilations].every((list) => isList(list, size.length, 1)) || !isList(pads, 2 * size.length, 0))
    throw new Error(`windows of [${kernel}] by [${strides}], ${dilations} apart, padded by [${pads}], over [${size}]`);
  return { size, kernel, strides, dilations, auto, pads };
}

/** The larger half of odd padding lies behind for SAME_UPPER, before for SAME_LOWER. */
const halves = (total: number, auto: string): readonly [begin: number, end: number] =>
  auto === 'SAME_LOWER' ? [Math.ceil(total / 2), Math.floor(total / 2)] : [Math.floor(total / 2), Math.ceil(total / 2)];

/** The windows of Conv, MaxPool and AveragePool. */
export function windowsOf(known: Known): Windows {
  const { size, kernel, strides, dilations, auto, pads } = stated(known);
  const axes = size.map((length, axis) => {
    const [stride, span] = [strides[axis]!, spanOf(kernel[axis]!, dilations[axis]!)];
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      const output = Math.ceil(length / stride);
      const [begin, end] = halves(Math.max(0, (output - 1) * stride + span - length), auto);
      return { begin, end, output };
    }
    const [begin, end] = auto === 'VALID' ? [0, 0] : [pads[axis]!, pads[size.length + axis]!];
    const steps = (length + begin + end - span) / stride;
    if (intOf(known.node, 'ceil_mode', 0) === 0) return { begin, end, output: Math.floor(steps) + 1 };
    const output = Math.ceil(steps) + 1;
    // A window that would begin in the padding behind is left out.
    return { begin, end, output: (output - 1) * stride >= length + begin ? output - 1 : output };
  });
  return {
    ...{ size, kernel, strides, dilations },
    begin: axes.map(({ begin }) => begin),
    end: axes.map(({ end }) => end),
    output: axes.map(({ output }) => output),
  };
}

/** The windows of ConvTranspose: they lie over its output, so `size` is the output's and `output` the input's. */
export function transposedWindowsOf(known: Known): Windows {
  const { size, kernel, strides, dilations, auto, pads } = stated(known);
  const more = intsIn(known.node, 'output_padding') ?? size.map(() => 0);
  const target = intsIn(known.node, 'output_shape')?.slice(-size.length);
  const axes = size.map((length, axis) => {
    const [stride, span] = [strides[axis]!, spanOf(kernel[axis]!, dilations[axis]!)];
    const whole = stride * (length - 1) + more[axis]! + span;
    const isSame = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
    if (target || isSame) {
      const wanted = target?.[axis] ?? length * stride;
      if (wanted > whole)
        throw refusedModel('a ConvTranspose asks for more than its windows reach', 'Cut the model behind it.');
      // Here the larger half lies before, unless SAME_UPPER is said.
      const [begin, end] = halves(whole - wanted, auto === 'SAME_UPPER' ? auto : 'SAME_LOWER');
      return { begin, end, size: wanted };
    }
    const [begin, end] = auto === 'VALID' ? [0, 0] : [pads[axis]!, pads[size.length + axis]!];
    return { begin, end, size: whole - begin - end };
  });
  return {
    ...{ output: size, kernel, strides, dilations },
    begin: axes.map(({ begin }) => begin),
    end: axes.map(({ end }) => end),
    size: axes.map(({ size }) => size),
  };
}

export const convShape: ShapeRule = (known) => {
  const [x, w] = known.shapes as [Shape, Shape];
  const group = intOf(known.node, 'group', 1);
  if (w.length !== x.length || x[1] !== w[1]! * group || w[0]! % group !== 0)
    throw new Error(`Conv of [${x}] and [${w}] in ${group} groups`);
  return [x[0]!, w[0]!, ...windowsOf(known).output];
};

export const convTransposeShape: ShapeRule = (known) => {
  const [x, w] = known.shapes as [Shape, Shape];
  const group = intOf(known.node, 'group', 1);
  if (w.length !== x.length || x[1] !== w[0] || x[1]! % group !== 0)
    throw new Error(`ConvTranspose of [${x}] and [${w}] in ${group} groups`);
  return [x[0]!, w[1]! * group, ...transposedWindowsOf(known).size];
};

/** Values, and their places where they are asked for. */
export const poolShape: ShapeRule = (known) => {
  const shape = [...known.shapes[0]!.slice(0, 2), ...windowsOf(known).output];
  return known.node.outputs.map(() => shape);
};

export const globalPoolShape: ShapeRule = ({ shapes }) => shapes[0]!.map((size, axis) => (axis < 2 ? size : 1));
