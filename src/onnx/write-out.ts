import type { Node } from './graph.ts';
import { writeResize } from './resize.ts';
import type { Known } from './shape-rule.ts';
import { unroll, type Written } from './unroll.ts';

/** Operators without a gradient of their own: they are written in terms of those that have one. */
const writers: Readonly<Record<string, (known: Known) => Written>> = {
  RNN: unroll,
  LSTM: unroll,
  GRU: unroll,
  Resize: writeResize,
};

/** How a node is written out; null for one that stays. */
export function writerOf({ op, domain }: Node): ((known: Known) => Written) | null {
  return domain === '' && Object.hasOwn(writers, op) ? writers[op]! : null;
}
