import type { Node } from './graph.ts';
import { isLinear, writeLinear } from './linear-ml.ts';
import { own } from './own.ts';
import { writeResize } from './resize.ts';
import { ifKnown, type Known } from './shape-rule.ts';
import { unroll } from './unroll.ts';
import type { Written } from './written.ts';

/** How a node is written in terms of operators that have a gradient. */
interface Writer {
  /** What it becomes, in words. */
  readonly as: string;
  write(facts: () => Known): Written | null;
}

/** A writer that needs the shapes of its node's inputs, and waits until they are known. */
const shaped =
  (write: (known: Known) => Written): Writer['write'] =>
  (facts) => {
    const known = ifKnown(facts);
    return known && write(known);
  };

const recurrent: Writer = { as: 'its steps, at most 512', write: shaped(unroll) };

/** Operators without a gradient of their own. */
export const writers: Readonly<Record<string, Writer>> = {
  ...{ RNN: recurrent, LSTM: recurrent, GRU: recurrent },
  Resize: { as: 'a product with a matrix along each axis (nearest, linear)', write: shaped(writeResize) },
};

/** The nodes that take a node's place; null for one that stays. Throws a UserError for what cannot be written out. */
export function writtenOut(node: Node, facts: () => Known): Written | null {
  if (isLinear(node)) return writeLinear(node);
  return node.domain === '' ? (own(writers, node.op)?.write(facts) ?? null) : null;
}
