import { refusedModel } from './refuse.ts';

/** Nodes of a model, its subgraphs and its functions written out. */
const MOST_NODES = 50_000;
/** How deep functions may call each other, and graphs hold graphs. */
export const DEEPEST = 16;

/** Inputs, or outputs, of one node. */
export const MOST_VALUES = 5000;
/** Axes of a value. */
export const MOST_AXES = 32;
/** Letters of a name. */
export const LONGEST_NAME = 2000;

/** Counts the nodes of one model; throws a UserError (`onnx-refused`) past that many. */
export function makeNodeCounter(): () => void {
  let nodes = 0;
  return () => {
    if (++nodes > MOST_NODES)
      throw refusedModel(`it has more than ${MOST_NODES} nodes`, 'Simplify the model, or name a smaller one.');
  };
}
