import { sizeOf } from '../tensor/shape.ts';
import { floatOf, intOf, intsIn } from './attributes.ts';
import { makeBuilder } from './builder.ts';
import type { Node } from './graph.ts';
import { own } from './own.ts';
import { refusedModel } from './refuse.ts';
import { axisOf, type Known } from './shape-rule.ts';
import { type Written, writtenBy } from './written.ts';

/** Elements of a matrix of weights. */
const LARGEST = 2 ** 22;

/** One axis: its length, the length that is asked for, and the scale between them as the model says it. */
interface Scaled {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where an element of the output lies between those of the input. */
type Place = (index: number, axis: Scaled) => number;

const halfPixel: Place = (index, { scale }) => (index + 0.5) / scale - 0.5;
const PLACES: Readonly<Record<string, Place>> = {
  half_pixel: halfPixel,
  asymmetric: (index, { scale }) => index / scale,
  align_corners: (index, { from, to }) => (to === 1 ? 0 : (index * (from - 1)) / (to - 1)),
  pytorch_half_pixel: (index, axis) => (axis.to > 1 ? halfPixel(index, axis) : 0),
  half_pixel_symmetric: (index, axis) =>
    (axis.from / 2) * (1 - axis.to / (axis.scale * axis.from)) + halfPixel(index, axis),
};

const NEAREST: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * Resize, nearest or linear, as a product with a matrix along each axis that changes: a linear map has its transpose
 * as gradient. Throws a UserError for cubic, antialiased and cropping ones.
 */
export function writeResize(known: Known): Written {
  const { node } = known;
  const build = makeBuilder(`${node.outputs[0]}/`);
  const axes = scaledAxes(known);
  const weights = weightsOf(node);
  let shape = [...known.shapes[0]!];
  let value = node.inputs[0]!;
  for (const each of axes.filter(({ from, to }) => from !== to)) {
    if (!(each.to >= 0 && each.to * each.from <= LARGEST)) throw refuse(`makes ${each.to} elements of ${each.from}`);
    const matrix = new Float32Array(each.to * each.from);
    for (let index = 0; index < each.to; index++) matrix.set(weights(index, each), index * each.from);
    const [before, behind] = [shape.slice(0, each.axis), shape.slice(each.axis + 1)];
    const cut = build.add('Reshape', [value, build.ints([sizeOf(before), each.from, sizeOf(behind)])]);
    const rows = build.constant({
      ...{ name: build.fresh('weights'), type: 'float32', shape: [each.to, each.from] },
      data: matrix,
    });
    shape = [...before, each.to, ...behind];
    value = build.add('Reshape', [build.add('MatMul', [rows, cut]), build.ints(shape)]);
  }
  build.put({ op: 'Identity', domain: '', inputs: [value], outputs: node.outputs.slice(0, 1), attributes: {} });
  return writtenBy(build);
}

const refuse = (what: string) => refusedModel(`its Resize ${what}`, 'Cut the model behind it.');
const textOf = ({ attributes }: Node, name: string, otherwise: string) => String(attributes[name] ?? otherwise);

function scaledAxes(known: Known): Scaled[] {
  const { node } = known;
  const shape = known.shapes[0]!;
  if (textOf(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch') throw refuse('keeps the aspect ratio');
  const axes = intsIn(node, 'axes')?.map((axis) => axisOf(axis, shape.length)) ?? shape.map((_, axis) => axis);
  if (node.inputs[3]) {
    const sizes = known.ints(3);
    return axes.map((axis, index) => {
      const [from, to] = [shape[axis]!, sizes[index]!];
      return { axis, from, to, scale: to / from };
    });
  }
  const scales = known.floats(2);
  return axes.map((axis, index) => {
    const [from, scale] = [shape[axis]!, scales[index]!];
    return { axis, from, to: Math.floor(from * scale), scale };
  });
}

/** The share that each element of the input has in one of the output. */
function weightsOf(node: Node): (index: number, axis: Scaled) => number[] {
  const mode = textOf(node, 'mode', 'nearest');
  const place = own(PLACES, textOf(node, 'coordinate_transformation_mode', 'half_pixel'));
  if (intOf(node, 'antialias', 0) !== 0) throw refuse('smooths before it shrinks (antialias)');
  if (!place) throw refuse(`places elements by ${textOf(node, 'coordinate_transformation_mode', '')}`);
  if (floatOf(node, 'extrapolation_value', 0) !== 0) throw refuse('extrapolates');
  if (mode === 'nearest') {
    const round = own(NEAREST, textOf(node, 'nearest_mode', 'round_prefer_floor'));
    if (!round) throw refuse(`rounds by ${textOf(node, 'nearest_mode', '')}`);
    return (index, axis) => {
      const nearest = Math.max(0, Math.min(axis.from - 1, round(place(index, axis))));
      return Array.from({ length: axis.from }, (_, at) => Number(at === nearest));
    };
  }
  if (mode !== 'linear') throw refuse(`is ${mode}`);
  return (index, axis) => {
    const at = Math.max(0, Math.min(axis.from - 1, place(index, axis)));
    return Array.from({ length: axis.from }, (_, each) => Math.max(0, 1 - Math.abs(at - each)));
  };
}
