import { UserError } from '../errors.ts';
import type { Node } from './graph.ts';
import { quoted, refusedModel } from './refuse.ts';

type Named = Pick<Node, 'op' | 'name' | 'outputs'>;

/** A node of which a rule could make nothing: a bug where the graph is ours, the model's fault where it is a model's. */
class NodeError extends Error {
  readonly node: Named;
  constructor(node: Named, cause: unknown) {
    // A rule that stumbles over an input or attribute that is not there has no words for it.
    const isSaid = cause instanceof Error && cause.constructor === Error;
    const reason = isSaid ? cause.message : 'its inputs or attributes are none that the operator can have';
    super(reason, { cause });
    this.name = 'NodeError';
    this.node = node;
  }
}

/** What `work` gives; what it throws, but for a UserError, is laid to the node. */
export function atNode<T>(node: Named, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof UserError || error instanceof NodeError ? error : new NodeError(node, error);
  }
}

/** What `work` does with somebody's model; a node of which nothing can be made is a UserError that names it. */
export function refusingNodes<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NodeError ? refusedNode(error.node, error.message) : error;
  }
}

/** A model that is refused for one of its nodes. */
export function refusedNode(node: Named, reason: string): UserError {
  const name = quoted(node.name || node.outputs[0] || '');
  return refusedModel(`its ${node.op} ${name}: ${reason}`, 'Cut the model behind it, or export it otherwise.');
}
