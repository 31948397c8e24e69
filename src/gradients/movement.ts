import type { Rule } from './rule.ts';

export const movement = {
  Transpose: {
    op: 'Transpose',
    opset: [1, 26],
    keeps: [],
    inputs: [
      (at) => {
        const rank = at.shape(at.output).length;
        const given = at.attributes.perm as readonly number[] | undefined;
        const perm = given ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
        const back = perm.map((_, axis) => perm.indexOf(axis));
        return at.build.add('Transpose', [at.gradient], { perm: back });
      },
    ],
    samples: [
      { shapes: [[2, 3]], attributes: { perm: [1, 0] } },
      { shapes: [[2, 3, 4]], attributes: { perm: [1, 2, 0] } },
      { shapes: [[2, 3, 4]] },
    ],
  },
  Reshape: {
    op: 'Reshape',
    opset: [13, 26],
    keeps: [],
    inputs: [(at) => at.build.add('Reshape', [at.gradient, at.build.ints(at.shape(at.inputs[0]!))]), 'constant'],
    samples: [
      { shapes: [[2, 6], [2]], ints: { 1: [3, 4] } },
      { shapes: [[2, 3, 4], [2]], ints: { 1: [-1, 4] } },
      { shapes: [[2, 3, 4], [3]], ints: { 1: [0, 2, 6] } },
    ],
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
