import type { Shape } from '../tensor/shape.ts';
import type { Graph, Node } from './graph.ts';
import { namesRead, prune } from './prune.ts';
import { isSliceOp } from './schema.ts';

/** A value that all of a model's answer passes through: what lies behind it needs nothing before it but this value. */
export interface Cut {
  readonly value: string;
  /** The node that gives the value; the value's own name where the node has none, or where it is an input. */
  readonly after: string;
}

/** Nodes behind a cut, and places to cut: a deeper slice is beyond the runtime's patience, a longer list beyond ours. */
const MOST_NODES = 10_000;
const MOST_CUTS = 256;

/**
 * The places where a graph can be cut, the last first, as far as all behind them can be trained (`SLICE_OPS`).
 * @param output the value that is the model's answer.
 */
export const cutsOf = (graph: Graph, output: string): readonly Cut[] => searchBack(graph, output).cuts;

/** The same, with the nodes behind the last of them, and the node whose operator ends the search; null where none does. */
export function searchBack(
  graph: Graph,
  output: string,
): { readonly cuts: readonly Cut[]; readonly behind: readonly Node[]; readonly end: Node | null } {
  const whole = prune({ ...graph, outputs: graph.outputs.filter(({ name }) => name === output) });
  const moving = dependentOn(
    whole,
    whole.inputs.map(({ name }) => name),
  );
  const maker = new Map(whole.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const open = new Set([output]);
  const cuts: Cut[] = [];
  const behind: Node[] = [];
  const offer = () => {
    const [value] = open;
    if (open.size === 1 && value !== output) cuts.push({ value: value!, after: maker.get(value!)?.name || value! });
  };
  for (const node of [...whole.nodes].reverse()) {
    if (!node.outputs.some((name) => open.has(name))) continue;
    if (node.domain !== '' || !isSliceOp(node.op)) return { cuts, behind, end: node };
    if (behind.length === MOST_NODES || cuts.length === MOST_CUTS) break;
    behind.push(node);
    for (const name of node.outputs) open.delete(name);
    for (const name of node.inputs) if (moving.has(name)) open.add(name);
    offer();
  }
  return { cuts, behind, end: null };
}

/** The part behind a value: a graph whose one input it is. */
export function sliceAt(
  graph: Graph,
  { value, output, shape }: { value: string; output: string; shape: Shape },
): Graph {
  const nodes = graph.nodes.filter((node) => !node.outputs.includes(value));
  const type = graph.inputs.find(({ name }) => name === value)?.type ?? 'float32';
  return prune({
    ...graph,
    nodes,
    inputs: [{ name: value, type, shape }],
    outputs: graph.outputs.filter(({ name }) => name === output),
  });
}

/** The part before a value, the value its one output. */
export function trunkAt(graph: Graph, { value, shape }: { value: string; shape: Shape }): Graph {
  return prune({ ...graph, outputs: [{ name: value, type: 'float32', shape }] });
}

/** The values that depend on one of the given ones, these included. */
export function dependentOn(graph: Pick<Graph, 'nodes'>, names: readonly string[]): Set<string> {
  const reached = new Set(names);
  const isReached = (node: Node) => namesRead(node).some((name) => reached.has(name));
  for (const node of graph.nodes) if (isReached(node)) for (const name of node.outputs) reached.add(name);
  return reached;
}
