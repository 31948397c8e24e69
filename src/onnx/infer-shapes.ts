import { broadcast, type Shape, sizeOf } from '../tensor/shape.ts';
import type { Graph, Node } from './graph.ts';
import { isSliceOp, type SliceOp } from './schema.ts';

interface Known {
  readonly shapes: readonly Shape[];
  /** Value of the n-th input where it is a constant of the graph. */
  ints(input: number): readonly number[];
  readonly node: Node;
}

type ShapeRule = (known: Known) => Shape;

const same: ShapeRule = ({ shapes }) => shapes[0]!;
const broadcasting: ShapeRule = ({ shapes }) => shapes.reduce(broadcast);

const reduced: ShapeRule = ({ shapes, ints, node }) => {
  const shape = shapes[0]!;
  const axes = (node.inputs[1] ? ints(1) : shape.map((_, axis) => axis)).map(
    (axis) => (axis + shape.length) % shape.length,
  );
  if (node.attributes.keepdims === 0) return shape.filter((_, axis) => !axes.includes(axis));
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
};

/** Each of these operators gives its first input's shape. */
const SAME = [
  ...(['Neg', 'Exp', 'Log', 'Sqrt', 'Abs', 'Reciprocal', 'Erf', 'Identity', 'Cast', 'Clip', 'PRelu'] as const),
  ...(['Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh'] as const),
  ...(['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Tanh', 'Sigmoid', 'HardSigmoid'] as const),
  ...(['HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish', 'Softmax', 'LogSoftmax'] as const),
  ...(['Not', 'Sign', 'Floor', 'Ceil', 'Round', 'IsNaN', 'IsInf'] as const),
] as const;

/** Each of these gives what its inputs broadcast to. */
const BROADCASTING = [
  ...(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Where'] as const),
  ...(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And', 'Or', 'Xor'] as const),
] as const;

const all = <K extends SliceOp>(ops: readonly K[], rule: ShapeRule) =>
  Object.fromEntries(ops.map((op) => [op, rule])) as Record<K, ShapeRule>;

const RULES: Readonly<Record<SliceOp, ShapeRule>> = {
  ...all(SAME, same),
  ...all(BROADCASTING, broadcasting),
  ReduceSum: reduced,
  ReduceMean: reduced,
  Transpose: ({ shapes, node }) => {
    const shape = shapes[0]!;
    const perm =
      (node.attributes.perm as readonly number[] | undefined) ?? shape.map((_, axis) => shape.length - 1 - axis);
    return perm.map((axis) => shape[axis]!);
  },
  MatMul: ({ shapes }) => {
    const [a, b] = shapes as [Shape, Shape];
    if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) throw new Error(`MatMul of [${a}] and [${b}]`);
    return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
  },
  Reshape: ({ shapes, ints }) => {
    const target = ints(1).map((size, axis) => (size === 0 ? shapes[0]![axis]! : size));
    const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
    return target.map((size) => (size === -1 ? sizeOf(shapes[0]!) / known : size));
  },
};

/** Shapes of all values of a graph whose inputs have fixed shapes. Throws on an operator outside `SLICE_OPS`. */
export function inferShapes(graph: Graph): Map<string, Shape> {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const shapes = new Map<string, Shape>(graph.initializers.map((tensor) => [tensor.name, tensor.shape]));
  for (const input of graph.inputs) {
    if (input.shape.some((axis) => typeof axis !== 'number'))
      throw new Error(`input ${input.name} has a symbolic axis`);
    shapes.set(input.name, input.shape as Shape);
  }
  for (const node of graph.nodes) {
    if (!isSliceOp(node.op)) throw new Error(`no shape rule for ${node.op}`);
    const known: Known = {
      node,
      shapes: node.inputs.map((name) => shapeOf(shapes, name)),
      ints: (input) => Array.from(constants.get(node.inputs[input]!)!.data as BigInt64Array, Number),
    };
    shapes.set(node.outputs[0]!, RULES[node.op](known));
  }
  return shapes;
}

function shapeOf(shapes: ReadonlyMap<string, Shape>, name: string): Shape {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`value ${name} is used before it is made`);
  return shape;
}
