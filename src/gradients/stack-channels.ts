import { intOf } from '../onnx/attributes.ts';
import type { Attribute } from '../onnx/graph.ts';
import { refusedModel } from '../onnx/refuse.ts';
import { aligned, behind, copied, type StackedInput, type Stacking, type StackRow } from './stack-row.ts';

/** Results beside the first (places of maxima, means) have no form for M models. */
function checkOneOutput({ known: { node } }: Stacking): void {
  if (node.outputs.filter((name) => name !== '').length > 1)
    throw refusedModel(
      `a second output of its ${node.op} is used behind the cut`,
      'Cut the model behind it, or export it without that output.',
    );
}

/** M joins the batch axis, where the operator does the same to every element of it. */
export const foldedBatch: StackRow = (at) => {
  checkOneOutput(at);
  const [first, ...rest] = at.inputs as [StackedInput, ...StackedInput[]];
  const { build, models } = at;
  const [batch, ...axes] = first.shape as [number, ...number[]];
  const folded = build.add('Reshape', [first.name, build.ints([models * batch, ...axes])]);
  const made = build.add(at.known.node.op, [folded, ...rest.map(({ name }) => name)], at.known.node.attributes);
  return { op: 'Reshape', inputs: [made, build.ints([models, ...at.shape(0)])], attributes: {} };
};

/** Exchanges the first two axes. */
const exchanged = (rank: number) => [1, 0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2)];

/** [M, N, C, ..] as [N, M C, ..]: the models side by side as channels. */
function asChannels(at: Stacking, input: StackedInput): string {
  const { build, models } = at;
  const [batch, channels, ...places] = input.shape as [number, number, ...number[]];
  const turned = build.add('Transpose', [copied(at, input)], { perm: exchanged(input.shape.length + 1) });
  return build.add('Reshape', [turned, build.ints([batch, models * channels, ...places])]);
}

/**
 * An operator whose parameters lie along the channels, for models that have parameters of their own: their channels
 * stand side by side. With shared parameters M joins the batch.
 * @param change attributes for M times the channels. @param canShare whether one input for all needs no copies.
 */
const sideBySide =
  (
    change: (at: Stacking) => Readonly<Record<string, Attribute>>,
    canShare: (at: Stacking) => boolean = () => false,
  ): StackRow =>
  (at) => {
    checkOneOutput(at);
    const { build, models } = at;
    const [x, ...parameters] = at.inputs as [StackedInput, ...StackedInput[]];
    if (!parameters.some(({ stacked }) => stacked)) return foldedBatch(at);
    const [batch, channels, ...places] = at.shape(0) as [number, number, ...number[]];
    const isShared = !x.stacked && canShare(at);
    const joined = parameters.map((input) => {
      const [first, ...rest] = input.shape as [number, ...number[]];
      return input.name === '' ? '' : build.add('Reshape', [copied(at, input), build.ints([models * first, ...rest])]);
    });
    const attributes = { ...at.known.node.attributes, ...(isShared ? {} : change(at)) };
    const made = build.add(at.known.node.op, [isShared ? x.name : asChannels(at, x), ...joined], attributes);
    const split = build.add('Reshape', [made, build.ints([batch, models, channels, ...places])]);
    return { op: 'Transpose', inputs: [split], attributes: { perm: exchanged(places.length + 3) } };
  };

const groups = (at: Stacking) => intOf(at.known.node, 'group', 1);

/** A convolution of M models is one in M times as many groups. All kernels may look at one input. */
export const stackedConv = sideBySide(
  (at) => ({ group: at.models * groups(at) }),
  (at) => at.known.node.op === 'Conv' && groups(at) === 1,
);

export const stackedChannelNorm = sideBySide((at) =>
  at.known.node.op === 'GroupNormalization' ? { num_groups: at.models * intOf(at.known.node, 'num_groups', 1) } : {},
);

/** Normalised without parameters, which then are each model's own. */
export const stackedLayerNorm: StackRow = (at) => {
  checkOneOutput(at);
  const { build } = at;
  const [x, scale, bias] = at.inputs as [StackedInput, StackedInput, StackedInput | undefined];
  const rank = x.shape.length;
  const axis = intOf(at.known.node, 'axis', -1);
  const attributes = { ...at.known.node.attributes, axis: x.stacked ? behind(axis) : axis };
  const unit = build.add('Expand', [build.scalar(1), build.ints(scale.shape)]);
  const plain = build.add('LayerNormalization', [x.name, unit], attributes);
  const own = aligned(at, scale, rank);
  if (!bias || bias.name === '') return { op: 'Mul', inputs: [plain, own], attributes: {} };
  // Where the bias alone is each model's own, adding it makes the axis of M.
  return { op: 'Add', inputs: [build.add('Mul', [plain, own]), aligned(at, bias, rank)], attributes: {} };
};
