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

const weightedMean = (build: Builder, values: string, weights: string, scale: number): string => {
  const weighted = build.add('Mul', [build.add('Mul', [values, weights]), build.scalar(scale)]);
  return build.add('ReduceSum', [weighted], { keepdims: 0 });
};

/** Softmax cross-entropy, nats. */
export const crossEntropy: Loss = (build, { outputs, targets, weights, batch }) => {
  const likelihood = build.add('Mul', [build.add('LogSoftmax', [outputs], { axis: -1 }), targets]);
  return weightedMean(build, likelihood, weights, -1 / batch);
};

/** Half the squared error. */
export const squaredError: Loss = (build, { outputs, targets, weights, batch }) => {
  const error = build.add('Sub', [outputs, targets]);
  return weightedMean(build, build.add('Mul', [error, error]), weights, 0.5 / batch);
};
