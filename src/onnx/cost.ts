import { type Shape, sizeOf } from '../tensor/shape.ts';
import { dependentOn } from './cut.ts';
import { equationOf, letterSizes } from './einsum.ts';
import type { Graph } from './graph.ts';
import { isSliceOp, type SliceOp } from './schema.ts';
import { constantsOf, factsOf, type Known } from './shape-rule.ts';

type Cost = (known: Known, output: Shape) => number;

const matrix: Cost = ({ shapes, node }, output) => {
  const inner = node.op === 'Gemm' && node.attributes.transA === 1 ? shapes[0]!.at(-2)! : shapes[0]!.at(-1)!;
  return 2 * sizeOf(output) * inner;
};

/** Each element of the narrow side is a window over the wide one's channels. */
const window =
  (narrow: (known: Known, output: Shape) => Shape): Cost =>
  (known, output) =>
    2 * sizeOf(narrow(known, output)) * sizeOf(known.shapes[1]!.slice(1));

const COSTS: Partial<Readonly<Record<SliceOp, Cost>>> = {
  MatMul: matrix,
  Gemm: matrix,
  Conv: window((_, output) => output),
  ConvTranspose: window(({ shapes }) => shapes[0]!),
  Einsum({ node, shapes }) {
    const equation = equationOf(node);
    return equation.terms.length * sizeOf([...letterSizes(equation, shapes).values()]);
  },
};

/**
 * Floating-point operations of a pass forwards, two a product and sum, one an element of everything else, and of the pass
 * backwards to the values that are to be moved: each of a node's inputs on that way costs what the node does.
 * @param moved constants that are trained; none: forwards alone.
 */
export function flopsOf(graph: Graph, shapes: ReadonlyMap<string, Shape>, moved: readonly string[] = []): number {
  const onTheWay = dependentOn(graph, moved);
  const facts = factsOf(constantsOf(graph), shapes);
  return graph.nodes.reduce((sum, node) => {
    const output = shapes.get(node.outputs[0]!)!;
    const cost = isSliceOp(node.op) ? COSTS[node.op] : undefined;
    // A bias, in the third place, costs no product.
    const passes = 1 + node.inputs.slice(0, 2).filter((name) => onTheWay.has(name)).length;
    return sum + passes * (cost ? cost(facts(node), output) : sizeOf(output));
  }, 0);
}
