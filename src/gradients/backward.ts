import { type Builder, makeBuilder } from '../onnx/builder.ts';
import { dependentOn } from '../onnx/cut.ts';
import type { Graph } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import { atNode } from '../onnx/node-error.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';
import { isSliceOp } from '../onnx/schema.ts';
import { constantsOf, factsOf } from '../onnx/shape-rule.ts';
import { rules } from './index.ts';
import { inputRule } from './rule.ts';

/** Nodes of a graph and its gradient: what a runtime takes in, in seconds. */
const MOST_NODES = 200_000;

/**
 * Reverse-mode differentiation: the forward graph, continued by nodes that compute d(loss)/d(value) for each value
 * of `wrt`. Knows no operator: formulas come from the table. Input shapes must be fixed.
 * @param loss name of a scalar, or of a tensor whose elements are summed.
 * @param prefix of the new names: told where two gradients are to stand in one graph.
 * @returns the builder that holds forward and backward nodes, and the gradients' names in the order of `wrt`.
 */
export function backward(
  graph: Graph,
  { loss, wrt, prefix = 'd_' }: { loss: string; wrt: readonly string[]; prefix?: string },
): { build: Builder; gradients: string[] } {
  const shapes = inferShapes(graph);
  const build = makeBuilder(prefix, graph);
  const needed = dependentOn(graph, wrt);
  const gradients = new Map<string, string>();
  gradients.set(loss, build.add('Expand', [build.scalar(1), build.ints(shapes.get(loss)!)]));

  const zeros = (name: string) => build.add('Expand', [build.scalar(0), build.ints(shapes.get(name)!)]);
  const facts = factsOf(constantsOf(graph), shapes);

  for (const node of [...graph.nodes].reverse()) {
    const output = node.outputs[0]!;
    if (!node.outputs.some((name) => gradients.has(name) && needed.has(name))) continue;
    if (!isSliceOp(node.op)) throw new Error(`no gradient row for ${node.op}`);
    const row = rules[node.op];
    const { inputs, outputs, attributes } = node;
    const known = facts(node);
    const gradientOf = (index: number) => gradients.get(outputs[index]!) ?? zeros(outputs[index]!);
    inputs.forEach((input, index) => {
      const rule = inputRule(row, index);
      if (!needed.has(input) || rule === undefined || rule === 'constant') return;
      const part = atNode(node, () => {
        if (typeof rule === 'object') throw new Error(rule.refused);
        if (row.limit?.applies(node)) throw new Error(`no gradient passes through ${row.limit.reason}`);
        return rule({
          ...{ build, inputs, output, attributes, known, gradientOf },
          get gradient() {
            return gradientOf(0);
          },
          shape: (name) => shapes.get(name)!,
        });
      });
      if (build.size() > MOST_NODES)
        throw refusedModel(`its gradient takes more than ${MOST_NODES} nodes`, 'Cut the model further behind.');
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? part : build.add('Add', [before, part]));
    });
  }
  return {
    build,
    gradients: wrt.map((name) => {
      const gradient = gradients.get(name);
      if (gradient === undefined)
        throw refusedModel(
          `its answer does not depend on ${quoted(name)} by anything that can be differentiated`,
          'Cut the model further behind.',
        );
      return gradient;
    }),
  };
}
