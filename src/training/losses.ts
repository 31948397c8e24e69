import type { Builder } from '../onnx/builder.ts';
import { int64 } from '../onnx/graph.ts';

export interface LossAt {
  /** Logits or predictions [M,B,C]; of T tokens [M,B,TC]. */
  readonly outputs: string;
  /** One-hot classes, labels or targets [M,B,C]; of tokens their numbers [M,B,T] int64, -1 where none is asked for. */
  readonly targets: string;
  /** [M,B,1]: 1 for a row, 0 for the padding of a last batch. */
  readonly weights: string;
  readonly models: number;
  /** B: the sum over rows is divided by it, so that every row weighs the same in any batch. */
  readonly batch: number;
  /** C */
  readonly classes: number;
  /** T; 1 but for tokens. */
  readonly tokens: number;
}

/** Writes a loss and returns its name: a scalar summed over M models, so that their gradients do not mix. */
export type Loss = (build: Builder, at: LossAt) => string;

/** What each row counts: [M,B,1], so that scaling costs no pass over the outputs. */
const shares = (build: Builder, weights: string, scale: number) => build.add('Mul', [weights, build.scalar(scale)]);

const sum = (build: Builder, name: string) => build.add('ReduceSum', [name], { keepdims: 0 });

/** Softmax cross-entropy, nats. */
export const crossEntropy: Loss = (build, { outputs, targets, weights, batch }) => {
  const counted = build.add('Mul', [targets, shares(build, weights, -1 / batch)]);
  return sum(build, build.add('Mul', [build.add('LogSoftmax', [outputs], { axis: -1 }), counted]));
};

/** The same at each of T places, nats a token: the mean over all B T of them, those that are not asked for as zeros. */
export const tokenCrossEntropy: Loss = (build, { outputs, targets, weights, models, batch, classes, tokens }) => {
  const none = build.constant(int64('l_none', [], [0]));
  const own = build.add('Max', [targets, none]);
  const isAsked = build.add('Cast', [build.add('GreaterOrEqual', [targets, none])], { to: 1 });
  const cut = build.add('Reshape', [outputs, build.ints([models, batch, tokens, classes])]);
  const chosen = build.add(
    'GatherElements',
    [build.add('LogSoftmax', [cut], { axis: -1 }), build.add('Unsqueeze', [own, build.ints([-1])])],
    { axis: -1 },
  );
  const counted = build.add('Mul', [isAsked, shares(build, weights, -1 / (batch * tokens))]);
  return sum(build, build.add('Mul', [build.add('Squeeze', [chosen, build.ints([-1])]), counted]));
};

/** Of each of C labels that hold or not, by its own logit z: log(1 + e^z) - y z, nats; the mean over labels. */
export const binaryCrossEntropy: Loss = (build, { outputs, targets, weights, batch, classes }) => {
  const missed = build.add('Sub', [build.add('Softplus', [outputs]), build.add('Mul', [outputs, targets])]);
  return sum(build, build.add('Mul', [missed, shares(build, weights, 1 / (batch * classes))]));
};

/** Half the squared error. */
export const squaredError: Loss = (build, { outputs, targets, weights, batch }) => {
  const error = build.add('Sub', [outputs, targets]);
  return sum(build, build.add('Mul', [build.add('Mul', [error, error]), shares(build, weights, 0.5 / batch)]));
};
