import type { Attribute, Graph, Node, Tensor, Value } from './graph.ts';
import { float32, int64 } from './graph.ts';

/** Writes nodes one after another and hands out fresh names; `graph` gives what was written so far. */
export interface Builder {
  /** Adds a node with one output and returns the output's name. */
  add(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>, domain?: string): string;
  /** Adds a node whose outputs have names already. */
  put(node: Node): void;
  /** Adds a constant and returns its name; equal constants are added once. */
  scalar(value: number): string;
  ints(values: readonly number[]): string;
  floats(values: readonly number[]): string;
  constant(tensor: Tensor): string;
  fresh(hint: string): string;
  /** Nodes so far. */
  size(): number;
  graph(name: string, inputs: readonly Value[], outputs: readonly Value[]): Graph;
}

/** A builder that continues `from`, if given; `prefix` keeps names apart where graphs are nested. */
export function makeBuilder(prefix: string, from?: Graph): Builder {
  const nodes: Node[] = [...(from?.nodes ?? [])];
  const constants = new Map<string, Tensor>((from?.initializers ?? []).map((tensor) => [tensor.name, tensor]));
  let counter = 0;
  const fresh = (hint: string) => `${prefix}${hint}_${counter++}`;
  const keep = (name: string, make: () => Tensor) => {
    if (!constants.has(name)) constants.set(name, make());
    return name;
  };
  return {
    add(op, inputs, attributes = {}, domain = '') {
      const output = fresh(op);
      nodes.push({ op, domain, inputs, outputs: [output], attributes });
      return output;
    },
    put: (node) => void nodes.push(node),
    scalar: (value) => keep(`${prefix}f${value}`, () => float32(`${prefix}f${value}`, [], [value])),
    ints: (values) => {
      const name = `${prefix}i${values.join('_')}`;
      return keep(name, () => int64(name, [values.length], values));
    },
    floats: (values) => {
      const name = `${prefix}f[${values.join('_')}]`;
      return keep(name, () => float32(name, [values.length], values));
    },
    constant: (tensor) => keep(tensor.name, () => tensor),
    fresh,
    size: () => nodes.length,
    graph: (name, inputs, outputs) => ({
      name,
      nodes: [...nodes],
      initializers: [...constants.values()],
      inputs,
      outputs,
    }),
  };
}
