import { sizeOf } from '../tensor/shape.ts';
import type { Backprop, Formula, Rule, Sample } from './rule.ts';

const SAMPLES: readonly Sample[] = [
  { shapes: [[2, 3], [1]], ints: { 1: [1] }, attributes: { keepdims: 1 } },
  { shapes: [[2, 3], [1]], ints: { 1: [0] }, attributes: { keepdims: 0 } },
  { shapes: [[4, 2, 3], [2]], ints: { 1: [-1, 1] }, attributes: { keepdims: 1 } },
  { shapes: [[4, 2, 3]], attributes: { keepdims: 1 } },
];

/** The gradient copied back along the reduced axes. */
function unreduced(at: Backprop): string {
  const shape = at.shape(at.inputs[0]!);
  const [axes] = [at.inputs[1]];
  const kept = at.attributes.keepdims === 0 && axes ? at.build.add('Unsqueeze', [at.gradient, axes]) : at.gradient;
  return at.build.add('Expand', [kept, at.build.ints(shape)]);
}

const mean: Formula = (at) => {
  const share = sizeOf(at.shape(at.output)) / sizeOf(at.shape(at.inputs[0]!));
  return at.build.add('Mul', [unreduced(at), at.build.scalar(share)]);
};

export const reductions = {
  ReduceSum: { op: 'ReduceSum', opset: [13, 26], keeps: [], inputs: [unreduced, 'constant'], samples: SAMPLES },
  ReduceMean: { op: 'ReduceMean', opset: [18, 26], keeps: [], inputs: [mean, 'constant'], samples: SAMPLES },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
