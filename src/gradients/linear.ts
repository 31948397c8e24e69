import { floatOf, intOf } from '../onnx/attributes.ts';
import type { Builder } from '../onnx/builder.ts';
import { equationOf } from '../onnx/einsum.ts';
import type { Node } from '../onnx/graph.ts';
import type { Shape } from '../tensor/shape.ts';
import { row, shapes } from './row.ts';
import { type Rule, sumTo } from './rule.ts';

/** Exchanges the last two axes. */
function transposed(build: Builder, name: string, shape: Shape): string {
  const perm = shape.map((_, axis) => axis);
  perm.splice(-2, 2, shape.length - 1, shape.length - 2);
  return build.add('Transpose', [name], { perm });
}

/** Shape of a product of matrices before the sum over broadcast leading axes. */
const stacked = (lead: Shape, rows: number, columns: number): Shape => [...lead, rows, columns];

/** Attributes of a Gemm, defaults filled in. */
export const gemm = (node: Pick<Node, 'attributes'>) => ({
  alpha: { float: floatOf(node, 'alpha', 1) },
  beta: { float: floatOf(node, 'beta', 1) },
  transA: intOf(node, 'transA', 0),
  transB: intOf(node, 'transB', 0),
});

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
  Gemm: row(
    'Gemm',
    11,
    [
      (at) => {
        const { alpha, transA, transB } = gemm(at.known.node);
        return transA
          ? at.build.add('Gemm', [at.inputs[1]!, at.gradient], { alpha, transA: transB, transB: 1 })
          : at.build.add('Gemm', [at.gradient, at.inputs[1]!], { alpha, transB: 1 - transB });
      },
      (at) => {
        const { alpha, transA, transB } = gemm(at.known.node);
        return transB
          ? at.build.add('Gemm', [at.gradient, at.inputs[0]!], { alpha, transA: 1, transB: transA })
          : at.build.add('Gemm', [at.inputs[0]!, at.gradient], { alpha, transA: 1 - transA });
      },
      (at) => {
        const { beta } = gemm(at.known.node);
        const scaled = at.build.add('Mul', [at.gradient, at.build.scalar(beta.float)]);
        return sumTo(at.build, scaled, at.shape(at.output), at.shape(at.inputs[2]!));
      },
    ],
    [
      { shapes: shapes('2x3', '3x4') },
      { shapes: shapes('2x3', '4x3', '4'), attributes: { transB: 1, beta: { float: 0.5 } } },
      { shapes: shapes('3x2', '3x4', '2x1'), attributes: { transA: 1, alpha: { float: 2 } } },
      { shapes: shapes('3x2', '4x3', ''), attributes: { transA: 1, transB: 1, alpha: { float: -0.5 } } },
    ],
    ['inputs'],
  ),
  Einsum: row(
    'Einsum',
    12,
    {
      each: (index) => (at) => {
        const { build } = at;
        const equation = equationOf(at.known.node);
        const own = equation.terms[index]!;
        const others = equation.terms.filter((_, other) => other !== index);
        const known = [...own].filter((letter) => [equation.output, ...others].some((term) => term.includes(letter)));
        const names = at.inputs.filter((_, other) => other !== index);
        const part = build.add('Einsum', [at.gradient, ...names], {
          equation: `${[equation.output, ...others].join(',')}->${known.join('')}`,
        });
        if (known.length === own.length) return part;
        // A letter of this input alone was summed over: its gradient is the same at every place.
        const shape = at.shape(at.inputs[index]!);
        const ones = shape.map((size, axis) => (known.includes(own[axis]!) ? size : 1));
        return build.add('Expand', [build.add('Reshape', [part, build.ints(ones)]), build.ints(shape)]);
      },
    },
    [
      { shapes: shapes('2x3', '3x4'), attributes: { equation: 'ij,jk->ik' } },
      { shapes: shapes('2x2x3', '2x4x3'), attributes: { equation: 'bqd, bkd -> bqk' } },
      { shapes: shapes('2x3', '4'), attributes: { equation: 'ij,k->ki' } },
      { shapes: shapes('2x3x2'), attributes: { equation: 'abc->cb' } },
      { shapes: shapes('3', '2x3', '2'), attributes: { equation: 'i,ji,j' } },
    ],
    ['inputs'],
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
