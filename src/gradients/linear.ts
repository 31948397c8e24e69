import type { Builder } from '../onnx/builder.ts';
import type { Shape } from '../tensor/shape.ts';
import { shapes } from './row.ts';
import { type Rule, sumTo } from './rule.ts';

/** Exchanges the last two axes. */
function transposed(build: Builder, name: string, shape: Shape): string {
  const perm = shape.map((_, axis) => axis);
  perm.splice(-2, 2, shape.length - 1, shape.length - 2);
  return build.add('Transpose', [name], { perm });
}

/** Shape of a product of matrices before the sum over broadcast leading axes. */
const stacked = (lead: Shape, rows: number, columns: number): Shape => [...lead, rows, columns];

export const linear = {
  MatMul: {
    op: 'MatMul',
    opset: [9, 26],
    keeps: ['inputs'],
    inputs: [
      (at) => {
        const [a, b] = [at.shape(at.inputs[0]!), at.shape(at.inputs[1]!)];
        const full = at.build.add('MatMul', [at.gradient, transposed(at.build, at.inputs[1]!, b)]);
        return sumTo(at.build, full, stacked(at.shape(at.output).slice(0, -2), a.at(-2)!, a.at(-1)!), a);
      },
      (at) => {
        const [a, b] = [at.shape(at.inputs[0]!), at.shape(at.inputs[1]!)];
        const full = at.build.add('MatMul', [transposed(at.build, at.inputs[0]!, a), at.gradient]);
        return sumTo(at.build, full, stacked(at.shape(at.output).slice(0, -2), b.at(-2)!, b.at(-1)!), b);
      },
    ],
    samples: [
      {
        shapes: shapes('2x3', '3x4'),
      },
      {
        shapes: shapes('5x2x3', '5x3x4'),
      },
      {
        shapes: shapes('2x3', '5x3x4'),
      },
      {
        shapes: shapes('5x2x3', '3x4'),
      },
      {
        shapes: shapes('2x1x2x3', '5x3x1'),
      },
    ],
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
