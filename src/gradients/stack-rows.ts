import { intOf } from '../onnx/attributes.ts';
import { paddedAxes, permOf, slicedAxes } from '../onnx/movement-shapes.ts';
import { refusedModel } from '../onnx/refuse.ts';
import { alike, BROADCASTING, ELEMENTWISE, REDUCING, type SliceOp } from '../onnx/schema.ts';
import { axisOf, reducedAxes } from '../onnx/shape-rule.ts';
import { foldedBatch, stackedChannelNorm, stackedConv, stackedLayerNorm } from './stack-channels.ts';
import { stackedEinsum, stackedGemm } from './stack-linear.ts';
import { aligned, behind, copied, type StackedInput, type Stacking, type StackRow } from './stack-row.ts';

const names = (at: Stacking) => at.inputs.map(({ name }) => name);

const unchanged: StackRow = (at) => ({ ...at.known.node, inputs: names(at) });

/** Inputs that broadcast against each other keep doing so behind M. */
const broadcasting: StackRow = (at) => {
  const rank = Math.max(...at.inputs.map(({ shape }) => shape.length));
  return { ...at.known.node, inputs: at.inputs.map((input) => aligned(at, input, rank)) };
};

/** A parameter behind the first input that broadcasts against it. */
const followed: StackRow = (at) => {
  const rank = at.inputs[0]!.shape.length;
  return {
    ...at.known.node,
    inputs: [copied(at, at.inputs[0]!), ...at.inputs.slice(1).map((each) => aligned(at, each, rank))],
  };
};

/** The axis of an attribute moves behind M. */
const alongAxis =
  (otherwise: number): StackRow =>
  (at) => ({
    ...at.known.node,
    inputs: at.inputs.map((input) => copied(at, input)),
    attributes: { ...at.known.node.attributes, axis: behind(intOf(at.known.node, 'axis', otherwise)) },
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
  return { ...at.known.node, inputs: [at.inputs[0]!.name, at.build.ints(axes)] };
};

/** Indices [M, ..., k] of one model as indices [M, ..., k + 1] into what is stacked. */
function withModel(at: Stacking, indices: StackedInput): string {
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
  const [data, indices] = at.inputs as [StackedInput, StackedInput];
  const { build, models } = at;
  const axis = axisOf(intOf(at.known.node, 'axis', 0), data.shape.length);
  if (!indices.stacked) return { ...at.known.node, inputs: names(at), attributes: { axis: axis + 1 } };
  if (axis !== 0)
    throw refusedModel('a Gather along a later axis has an index for each model', 'Cut the model behind it.');
  if (!data.stacked) return { ...at.known.node, inputs: names(at) };
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

/** M joins the batch: the sequences' lengths are those of every model. */
const reversedSequences: StackRow = (at) => {
  const { build, models } = at;
  const [data, lengths] = at.inputs as [StackedInput, StackedInput];
  const { attributes } = at.known.node;
  const isBatchFirst = intOf(at.known.node, 'batch_axis', 1) === 0;
  const axes = data.shape.map((_, axis) => axis + 1);
  const lead = isBatchFirst ? [0, 1, 2] : [1, 0, 2];
  const perm = [...lead, ...axes.slice(2)];
  const turn = (name: string) => (isBatchFirst ? name : build.add('Transpose', [name], { perm }));
  const [first, second, ...rest] = data.shape as [number, number, ...number[]];
  const joined = isBatchFirst ? [models * first, second, ...rest] : [first, models * second, ...rest];
  const apart = isBatchFirst ? [models, first, second, ...rest] : [first, models, second, ...rest];
  const folded = build.add('Reshape', [turn(copied(at, data)), build.ints(joined)]);
  const all = build.add('Reshape', [copied(at, lengths), build.ints([-1])]);
  const made = build.add('ReverseSequence', [folded, all], attributes);
  const split = build.add('Reshape', [made, build.ints(apart)]);
  return isBatchFirst
    ? { op: 'Identity', inputs: [split], attributes: {} }
    : { op: 'Transpose', inputs: [split], attributes: { perm } };
};

/** How each operator of a slice runs for M models at once; a missing row does not compile. */
export const stackRows: Readonly<Record<SliceOp, StackRow>> = {
  ...alike(ELEMENTWISE, unchanged),
  ...alike(BROADCASTING, broadcasting),
  ...alike(REDUCING, reduced),
  // Leading axes of matrices broadcast, too.
  MatMul: broadcasting,
  Trilu: unchanged,
  PRelu: followed,
  ...alike(['Softmax', 'LogSoftmax'], alongAxis(-1)),
  CumSum: (at) => ({ ...at.known.node, inputs: [at.inputs[0]!.name, at.build.ints(at.known.ints(1).map(behind))] }),
  Transpose: (at) => ({
    ...at.known.node,
    inputs: names(at),
    attributes: { perm: [0, ...permOf(at.known).map((axis) => axis + 1)] },
  }),
  ...alike(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'], reshaped),
  Expand: (at) => {
    const shape = at.shape(0);
    return {
      ...at.known.node,
      inputs: [aligned(at, at.inputs[0]!, shape.length), at.build.ints([at.models, ...shape])],
    };
  },
  Tile: (at) => ({ ...at.known.node, inputs: [at.inputs[0]!.name, at.build.ints([1, ...at.known.ints(1)])] }),
  Concat: alongAxis(0),
  Split: (at) => ({
    ...at.known.node,
    inputs: names(at),
    attributes: { ...at.known.node.attributes, axis: behind(intOf(at.known.node, 'axis', 0)) },
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
    // All axes are written out: onnxruntime loses its way where a Transpose meets a Pad of some.
    const [axes, pads] = [paddedAxes(at.known), at.known.ints(1)];
    const rank = at.inputs[0]!.shape.length + 1;
    const whole = Array<number>(2 * rank).fill(0);
    axes.forEach((axis, index) => {
      whole[axis + 1] = pads[index]!;
      whole[rank + axis + 1] = pads[axes.length + index]!;
    });
    const [values, , fill] = at.known.node.inputs as [string, string, string | undefined];
    return { ...at.known.node, inputs: [values, at.build.ints(whole), ...(fill ? [fill] : [])] };
  },
  Gather: gather,
  GatherElements: alongAxis(0),
  GatherND: (at) => ({
    op: 'GatherND',
    inputs: [copied(at, at.inputs[0]!), withModel(at, at.inputs[1]!)],
    attributes: {},
  }),
  ScatterND: (at) => ({
    ...at.known.node,
    inputs: [copied(at, at.inputs[0]!), withModel(at, at.inputs[1]!), copied(at, at.inputs[2]!)],
  }),
  ScatterElements: alongAxis(0),
  Gemm: stackedGemm,
  Einsum: stackedEinsum,
  ...alike(['Conv', 'ConvTranspose'], stackedConv),
  ...alike(['BatchNormalization', 'InstanceNormalization', 'GroupNormalization'], stackedChannelNorm),
  LayerNormalization: stackedLayerNorm,
  ...alike(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'], foldedBatch),
  ...alike(['DepthToSpace', 'SpaceToDepth'], foldedBatch),
  ReverseSequence: reversedSequences,
};
