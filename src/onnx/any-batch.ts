import { type Graph, int64, type Node, type Tensor } from './graph.ts';
import { constantsOf } from './shape-rule.ts';

/**
 * A model that was exported for one row at a time, for any number of them: the input's first axis is left open, and a
 * Reshape to one row keeps as many as there are. Others are given back as they are.
 */
export function forAnyBatch(graph: Graph, input: string): Graph {
  const own = graph.inputs.find(({ name }) => name === input);
  if (own?.shape[0] !== 1) return graph;
  const constants = constantsOf(graph);
  const added: Tensor[] = [];
  const nodes = graph.nodes.map((node): Node => {
    const sizes = node.op === 'Reshape' && node.domain === '' ? sizesIn(constants.get(node.inputs[1]!)) : null;
    if (sizes?.[0] !== 1 || sizes.length < 2) return node;
    const [, ...rest] = sizes;
    // Where another axis is what is left over, the rows are those of what is cut into axes anew.
    const target = int64(`${node.outputs[0]}/rows`, [sizes.length], [rest.includes(-1) ? 0 : -1, ...rest]);
    added.push(target);
    return { ...node, inputs: [node.inputs[0]!, target.name] };
  });
  return {
    ...graph,
    nodes,
    initializers: [...graph.initializers, ...added],
    inputs: graph.inputs.map((each) => (each === own ? { ...own, shape: ['batch', ...own.shape.slice(1)] } : each)),
  };
}

const sizesIn = (tensor: Tensor | undefined): number[] | null =>
  tensor?.type === 'int64' && tensor.shape.length === 1 ? Array.from(tensor.data as BigInt64Array, Number) : null;
