import { intOf } from '../onnx/attributes.ts';
import type { Backprop, Rule, Sample } from './rule.ts';

const SAMPLES: readonly Sample[] = [
  { shapes: [[2, 3]], attributes: { axis: -1 } },
  { shapes: [[4, 2, 3]], attributes: { axis: -1 } },
  { shapes: [[4, 2, 3]], attributes: { axis: 1 } },
];

/** Sum along the softmax axis (last by default, opset 13 and up), kept as an axis of one. */
function total(at: Backprop, name: string): string {
  const axis = intOf(at.known.node, 'axis', -1);
  return at.build.add('ReduceSum', [name, at.build.ints([axis])], { keepdims: 1 });
}

export const softmax = {
  Softmax: {
    op: 'Softmax',
    opset: [13, 26],
    keeps: ['output'],
    inputs: [
      (at) => {
        const weighted = at.build.add('Mul', [at.gradient, at.output]);
        return at.build.add('Sub', [weighted, at.build.add('Mul', [at.output, total(at, weighted)])]);
      },
    ],
    samples: SAMPLES,
  },
  LogSoftmax: {
    op: 'LogSoftmax',
    opset: [13, 26],
    keeps: ['output'],
    inputs: [
      (at) => {
        const share = at.build.add('Mul', [at.build.add('Exp', [at.output]), total(at, at.gradient)]);
        return at.build.add('Sub', [at.gradient, share]);
      },
    ],
    samples: SAMPLES,
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
