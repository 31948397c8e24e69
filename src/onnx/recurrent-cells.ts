import { intOf } from './attributes.ts';
import type { Builder } from './builder.ts';
import type { Node } from './graph.ts';

/** What one step has at hand: the input's share of all gates, the state, and this direction's weights. */
export interface Step {
  readonly build: Builder;
  /** [1,N,G H] of this step: input times weights plus biases. */
  readonly input: string;
  readonly hidden: string;
  /** Of an LSTM; elsewhere empty. */
  readonly cell: string;
  /** [H,G H], and the recurrent bias [G H] where a cell adds it by itself. */
  readonly recurrent: string;
  readonly recurrentBias: string | null;
  act(which: number, name: string): string;
}

export interface Cell {
  readonly activations: readonly string[];
  readonly hasCell: boolean;
  /** Whether the recurrent bias may be added to the input's. */
  joinsBias(node: Node): boolean;
  step(at: Step, node: Node): { readonly hidden: string; readonly cell: string };
}

/** Equal parts along the last axis. */
export const split = (build: Builder, name: string, parts: number): string[] => {
  const outputs = Array.from({ length: parts }, () => build.fresh('gate'));
  build.put({ op: 'Split', domain: '', inputs: [name], outputs, attributes: { axis: -1, num_outputs: parts } });
  return outputs;
};

const sum = (at: Step) => at.build.add('Add', [at.input, at.build.add('MatMul', [at.hidden, at.recurrent])]);

/** The recurrent layers of ONNX, a step each; gates in the order of ONNX. */
export const cells: Readonly<Record<string, Cell>> = {
  RNN: {
    ...{ activations: ['Tanh'], hasCell: false, joinsBias: () => true },
    step: (at) => ({ hidden: at.act(0, sum(at)), cell: '' }),
  },
  LSTM: {
    ...{ activations: ['Sigmoid', 'Tanh', 'Tanh'], hasCell: true, joinsBias: () => true },
    step(at) {
      const { build } = at;
      const [input, output, forget, candidate] = split(build, sum(at), 4) as [string, string, string, string];
      const kept = build.add('Mul', [at.act(0, forget), at.cell]);
      const taken = build.add('Mul', [at.act(0, input), at.act(1, candidate)]);
      const cell = build.add('Add', [kept, taken]);
      return { hidden: build.add('Mul', [at.act(0, output), at.act(2, cell)]), cell };
    },
  },
  GRU: {
    ...{ activations: ['Sigmoid', 'Tanh'], hasCell: false },
    joinsBias: (node) => intOf(node, 'linear_before_reset', 0) === 0,
    step(at, node) {
      const { build } = at;
      const [update, reset, candidate] = split(build, at.input, 3) as [string, string, string];
      const gate = (own: string, of: string, weights: string) =>
        at.act(0, build.add('Add', [own, build.add('MatMul', [of, weights])]));
      const [forUpdate, forReset, forCandidate] = split(build, at.recurrent, 3) as [string, string, string];
      let z: string;
      let fresh: string;
      if (intOf(node, 'linear_before_reset', 0) === 1) {
        const own = build.add('MatMul', [at.hidden, at.recurrent]);
        const whole = at.recurrentBias ? build.add('Add', [own, at.recurrentBias]) : own;
        const [u, r, c] = split(build, whole, 3) as [string, string, string];
        z = at.act(0, build.add('Add', [update, u]));
        fresh = build.add('Mul', [at.act(0, build.add('Add', [reset, r])), c]);
      } else {
        z = gate(update, at.hidden, forUpdate);
        const kept = build.add('Mul', [gate(reset, at.hidden, forReset), at.hidden]);
        fresh = build.add('MatMul', [kept, forCandidate]);
      }
      const made = at.act(1, build.add('Add', [candidate, fresh]));
      // (1 - z) made + z hidden
      const step = build.add('Mul', [z, build.add('Sub', [at.hidden, made])]);
      return { hidden: build.add('Add', [made, step]), cell: '' };
    },
  },
};
