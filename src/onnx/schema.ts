/** Operators that a slice or a loss may use: `gradients/` must hold a row for each, `infer-shapes` a rule. */
export const SLICE_OPS = [
  'Add', 'Sub', 'Mul', 'Div', 'Neg', 'Exp', 'Log', 'Sqrt', 'Abs',
  'Relu', 'LeakyRelu', 'Tanh', 'Sigmoid', 'Softplus', 'Erf',
  'MatMul', 'Transpose', 'Reshape', 'Identity',
  'ReduceSum', 'ReduceMean', 'Softmax', 'LogSoftmax', 'Greater',
] as const; // biome-ignore format: one family a line

export type SliceOp = (typeof SLICE_OPS)[number];

export function isSliceOp(op: string): op is SliceOp {
  return (SLICE_OPS as readonly string[]).includes(op);
}
