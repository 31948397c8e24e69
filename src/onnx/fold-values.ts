import { type Shape, sizeOf, stridesOf } from '../tensor/shape.ts';
import { intOf, intsIn } from './attributes.ts';
import { numberTypes, typeOfCode } from './data-types.ts';
import type { DataType, Node, Tensor } from './graph.ts';
import { permOf, slicedAxes } from './movement-shapes.ts';
import { axisOf, type Known } from './shape-rule.ts';

/** Shape arithmetic is done on small tensors; what is larger is weights, and left to the runtime. */
export const LARGEST = 4096;

/** A constant while it is worked with: its elements as numbers. */
export interface Folded {
  readonly type: DataType;
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Elements of the output from those of the inputs; `shape` is the output's where a shape rule gives it. */
export type Fold = (at: {
  readonly inputs: readonly Folded[];
  readonly node: Node;
  readonly known: Known;
  readonly shape: Shape;
}) => Folded;

const HALVES: readonly DataType[] = ['float16', 'bfloat16'];

/** The numbers of a tensor; null for texts and half floats, which are kept as bits. */
export function numbersOf({ type, shape, data }: Tensor): Folded | null {
  if (type === 'string' || type === 'other' || HALVES.includes(type)) return null;
  return { type, shape, data: Array.from(data as Float64Array, Number) };
}

const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** A bound beyond int64 (a number near it is rounded up) stays at the bound. */
function long(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  return whole < INT64[0] ? INT64[0] : whole > INT64[1] ? INT64[1] : whole;
}

export function tensorOf(name: string, { type, shape, data }: Folded): Tensor {
  if (type === 'int64') return { name, type, shape, data: BigInt64Array.from(data, long) };
  if (type === 'uint64') return { name, type, shape, data: BigUint64Array.from(data, (value) => BigInt(value)) };
  const { view } = numberTypes[type as keyof typeof numberTypes];
  return { name, type, shape, data: (view as unknown as Float64ArrayConstructor).from(data) };
}

/** Elements of an input as the axes of `shape` see it: broadcast from the right. */
function spread({ shape: own, data }: Folded, shape: Shape): (index: number) => number {
  if (data.length === 1) return () => data[0]!;
  const strides = stridesOf(own);
  const lead = shape.length - own.length;
  const steps = shape.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]!));
  const places = stridesOf(shape);
  return (index) =>
    data[shape.reduce((sum, size, axis) => sum + (Math.floor(index / places[axis]!) % size) * steps[axis]!, 0)]!;
}

const isWhole = (type: DataType) => type !== 'float32' && type !== 'float64';

/** Element by element, broadcast; whole numbers stay whole. */
const each =
  (formula: (...values: number[]) => number, type?: DataType): Fold =>
  ({ inputs, shape }) => {
    const read = inputs.map((input) => spread(input, shape));
    const own = type ?? inputs[0]!.type;
    const values = Array.from({ length: sizeOf(shape) }, (_, index) => formula(...read.map((value) => value(index))));
    return { type: own, shape, data: isWhole(own) ? values.map(Math.trunc) : values };
  };

const same: Fold = ({ inputs, shape }) => ({ ...inputs[0]!, shape });

/** The element that each place of the output takes of the first input. */
const taken = (input: Folded, shape: Shape, place: (indices: readonly number[]) => number): Folded => {
  const strides = stridesOf(shape);
  const indicesOf = (at: number) => shape.map((size, axis) => Math.floor(at / strides[axis]!) % size);
  const data = Array.from({ length: sizeOf(shape) }, (_, at) => input.data[place(indicesOf(at))]!);
  return { type: input.type, shape, data };
};
const placeOf = (strides: readonly number[], indices: readonly number[]) =>
  indices.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);

const truth = (formula: (a: number, b: number) => boolean): Fold => each((a, b) => Number(formula(a!, b!)), 'bool');

/** Operators that shape arithmetic is made of. */
export const folds: Readonly<Record<string, Fold>> = {
  Identity: same,
  ...{ Reshape: same, Flatten: same, Squeeze: same, Unsqueeze: same },
  Cast({ inputs, node, shape }) {
    const type = typeOfCode(intOf(node, 'to', 1));
    const { data } = inputs[0]!;
    if (type === 'bool') return { type, shape, data: data.map((value) => Number(value !== 0)) };
    return { type, shape, data: isWhole(type) ? data.map(Math.trunc) : data };
  },
  Add: each((a, b) => a! + b!),
  Sub: each((a, b) => a! - b!),
  Mul: each((a, b) => a! * b!),
  Div: each((a, b) => a! / b!),
  Min: each(Math.min),
  Max: each(Math.max),
  Neg: each((a) => -a!),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Equal: truth((a, b) => a === b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Not: each((a) => Number(a === 0)),
  Where: (at) => each((isFirst, a, b) => (isFirst ? a! : b!), at.inputs[1]!.type)(at),
  Expand: (at) => each((a) => a!)({ ...at, inputs: at.inputs.slice(0, 1) }),
  Transpose({ inputs, known, shape }) {
    const strides = stridesOf(inputs[0]!.shape);
    const perm = permOf(known);
    return taken(inputs[0]!, shape, (indices) =>
      placeOf(
        perm.map((axis) => strides[axis]!),
        indices,
      ),
    );
  },
  Slice({ inputs, known, shape }) {
    const strides = stridesOf(inputs[0]!.shape);
    const cuts = new Map(slicedAxes(known).map((cut) => [cut.axis, cut]));
    const from = (index: number, axis: number) => {
      const cut = cuts.get(axis);
      return cut ? cut.start + cut.step * index : index;
    };
    return taken(inputs[0]!, shape, (indices) => placeOf(strides, indices.map(from)));
  },
  Gather({ inputs, node, shape }) {
    const [data, where] = inputs as [Folded, Folded];
    const axis = axisOf(intOf(node, 'axis', 0), data.shape.length);
    const [strides, own] = [stridesOf(data.shape), stridesOf(where.shape)];
    const rank = where.shape.length;
    return taken(data, shape, (indices) => {
      const found = where.data[placeOf(own, indices.slice(axis, axis + rank))]!;
      const index = found < 0 ? found + data.shape[axis]! : found;
      return placeOf(strides, [...indices.slice(0, axis), index, ...indices.slice(axis + rank)]);
    });
  },
  Concat({ inputs, node, shape }) {
    const axis = axisOf(intOf(node, 'axis', 0), shape.length);
    const inner = (own: Shape) => sizeOf(own.slice(axis));
    const rows = Array.from({ length: sizeOf(shape.slice(0, axis)) }, (_, row) =>
      inputs.flatMap((part) => part.data.slice(row * inner(part.shape), (row + 1) * inner(part.shape))),
    );
    return { type: inputs[0]!.type, shape, data: rows.flat() };
  },
  Range({ inputs }) {
    const [start, limit, step] = inputs.map(({ data }) => data[0]!) as [number, number, number];
    const length = Math.max(0, Math.ceil((limit - start) / step));
    if (!(length <= LARGEST)) throw new Error(`a Range of ${length}`);
    return { type: inputs[0]!.type, shape: [length], data: Array.from({ length }, (_, index) => start + index * step) };
  },
  ReduceProd({ inputs, shape, node, known }) {
    const axes = node.inputs[1] ? known.ints(1) : inputs[0]!.shape.map((_, axis) => axis);
    if (sizeOf(shape) !== 1 || axes.length < inputs[0]!.shape.length) throw new Error('a product along some axes');
    return { ...inputs[0]!, shape, data: [inputs[0]!.data.reduce((product, value) => product * value, 1)] };
  },
};

/** The shape of a value, or a part of it. */
export function shapeValue(shape: Shape, node: Node): Folded {
  if (node.op === 'Size') return { type: 'int64', shape: [], data: [sizeOf(shape)] };
  const bound = (value: number) => (value < 0 ? Math.max(0, value + shape.length) : Math.min(value, shape.length));
  const part = shape.slice(bound(intOf(node, 'start', 0)), bound(intOf(node, 'end', shape.length)));
  return { type: 'int64', shape: [part.length], data: part };
}

/** The value of a Constant; null where it holds texts or a sparse tensor. */
export function constantValue(name: string, node: Node): Tensor | null {
  const { value, value_int, value_float } = node.attributes;
  if (typeof value === 'object' && 'data' in value) return { ...(value as Tensor), name };
  if (typeof value_int === 'number') return tensorOf(name, { type: 'int64', shape: [], data: [value_int] });
  const one = (value_float as { readonly float: number } | undefined)?.float;
  if (one !== undefined) return tensorOf(name, { type: 'float32', shape: [], data: [one] });
  const ints = intsIn(node, 'value_ints');
  if (ints) return tensorOf(name, { type: 'int64', shape: [ints.length], data: ints });
  const floats = (node.attributes.value_floats as { readonly floats: readonly number[] } | undefined)?.floats;
  return floats ? tensorOf(name, { type: 'float32', shape: [floats.length], data: floats }) : null;
}
