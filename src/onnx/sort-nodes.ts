import { invalidModel, quoted } from './refuse.ts';

/** What sorting needs to know of a node: the names it reads (its subgraphs' free ones too) and makes. */
export interface Links {
  readonly reads: Iterable<string>;
  readonly makes: readonly string[];
}

/**
 * An order in which every node comes after those whose values it reads; the given one where it is such an order.
 * Names that no node makes are of no concern here. Throws a UserError (`onnx-invalid`) for a circle, or a name made twice.
 * @returns indices of nodes.
 */
export function sortNodes(nodes: readonly Links[]): number[] {
  const makers = new Map<string, number>();
  nodes.forEach(({ makes }, index) => {
    for (const name of makes) {
      if (name === '') continue;
      if (makers.has(name)) throw invalidModel(`two nodes make the value ${quoted(name)}`);
      makers.set(name, index);
    }
  });
  const order: number[] = [];
  const state = new Uint8Array(nodes.length);
  const OPEN = 1;
  const DONE = 2;
  for (let root = 0; root < nodes.length; root++) {
    if (state[root] === DONE) continue;
    // Depth first with a stack of its own: a chain of fifty thousand nodes is no reason to run out of the engine's.
    const stack = [{ index: root, reads: nodes[root]!.reads[Symbol.iterator]() }];
    state[root] = OPEN;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const { done, value: name } = top.reads.next();
      if (done) {
        state[top.index] = DONE;
        order.push(top.index);
        stack.pop();
        continue;
      }
      const maker = makers.get(name);
      if (maker === undefined || state[maker] === DONE) continue;
      if (state[maker] === OPEN) throw invalidModel(`its nodes form a circle through the value ${quoted(name)}`);
      state[maker] = OPEN;
      stack.push({ index: maker, reads: nodes[maker]!.reads[Symbol.iterator]() });
    }
  }
  return order;
}
