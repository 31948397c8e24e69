import { makeBuilder } from '../onnx/builder.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import { atNode } from '../onnx/node-error.ts';
import { isSliceOp } from '../onnx/schema.ts';
import { constantsOf, factsOf } from '../onnx/shape-rule.ts';
import type { StackedInput } from './stack-row.ts';
import { stackRows } from './stack-rows.ts';

/**
 * The graph of one model as it runs for M models at once: the inputs that are named get a leading axis M, and so has
 * all that depends on them; the rest is computed once for all. Input shapes must be fixed.
 * @returns the graph, and the names of its values that have the axis.
 */
export function stack(
  graph: Graph,
  { models, inputs: chosen }: { models: number; inputs: ReadonlySet<string> },
): { graph: Graph; stacked: ReadonlySet<string> } {
  const shapes = inferShapes(graph);
  const facts = factsOf(constantsOf(graph), shapes);
  const stacked = new Set(chosen);
  const build = makeBuilder('m_', { ...graph, nodes: [] });

  for (const node of graph.nodes) {
    if (!isSliceOp(node.op)) throw new Error(`no row to stack ${node.op}`);
    const known = facts(node);
    const inputs = node.inputs.map(
      (name, index): StackedInput => ({ name, stacked: stacked.has(name), shape: known.shapes[index]! }),
    );
    const isStacked = inputs.some((input) => input.stacked);
    const shape = (output: number) => shapes.get(node.outputs[output]!)!;
    const row = stackRows[node.op];
    const made = isStacked ? atNode(node, () => row({ build, models, inputs, known, shape })) : node;
    if (isStacked) for (const output of node.outputs) stacked.add(output);
    build.put({ ...node, op: made.op, inputs: made.inputs, attributes: made.attributes });
  }
  const led = (value: Value): Value =>
    stacked.has(value.name) ? { ...value, shape: [models, ...value.shape] } : value;
  return { graph: build.graph(graph.name, graph.inputs.map(led), graph.outputs.map(led)), stacked };
}
