import type { Graph, Node } from './graph.ts';

/** The graph without nodes and constants that no output depends on. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    const used = node.outputs.some((output) => needed.has(output));
    if (used) for (const name of namesRead(node)) needed.add(name);
    return used;
  });
  return { ...graph, nodes: nodes.reverse(), initializers: graph.initializers.filter(({ name }) => needed.has(name)) };
}

/** What a node reads: its inputs, and all that graphs inside it read and give (some of it their own). */
export function namesRead({ inputs, attributes }: Node): string[] {
  const inside = Object.values(attributes).flatMap((value): readonly Graph[] => {
    if (typeof value !== 'object') return [];
    return 'nodes' in value ? [value] : 'graphs' in value ? value.graphs : [];
  });
  return [
    ...inputs,
    ...inside.flatMap(({ nodes, outputs }) => [...nodes.flatMap(namesRead), ...outputs.map(({ name }) => name)]),
  ];
}
