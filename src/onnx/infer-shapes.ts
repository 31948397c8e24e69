import { broadcast, type Shape } from '../tensor/shape.ts';
import { intOf } from './attributes.ts';
import { einsumShape } from './einsum.ts';
import type { Graph } from './graph.ts';
import { movementShapes } from './movement-shapes.ts';
import { alike, BROADCASTING, ELEMENTWISE, isSliceOp, REDUCING, type SliceOp } from './schema.ts';
import { broadcasting, constantsOf, factsOf, type Known, reduced, type ShapeRule, same } from './shape-rule.ts';
import { convShape, convTransposeShape, globalPoolShape, poolShape } from './windows.ts';

/** Operators beside the elementwise ones that give their first input's shape. */
const SAME = [
  ...(['PRelu', 'Softmax', 'LogSoftmax', 'CumSum', 'Trilu'] as const),
  ...(['ScatterND', 'ScatterElements', 'ReverseSequence'] as const),
  ...(['BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization'] as const),
] as const;

const RULES: Readonly<Record<SliceOp, ShapeRule>> = {
  ...alike(ELEMENTWISE, same),
  ...alike(SAME, same),
  ...alike(BROADCASTING, broadcasting),
  ...alike(REDUCING, reduced),
  MatMul: ({ shapes }) => {
    const [a, b] = shapes as [Shape, Shape];
    if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) throw new Error(`MatMul of [${a}] and [${b}]`);
    return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
  },
  Gemm: (known) => {
    const [a, b] = known.shapes as [Shape, Shape];
    const [rows, inner] = intOf(known.node, 'transA', 0) === 1 ? [a[1], a[0]] : a;
    const [own, columns] = intOf(known.node, 'transB', 0) === 1 ? [b[1], b[0]] : b;
    if (a.length !== 2 || b.length !== 2 || inner !== own) throw new Error(`Gemm of [${a}] and [${b}]`);
    return [rows!, columns!];
  },
  Einsum: einsumShape,
  Conv: convShape,
  ConvTranspose: convTransposeShape,
  ...alike(['MaxPool', 'AveragePool'], poolShape),
  ...alike(['GlobalAveragePool', 'GlobalMaxPool'], globalPoolShape),
  ...movementShapes,
};

/** Shapes of all values of a graph whose inputs have fixed shapes. Throws on an operator outside `SLICE_OPS`. */
export function inferShapes(graph: Graph): Map<string, Shape> {
  const shapes = new Map<string, Shape>(graph.initializers.map((tensor) => [tensor.name, tensor.shape]));
  for (const input of graph.inputs) {
    if (input.shape.some((axis) => typeof axis !== 'number'))
      throw new Error(`input ${input.name} has a symbolic axis`);
    shapes.set(input.name, input.shape as Shape);
  }
  const facts = factsOf(constantsOf(graph), shapes);
  for (const node of graph.nodes)
    for (const [index, shape] of outputShapes(facts(node)).entries())
      if (node.outputs[index]) shapes.set(node.outputs[index], shape);
  return shapes;
}

/** Shapes of a node's outputs. Throws on an operator outside `SLICE_OPS`. */
export function outputShapes(known: Known): readonly Shape[] {
  const { op } = known.node;
  if (!isSliceOp(op)) throw new Error(`no shape rule for ${op}`);
  const found = RULES[op](known);
  return isOne(found) ? [found] : found;
}

function isOne(shape: Shape | readonly Shape[]): shape is Shape {
  return shape.length === 0 || typeof shape[0] === 'number';
}
