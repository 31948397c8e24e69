import type { Builder } from './builder.ts';
import type { Node, Tensor } from './graph.ts';

/** Nodes that take a node's place, with constants of their own. */
export interface Written {
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
}

/** What a builder has written. */
export function writtenBy(build: Builder): Written {
  const { nodes, initializers } = build.graph('', [], []);
  return { nodes, constants: initializers };
}
