import type { Graph } from '../onnx/graph.ts';

/** The graph with some of its constants made inputs: what is trained is fed. */
export function openParameters(graph: Graph, names: ReadonlySet<string>): Graph {
  const own = graph.initializers.filter(({ name }) => names.has(name));
  return {
    ...graph,
    initializers: graph.initializers.filter(({ name }) => !names.has(name)),
    inputs: [...graph.inputs, ...own.map(({ name, shape }) => ({ name, type: 'float32' as const, shape }))],
  };
}
