import { broadcast, type Shape } from '../tensor/shape.ts';
import type { DataType, Graph, Node, Tensor } from './graph.ts';

/** What a shape rule sees of its node. */
export interface Known {
  readonly node: Node;
  readonly shapes: readonly Shape[];
  /** Value of the n-th input, which must be a constant of the graph. */
  ints(input: number): readonly number[];
  /** The same of floats. */
  floats(input: number): readonly number[];
}

/** The shape of a node's one output, or of each of its outputs. */
export type ShapeRule = (known: Known) => Shape | readonly Shape[];

export const same: ShapeRule = ({ shapes }) => shapes[0]!;
export const broadcasting: ShapeRule = ({ shapes }) => shapes.reduce(broadcast);

/** An axis counted from the front. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The axes that a reduction sums over: its second input, else all. */
export function reducedAxes({ node, shapes, ints }: Known): readonly number[] {
  const rank = shapes[0]!.length;
  if (node.inputs[1]) {
    const axes = ints(1).map((axis) => axisOf(axis, rank));
    if (axes.length > 0) return axes;
  }
  return node.attributes.noop_with_empty_axes === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

export const reduced: ShapeRule = (known) => {
  const axes = reducedAxes(known);
  const shape = known.shapes[0]!;
  if (known.node.attributes.keepdims === 0) return shape.filter((_, axis) => !axes.includes(axis));
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
};

/** Axes, sizes or bounds that one node lists. */
const MOST_NUMBERS = 4096;

/** What cannot be told from what is known is null. */
export function ifKnown<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

export const constantsOf = ({ initializers }: Graph): Map<string, Tensor> =>
  new Map(initializers.map((tensor) => [tensor.name, tensor]));

/**
 * What each node sees, from the shapes and constants that are known when it is asked for. Throws for a value without a
 * shape, and `ints` for an input that is no constant of integers.
 */
export function factsOf(
  constants: ReadonlyMap<string, Tensor>,
  shapes: ReadonlyMap<string, Shape>,
): (node: Node) => Known {
  const shapeOf = (name: string): Shape => {
    const shape = name === '' ? [] : shapes.get(name);
    if (!shape) throw new Error(`value ${name} is used before it is made`);
    return shape;
  };
  const numbers = ({ op, inputs }: Node, input: number, types: readonly DataType[]): number[] => {
    const tensor = constants.get(inputs[input]!);
    if (!tensor || !types.includes(tensor.type))
      throw new Error(`input ${input} of ${op} must be a constant of ${types.join(' or ')}`);
    if (tensor.data.length > MOST_NUMBERS)
      throw new Error(`input ${input} of ${op} lists ${tensor.data.length} numbers`);
    return Array.from(tensor.data as BigInt64Array, Number);
  };
  return (node) => ({
    node,
    shapes: node.inputs.map(shapeOf),
    ints: (input) => numbers(node, input, ['int64', 'int32']),
    floats: (input) => numbers(node, input, ['float32', 'float64']),
  });
}
