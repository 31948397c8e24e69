import { broadcast, type Shape, sizeOf } from '../tensor/shape.ts';
import { intOf } from './attributes.ts';
import { einsumShape } from './einsum.ts';
import type { Graph, Node } from './graph.ts';
import { MOST_AXES } from './limits.ts';
import { movementShapes } from './movement-shapes.ts';
import { atNode } from './node-error.ts';
import { alike, BROADCASTING, ELEMENTWISE, isSliceOp, REDUCING, type SliceOp } from './schema.ts';
import {
  broadcasting,
  constantsOf,
  factsOf,
  ifKnown,
  type Known,
  reduced,
  type ShapeRule,
  same,
} from './shape-rule.ts';
import { convShape, convTransposeShape, globalPoolShape, poolShape } from './windows.ts';

/** Elements of a value: what is larger fits no machine that trains. */
const LARGEST = 2 ** 31;

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
  for (const { name, shape } of graph.inputs)
    if (shape.some((axis) => typeof axis !== 'number')) throw new Error(`input ${name} has a symbolic axis`);
  return shapesOf({ graph, told: {} }, atNode);
}

/**
 * The same as far as it goes: values whose shape cannot be told are left out.
 * @param told shapes that were found otherwise: by running the model.
 */
export function knownShapes(graph: Graph, told: Readonly<Record<string, Shape>> = {}): Map<string, Shape> {
  return shapesOf({ graph, told }, (_, infer) => ifKnown(infer) ?? []);
}

function shapesOf(
  { graph, told }: { readonly graph: Graph; readonly told: Readonly<Record<string, Shape>> },
  attempt: (node: Node, infer: () => readonly Shape[]) => readonly Shape[],
): Map<string, Shape> {
  const shapes = new Map<string, Shape>(Object.entries(told));
  for (const { name, shape } of graph.initializers) shapes.set(name, shape);
  for (const { name, shape } of graph.inputs)
    if (shape.every((axis) => typeof axis === 'number')) shapes.set(name, shape as Shape);
  const facts = factsOf(constantsOf(graph), shapes);
  for (const node of graph.nodes)
    for (const [index, shape] of attempt(node, () => outputShapes(facts(node))).entries())
      if (node.outputs[index]) shapes.set(node.outputs[index], shape);
  return shapes;
}

/** Shapes of a node's outputs. Throws on an operator outside `SLICE_OPS`. */
export function outputShapes(known: Known): readonly Shape[] {
  const { op, domain } = known.node;
  if (domain !== '' || !isSliceOp(op)) throw new Error(`no shape rule for ${domain && `${domain}.`}${op}`);
  const found = RULES[op](known);
  const shapes = isOne(found) ? [found] : found;
  for (const shape of shapes)
    if (
      !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
      sizeOf(shape) > LARGEST ||
      shape.length > MOST_AXES
    )
      throw new Error(`a value of shape [${shape}]`);
  return shapes;
}

function isOne(shape: Shape | readonly Shape[]): shape is Shape {
  return shape.length === 0 || typeof shape[0] === 'number';
}
