import { equationOf } from '../onnx/einsum.ts';
import { gemm } from './linear.ts';
import { aligned, type StackedInput, type StackRow } from './stack-row.ts';

/** Gemm knows two axes: for M models it is a MatMul, scaled, and a sum. */
export const stackedGemm: StackRow = (at) => {
  const { build } = at;
  const { alpha, beta, transA, transB } = gemm(at.known.node);
  const [a, b, c] = at.inputs as [StackedInput, StackedInput, StackedInput | undefined];
  const turned = ({ name, stacked }: StackedInput, isTurned: number) =>
    isTurned === 1 ? build.add('Transpose', [name], { perm: stacked ? [0, 2, 1] : [1, 0] }) : name;
  const times = (name: string, { float }: { readonly float: number }) =>
    float === 1 ? name : build.add('Mul', [name, build.scalar(float)]);
  const product = [turned(a, transA), turned(b, transB)];
  const both = a.stacked || b.stacked;
  if (!c || c.name === '') {
    if (alpha.float === 1) return { op: 'MatMul', inputs: product, attributes: {} };
    return { op: 'Mul', inputs: [build.add('MatMul', product), build.scalar(alpha.float)], attributes: {} };
  }
  const made = times(build.add('MatMul', product), alpha);
  const shape = at.shape(0);
  // Where the bias alone is each model's own, it still is to be added to every row.
  const whole = both ? made : build.add('Reshape', [made, build.ints([1, ...shape])]);
  return { op: 'Add', inputs: [whole, times(aligned(at, c, 2), beta)], attributes: {} };
};

/** M is one more letter of the inputs that have it, and of the output. */
export const stackedEinsum: StackRow = (at) => {
  const { terms, output } = equationOf(at.known.node);
  const used = terms.join('');
  const letter = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].find((each) => !used.includes(each))!;
  const lead = at.inputs.map(({ stacked }, index) => (stacked ? letter : '') + terms[index]!);
  return {
    op: 'Einsum',
    inputs: at.inputs.map(({ name }) => name),
    attributes: { equation: `${lead.join(',')}->${letter}${output}` },
  };
};
