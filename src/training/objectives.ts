import type { Builder } from '../onnx/builder.ts';
import { float32 } from '../onnx/graph.ts';
import type { Shape } from '../tensor/shape.ts';
import { binaryCrossEntropy, crossEntropy, type Loss, squaredError, tokenCrossEntropy } from './losses.ts';

/** What a slice is trained to do. Two classes by one logit are classes, too: the other's logit is 0. */
export type Objective = 'classification' | 'regression' | 'tokens' | 'multi-label';

interface Size {
  /** C: classes, words, labels; 1 for regression. */
  readonly outputs: number;
  /** Values that the slice gives a row. */
  readonly answers: number;
}

interface ObjectiveRow {
  /** How labels are fed: [N], or [N,L] with L labels a row. */
  readonly labels: 'int64' | 'float32';
  /** L */
  perRow(size: Size): number;
  readonly loss: Loss;
  /** Targets of the loss, [M,B, ...] like these axes, from the batch's labels [M,B] or [M,B,L]. */
  targets(build: Builder, labels: string, size: Size): string;
  axes(size: Size): Shape;
}

const same: ObjectiveRow['targets'] = (_, labels) => labels;
const one = () => 1;
const tokens = ({ answers, outputs }: Size) => answers / outputs;

/** A row for each objective: its labels, and its loss. */
export const objectives: Readonly<Record<Objective, ObjectiveRow>> = {
  classification: {
    ...{ labels: 'int64', perRow: one, loss: crossEntropy, axes: ({ outputs }) => [outputs] },
    targets: (build, labels, { outputs }) => build.add('Gather', [identity(build, outputs), labels], { axis: 0 }),
  },
  regression: {
    ...{ labels: 'float32', perRow: one, loss: squaredError, axes: () => [1] },
    targets: (build, labels) => build.add('Unsqueeze', [labels, build.ints([-1])]),
  },
  tokens: {
    ...{ labels: 'int64', perRow: tokens, loss: tokenCrossEntropy, targets: same, axes: (size) => [tokens(size)] },
  },
  'multi-label': {
    ...{ labels: 'float32', perRow: ({ outputs }) => outputs, loss: binaryCrossEntropy, targets: same },
    axes: ({ outputs }) => [outputs],
  },
};

/** Type of the labels that a training graph is fed: classes are int32, since devices have no int64. */
export const trainedAs = (task: Objective): 'int32' | 'int64' | 'float32' =>
  task === 'classification' ? 'int32' : objectives[task].labels;

/** The identity matrix [C,C]: a row of it is a one-hot target, gathered several times faster than by OneHot. */
function identity(build: Builder, C: number): string {
  const data = new Float32Array(C * C);
  for (let c = 0; c < C; c++) data[c * C + c] = 1;
  return build.constant(float32('g_identity', [C, C], data));
}
