/** Operators that a slice or a loss may use: `gradients/` must hold a row for each, `infer-shapes` a rule. */
export const SLICE_OPS = [
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Where', 'Clip',
  'Neg', 'Exp', 'Log', 'Sqrt', 'Abs', 'Reciprocal', 'Erf', 'Identity', 'Cast',
  'Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh',
  'Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Tanh', 'Sigmoid', 'HardSigmoid',
  'HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish',
  'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And', 'Or', 'Xor', 'Not',
  'Sign', 'Floor', 'Ceil', 'Round', 'IsNaN', 'IsInf',
  'MatMul', 'Softmax', 'LogSoftmax',
  'ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceLogSum',
  'ReduceLogSumExp', 'ReduceSumSquare', 'CumSum',
  'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Pad',
  'Gather', 'GatherElements', 'GatherND', 'ScatterND', 'ScatterElements', 'DepthToSpace', 'SpaceToDepth', 'Trilu',
  'ReverseSequence', 'Dropout',
] as const; // biome-ignore format: one family a line

export type SliceOp = (typeof SLICE_OPS)[number];

export function isSliceOp(op: string): op is SliceOp {
  return (SLICE_OPS as readonly string[]).includes(op);
}
