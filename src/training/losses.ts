import type { Builder } from '../onnx/builder.ts';

/** Writes a loss and returns its name: a scalar summed over M models, so that their gradients do not mix. */
export type Loss = (
  build: Builder,
  at: {
    /** Logits or predictions [M,B,C]. */
    readonly outputs: string;
    /** One-hot classes or targets [M,B,C]. */
    readonly targets: string;
    /** [M,B,1]: 1 for a row, 0 for the padding of a last batch. */
    readonly weights: string;
    /** B: the sum over rows is divided by it, so that every row weighs the same in any batch. */
    readonly batch: number;
  },
) => string;

/** What each row counts: [M,B,1], so that scaling costs no pass over the outputs. */
const shares = (build: Builder, weights: string, scale: number) => build.add('Mul', [weights, build.scalar(scale)]);

/** Softmax cross-entropy, nats. */
export const crossEntropy: Loss = (build, { outputs, targets, weights, batch }) => {
  const counted = build.add('Mul', [targets, shares(build, weights, -1 / batch)]);
  return build.add('ReduceSum', [build.add('Mul', [build.add('LogSoftmax', [outputs], { axis: -1 }), counted])], {
    keepdims: 0,
  });
};

/** Half the squared error. */
export const squaredError: Loss = (build, { outputs, targets, weights, batch }) => {
  const error = build.add('Sub', [outputs, targets]);
  const counted = build.add('Mul', [build.add('Mul', [error, error]), shares(build, weights, 0.5 / batch)]);
  return build.add('ReduceSum', [counted], { keepdims: 0 });
};
