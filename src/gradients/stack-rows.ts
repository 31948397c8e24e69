import { slicedAxes } from '../onnx/movement-shapes.ts';
import { refusedModel } from '../onnx/refuse.ts';
import type { SliceOp } from '../onnx/schema.ts';
import { axisOf, intOf, reducedAxes } from '../onnx/shape-rule.ts';
import { aligned, behind, copied, type Stacking, type StackRow } from './stack-row.ts';

const names = (at: Stacking) => at.inputs.map(({ name }) => name);

const unchanged: StackRow = (at) => ({ ...at.node, inputs: names(at) });

/** Inputs that broadcast against each other keep doing so behind M. */
const broadcasting: StackRow = (at) => {
  const rank = Math.max(...at.inputs.map(({ shape }) => shape.length));
  return { ...at.node, inputs: at.inputs.map((input) => aligned(at, input, rank)) };
};

/** A parameter behind the first input that broadcasts against it. */
const followed: StackRow = (at) => {
  const rank = at.inputs[0]!.shape.length;
  return {
    ...at.node,
    inputs: [copied(at, at.inputs[0]!), ...at.inputs.slice(1).map((each) => aligned(at, each, rank))],
  };
};

/** The axis of an attribute moves behind M. */
const alongAxis =
  (otherwise: number): StackRow =>
  (at) => ({
    ...at.node,
    inputs: at.inputs.map((input) => copied(at, input)),
    attributes: { ...at.node.attributes, axis: behind(intOf(at.node, 'axis', otherwise)) },
  });

/** Whatever cuts the same values into other axes is a Reshape. */
const reshaped: StackRow = (at) => ({
  op: 'Reshape',
  inputs: [at.inputs[0]!.name, at.build.ints([at.models, ...at.shape(0)])],
  attributes: {},
});

const reduced: StackRow = (at) => {
  const axes = reducedAxes(at.known).map((axis) => axis + 1);
  if (axes.length === 0) return { op: 'Identity', inputs: [at.inputs[0]!.name], attributes: {} };
  return { ...at.node, inputs: [at.inputs[0]!.name, at.build.ints(axes)] };
};

/** M joins the batch axis, where the operator does the same to every element of it. */
const foldedBatch: StackRow = (at) => {
  const [first, ...rest] = at.inputs as [Stacking['inputs'][number], ...Stacking['inputs'][number][]];
  const { build, models } = at;
  const [batch, ...axes] = first.shape as [number, ...number[]];
  const folded = build.add('Reshape', [first.name, build.ints([models * batch, ...axes])]);
  const made = build.add(at.node.op, [folded, ...rest.map(({ name }) => name)], at.node.attributes);
  return { op: 'Reshape', inputs: [made, build.ints([models, ...at.shape(0)])], attributes: {} };
};

/** Indices [M, ..., k] of one model as indices [M, ..., k + 1] into what is stacked. */
function withModel(at: Stacking, indices: Stacking['inputs'][number]): string {
  const { build, models } = at;
  const lead = [models, ...indices.shape.slice(0, -1), 1];
  const counted = build.add('Reshape', [
    build.ints(Array.from({ length: models }, (_, m) => m)),
    build.ints([models, ...Array(lead.length - 1).fill(1)]),
  ]);
  const own = build.add('Expand', [counted, build.ints(lead)]);
  return build.add('Concat', [own, copied(at, indices)], { axis: -1 });
}

const gather: StackRow = (at) => {
  const [data, indices] = at.inputs as [Stacking['inputs'][number], Stacking['inputs'][number]];
  const { build, models } = at;
  const axis = axisOf(intOf(at.node, 'axis', 0), data.shape.length);
  if (!indices.stacked) return { ...at.node, inputs: names(at), attributes: { axis: axis + 1 } };
  if (axis !== 0)
    throw refusedModel('a Gather along a later axis has an index for each model', 'Cut the model behind it.');
  if (!data.stacked) return { ...at.node, inputs: names(at) };
  // An embedding table for each model: one table of M times the rows, and indices that start at each model's own.
  const [count, ...rest] = data.shape as [number, ...number[]];
  const table = build.add('Reshape', [data.name, build.ints([models * count, ...rest])]);
  const starts = build.add('Reshape', [
    build.ints(Array.from({ length: models }, (_, m) => m * count)),
    build.ints([models, ...indices.shape.map(() => 1)]),
  ]);
  const long = build.add('Cast', [indices.name], { to: 7 });
  // Negative indices count from the end of the model's own table.
  const own = build.add('Mod', [build.add('Add', [long, build.ints([count])]), build.ints([count])]);
  return { op: 'Gather', inputs: [table, build.add('Add', [own, starts])], attributes: { axis: 0 } };
};

const matmul: StackRow = (at) => {
  const rank = Math.max(...at.inputs.map(({ shape }) => shape.length));
  return { ...at.node, inputs: at.inputs.map((input) => aligned(at, input, rank)) };
};

const refuse =
  (op: string): StackRow =>
  () => {
    throw refusedModel(`${op} cannot be retrained for many models at once yet`, 'Cut the model behind it.');
  };

const all = <K extends SliceOp>(ops: readonly K[], row: StackRow) =>
  Object.fromEntries(ops.map((op) => [op, row])) as Record<K, StackRow>;

/** How each operator of a slice runs for M models at once; a missing row does not compile. */
export const stackRows: Readonly<Record<SliceOp, StackRow>> = {
  ...all(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Where'], broadcasting),
  ...all(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And', 'Or', 'Xor'], broadcasting),
  ...all(['Neg', 'Exp', 'Log', 'Sqrt', 'Abs', 'Reciprocal', 'Erf', 'Identity', 'Cast', 'Clip'], unchanged),
  ...all(['Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh'], unchanged),
  ...all(['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Tanh', 'Sigmoid', 'HardSigmoid'], unchanged),
  ...all(['HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish', 'Dropout', 'Trilu'], unchanged),
  ...all(['Not', 'Sign', 'Floor', 'Ceil', 'Round', 'IsNaN', 'IsInf'], unchanged),
  PRelu: followed,
  MatMul: matmul,
  ...all(['Softmax', 'LogSoftmax'], alongAxis(-1)),
  ...all(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'], reduced),
  ...all(['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare'], reduced),
  CumSum: (at) => ({ ...at.node, inputs: [at.inputs[0]!.name, at.build.ints(at.known.ints(1).map(behind))] }),
  Transpose: (at) => {
    const rank = at.inputs[0]!.shape.length;
    const given = at.node.attributes.perm as readonly number[] | undefined;
    const perm = given ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    return { ...at.node, inputs: names(at), attributes: { perm: [0, ...perm.map((axis) => axis + 1)] } };
  },
  ...all(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'], reshaped),
  Expand: (at) => {
    const shape = at.shape(0);
    return { ...at.node, inputs: [aligned(at, at.inputs[0]!, shape.length), at.build.ints([at.models, ...shape])] };
  },
  Tile: (at) => ({ ...at.node, inputs: [at.inputs[0]!.name, at.build.ints([1, ...at.known.ints(1)])] }),
  Concat: alongAxis(0),
  Split: (at) => ({
    ...at.node,
    inputs: names(at),
    attributes: { ...at.node.attributes, axis: behind(intOf(at.node, 'axis', 0)) },
  }),
  Slice: (at) => {
    const lists = slicedAxes(at.known).map(({ axis, start, step, count }) => {
      const end = start + step * count;
      return [start, step < 0 && end < 0 ? Number.MIN_SAFE_INTEGER : end, axis + 1, step] as const;
    });
    const list = (which: 0 | 1 | 2 | 3) => at.build.ints(lists.map((each) => each[which]));
    return { op: 'Slice', inputs: [at.inputs[0]!.name, list(0), list(1), list(2), list(3)], attributes: {} };
  },
  Pad: (at) => {
    const rank = at.inputs[0]!.shape.length;
    const axes = at.node.inputs[3]
      ? at.known.ints(3).map((axis) => axisOf(axis, rank))
      : at.inputs[0]!.shape.map((_, axis) => axis);
    const inputs = [
      at.inputs[0]!.name,
      at.inputs[1]!.name,
      at.node.inputs[2] ?? '',
      at.build.ints(axes.map((axis) => axis + 1)),
    ];
    return { ...at.node, inputs };
  },
  Gather: gather,
  GatherElements: alongAxis(0),
  GatherND: (at) => ({
    op: 'GatherND',
    inputs: [copied(at, at.inputs[0]!), withModel(at, at.inputs[1]!)],
    attributes: {},
  }),
  ScatterND: (at) => ({
    ...at.node,
    inputs: [copied(at, at.inputs[0]!), withModel(at, at.inputs[1]!), copied(at, at.inputs[2]!)],
  }),
  ScatterElements: alongAxis(0),
  ...all(['DepthToSpace', 'SpaceToDepth'], foldedBatch),
  ReverseSequence: refuse('ReverseSequence'),
};
