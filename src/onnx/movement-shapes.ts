import { broadcast, type Shape, sizeOf } from '../tensor/shape.ts';
import { intOf, intsIn } from './attributes.ts';
import type { Node } from './graph.ts';
import { axisOf, type Known, type ShapeRule } from './shape-rule.ts';

/** One axis of a Slice: the first element, the step and how many; negative and overlong bounds as ONNX reads them. */
export interface SlicedAxis {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The axes that a Slice cuts. Its bounds must be constants. */
export function slicedAxes({ node, shapes, ints }: Known): SlicedAxis[] {
  const shape = shapes[0]!;
  const [starts, ends] = [ints(1), ints(2)];
  const axes = node.inputs[3] ? ints(3) : starts.map((_, index) => index);
  const steps = node.inputs[4] ? ints(4) : starts.map(() => 1);
  return axes.map((given, index) => {
    const axis = axisOf(given, shape.length);
    const size = shape[axis]!;
    const step = steps[index]!;
    const bound = (value: number) => {
      const counted = value < 0 ? value + size : value;
      return step > 0 ? Math.max(0, Math.min(size, counted)) : Math.max(-1, Math.min(size - 1, counted));
    };
    const [start, end] = [bound(starts[index]!), bound(ends[index]!)];
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** Sizes of a Split's parts along its axis. */
export function splitSizes({ node, shapes, ints }: Known): readonly number[] {
  if (node.inputs[1]) return ints(1);
  const size = shapes[0]![axisOf(intOf(node, 'axis', 0), shapes[0]!.length)]!;
  const parts = node.outputs.length;
  const part = Math.ceil(size / parts);
  return Array.from({ length: parts }, (_, index) => Math.max(0, Math.min(part, size - index * part)));
}

/** The permutation of a Transpose: reversed axes unless said. */
export function permOf({ node, shapes }: Known): readonly number[] {
  return intsIn(node, 'perm') ?? shapes[0]!.map((_, axis, { length }) => length - 1 - axis);
}

/** The axes that a Pad pads, in the order of its pads. */
export function paddedAxes({ node, shapes, ints }: Known): readonly number[] {
  const shape = shapes[0]!;
  return node.inputs[3] ? ints(3).map((axis) => axisOf(axis, shape.length)) : shape.map((_, axis) => axis);
}

const reshaped = ({ shapes, ints, node }: Known): Shape => {
  const isZeroCopied = intOf(node, 'allowzero', 0) === 0;
  const target = ints(1).map((size, axis) => (size === 0 && isZeroCopied ? shapes[0]![axis]! : size));
  const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = target.map((size) => (size === -1 ? sizeOf(shapes[0]!) / known : size));
  if (sizeOf(shape) !== sizeOf(shapes[0]!)) throw new Error(`[${shapes[0]}] is no [${target}]`);
  return shape;
};

const replaced = (shape: Shape, axis: number, ...sizes: readonly number[]): Shape => shape.toSpliced(axis, 1, ...sizes);

const blocked = (node: Node, [batch, channels, height, width]: Shape, grow: boolean): Shape => {
  const block = intOf(node, 'blocksize', 1);
  const by = grow ? block : 1 / block;
  return [batch!, channels! / (by * by), height! * by, width! * by];
};

/** Shapes of what moves values without changing them. */
export const movementShapes = {
  Transpose: (known) => permOf(known).map((axis) => known.shapes[0]![axis]!),
  Reshape: reshaped,
  Flatten: ({ shapes, node }) => {
    const axis = axisOf(intOf(node, 'axis', 1), shapes[0]!.length);
    return [sizeOf(shapes[0]!.slice(0, axis)), sizeOf(shapes[0]!.slice(axis))];
  },
  Squeeze: ({ shapes, node, ints }) => {
    const axes = node.inputs[1] ? ints(1).map((axis) => axisOf(axis, shapes[0]!.length)) : null;
    return shapes[0]!.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  },
  Unsqueeze: ({ shapes, ints }) => {
    const rank = shapes[0]!.length + ints(1).length;
    const axes = ints(1).map((axis) => axisOf(axis, rank));
    const sizes = shapes[0]!.values();
    return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.next().value!));
  },
  Expand: ({ shapes, ints }) => broadcast(shapes[0]!, ints(1)),
  Tile: ({ shapes, ints }) => shapes[0]!.map((size, axis) => size * ints(1)[axis]!),
  Concat: ({ shapes, node }) => {
    const axis = axisOf(intOf(node, 'axis', 0), shapes[0]!.length);
    return replaced(
      shapes[0]!,
      axis,
      shapes.reduce((sum, shape) => sum + shape[axis]!, 0),
    );
  },
  Split: (known) => {
    const shape = known.shapes[0]!;
    const axis = axisOf(intOf(known.node, 'axis', 0), shape.length);
    return splitSizes(known).map((size) => replaced(shape, axis, size));
  },
  Slice: (known) => {
    const counts = new Map(slicedAxes(known).map(({ axis, count }) => [axis, count]));
    return known.shapes[0]!.map((size, axis) => counts.get(axis) ?? size);
  },
  Pad: (known) => {
    const pads = known.ints(1);
    const axes = paddedAxes(known);
    return known.shapes[0]!.map((size, axis) => {
      const at = axes.indexOf(axis);
      return at < 0 ? size : size + pads[at]! + pads[at + axes.length]!;
    });
  },
  Gather: ({ shapes, node }) => {
    const [data, indices] = shapes as [Shape, Shape];
    return replaced(data, axisOf(intOf(node, 'axis', 0), data.length), ...indices);
  },
  GatherElements: ({ shapes }) => shapes[1]!,
  GatherND: ({ shapes, node }) => {
    const [data, indices] = shapes as [Shape, Shape];
    const batch = intOf(node, 'batch_dims', 0);
    return [...indices.slice(0, -1), ...data.slice(batch + indices.at(-1)!)];
  },
  DepthToSpace: ({ shapes, node }) => blocked(node, shapes[0]!, true),
  SpaceToDepth: ({ shapes, node }) => blocked(node, shapes[0]!, false),
} as const satisfies Readonly<Record<string, ShapeRule>>;
