import type { Builder } from '../onnx/builder.ts';

/** How a parameter moves: one row per optimizer. States have the parameter's shape and begin at zero. */
export interface Optimizer {
  readonly name: 'sgd' | 'adamw';
  readonly states: readonly string[];
  /** Writes one update; returns the new parameter and the new states. `rate` is a scalar, `step` counts from 1. */
  update(
    build: Builder,
    at: { parameter: string; gradient: string; states: readonly string[]; rate: string; step: string; decay: number },
  ): { parameter: string; states: string[] };
}

const MOMENTUM = 0.9;

/** SGD with momentum: v <- 0.9 v + g + decay w; w <- w - rate v. */
const sgd: Optimizer = {
  name: 'sgd',
  states: ['velocity'],
  update(build, { parameter, gradient, states, rate, decay }) {
    const pull =
      decay === 0 ? gradient : build.add('Add', [gradient, build.add('Mul', [parameter, build.scalar(decay)])]);
    const velocity = build.add('Add', [build.add('Mul', [states[0]!, build.scalar(MOMENTUM)]), pull]);
    return { parameter: build.add('Sub', [parameter, build.add('Mul', [velocity, rate])]), states: [velocity] };
  },
};

const BETA = [0.9, 0.999] as const;
const EPSILON = 1e-8;

/** AdamW with bias correction (Loshchilov and Hutter 2019, algorithm 2). */
const adamw: Optimizer = {
  name: 'adamw',
  states: ['mean', 'square'],
  update(build, { parameter, gradient, states, rate, step, decay }) {
    const blend = (beta: number, state: string, value: string) =>
      build.add('Add', [
        build.add('Mul', [state, build.scalar(beta)]),
        build.add('Mul', [value, build.scalar(1 - beta)]),
      ]);
    const corrected = (beta: number, state: string) => {
      const power = build.add('Pow', [build.scalar(beta), step]);
      return build.add('Div', [state, build.add('Sub', [build.scalar(1), power])]);
    };
    const mean = blend(BETA[0], states[0]!, gradient);
    const square = blend(BETA[1], states[1]!, build.add('Mul', [gradient, gradient]));
    const root = build.add('Add', [build.add('Sqrt', [corrected(BETA[1], square)]), build.scalar(EPSILON)]);
    const pull = build.add('Div', [corrected(BETA[0], mean), root]);
    const decayed = decay === 0 ? pull : build.add('Add', [pull, build.add('Mul', [parameter, build.scalar(decay)])]);
    return { parameter: build.add('Sub', [parameter, build.add('Mul', [decayed, rate])]), states: [mean, square] };
  },
};

export const optimizers: Readonly<Record<Optimizer['name'], Optimizer>> = { sgd, adamw };
