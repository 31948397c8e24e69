/** Operators that give each element of their first input a value of its own: any shape passes through. */
export const ELEMENTWISE = [
  'Neg', 'Exp', 'Log', 'Sqrt', 'Abs', 'Reciprocal', 'Erf', 'Identity', 'Cast', 'Clip', 'Dropout',
  'Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh',
  'Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Tanh', 'Sigmoid', 'HardSigmoid',
  'HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish',
  'Not', 'Sign', 'Floor', 'Ceil', 'Round', 'IsNaN', 'IsInf',
] as const; // biome-ignore format: one family a line

/** Operators whose inputs broadcast against each other as in numpy. */
export const BROADCASTING = [
  'Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Where',
  'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And', 'Or', 'Xor',
] as const; // biome-ignore format: one family a line

/** Operators that reduce their first input along the axes of their second. */
export const REDUCING = [
  'ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceLogSum',
  'ReduceLogSumExp', 'ReduceSumSquare',
] as const; // biome-ignore format: one family a line

/** Operators that a slice or a loss may use: `gradients/` must hold two rows for each, `infer-shapes` a rule. */
export const SLICE_OPS = [
  ...ELEMENTWISE,
  ...BROADCASTING,
  ...REDUCING,
  'PRelu', 'MatMul', 'Softmax', 'LogSoftmax', 'CumSum',
  'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Pad',
  'Gather', 'GatherElements', 'GatherND', 'ScatterND', 'ScatterElements', 'DepthToSpace', 'SpaceToDepth', 'Trilu',
  'ReverseSequence', 'Gemm', 'Einsum',
  'Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool',
  'BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization',
] as const; // biome-ignore format: one family a line

export type SliceOp = (typeof SLICE_OPS)[number];

export function isSliceOp(op: string): op is SliceOp {
  return (SLICE_OPS as readonly string[]).includes(op);
}

/** One value for each of these operators, for a table of rows. */
export function alike<K extends SliceOp, V>(ops: readonly K[], value: V): Record<K, V> {
  return Object.fromEntries(ops.map((op) => [op, value])) as Record<K, V>;
}
