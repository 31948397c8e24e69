import { broadcast, type Shape } from '../tensor/shape.ts';
import type { Graph } from './graph.ts';
import { movementShapes } from './movement-shapes.ts';
import { isSliceOp, type SliceOp } from './schema.ts';
import { broadcasting, intsOf, type Known, reduced, type ShapeRule, same } from './shape-rule.ts';

/** Each of these operators gives its first input's shape. */
const SAME = [
  ...(['Neg', 'Exp', 'Log', 'Sqrt', 'Abs', 'Reciprocal', 'Erf', 'Identity', 'Cast', 'Clip', 'PRelu'] as const),
  ...(['Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh'] as const),
  ...(['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Tanh', 'Sigmoid', 'HardSigmoid'] as const),
  ...(['HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish', 'Softmax', 'LogSoftmax'] as const),
  ...(['CumSum', 'Trilu', 'ScatterND', 'ScatterElements', 'ReverseSequence', 'Dropout'] as const),
  ...(['Not', 'Sign', 'Floor', 'Ceil', 'Round', 'IsNaN', 'IsInf'] as const),
] as const;

/** Each of these reduces its first input along the axes of its second. */
const REDUCING = [
  ...(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'] as const),
  ...(['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare'] as const),
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
  ...all(REDUCING, reduced),
  MatMul: ({ shapes }) => {
    const [a, b] = shapes as [Shape, Shape];
    if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) throw new Error(`MatMul of [${a}] and [${b}]`);
    return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
  },
  ...movementShapes,
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
      shapes: node.inputs.map((name) => (name === '' ? [] : shapeOf(shapes, name))),
      ints: (input) => intsOf(constants.get(node.inputs[input]!), node, input),
    };
    const found = RULES[node.op](known);
    const each = (isOne(found) ? [found] : found) as readonly Shape[];
    node.outputs.forEach((name, index) => {
      if (name !== '' && each[index]) shapes.set(name, each[index]);
    });
  }
  return shapes;
}

function isOne(shape: Shape | readonly Shape[]): shape is Shape {
  return shape.length === 0 || typeof shape[0] === 'number';
}

function shapeOf(shapes: ReadonlyMap<string, Shape>, name: string): Shape {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`value ${name} is used before it is made`);
  return shape;
}
