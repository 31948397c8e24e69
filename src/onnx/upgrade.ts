import { floatOf, floatsIn, intOf, intsIn } from './attributes.ts';
import { type Builder, makeBuilder } from './builder.ts';
import { OPSET } from './encode.ts';
import type { Attribute, Graph, Node } from './graph.ts';
import { own } from './own.ts';
import { refusedModel } from './refuse.ts';

/** The newest set that is read: what changed since ours are types and operators that are new, not forms. */
export const NEWEST_READ = OPSET + 5;

/** How an operator of an older set is written in ours: nodes with the same outputs. */
interface Upgrade {
  /** First operator set that has the newer form. */
  readonly since: number;
  /** The operator that took its place. */
  readonly into?: string;
  /** What has no newer form, in words. */
  readonly refuses?: string;
  write(node: Node, build: Builder): readonly Node[];
}

function without(node: Node, ...names: readonly string[]): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));
}

/** An attribute that became an input of integers, in the place `at`. */
function intsToInput(name: string, at: number): Upgrade['write'] {
  return (node, build) => {
    const values = intsIn(node, name);
    if (values === undefined) return [node];
    const inputs = [...node.inputs, ...Array(Math.max(0, at - node.inputs.length)).fill('')];
    return [{ ...node, inputs: [...inputs, build.ints(values)], attributes: without(node, name) }];
  };
}

/** Up to set 12 softmax took everything from its axis (1 unless given) on for one axis. */
const flattened: Upgrade['write'] = (node, build) => {
  const axis = intOf(node, 'axis', 1);
  const x = node.inputs[0]!;
  const [flat, soft, shape] = [build.fresh('flat'), build.fresh('soft'), build.fresh('shape')];
  const plain = { domain: '', attributes: {} } as const;
  return [
    { ...plain, op: 'Shape', inputs: [x], outputs: [shape] },
    { ...plain, op: 'Flatten', inputs: [x], outputs: [flat], attributes: { axis } },
    { ...node, inputs: [flat], outputs: [soft], attributes: { axis: -1 } },
    { ...plain, op: 'Reshape', inputs: [soft, shape], outputs: node.outputs },
  ];
};

const resized = (node: Node, scales: string): Node => ({
  ...node,
  op: 'Resize',
  inputs: [node.inputs[0]!, '', scales],
  attributes: {
    mode: node.attributes.mode ?? 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  },
});

const reduction: Upgrade = { since: 18, write: intsToInput('axes', 1) };

/** What changed between set 7 and ours so that a node must be written otherwise. */
export const upgrades: Readonly<Record<string, Upgrade>> = {
  BatchNormalization: {
    since: 9,
    refuses: 'a mean for each place (spatial=0, before 9)',
    write(node) {
      if (node.attributes.spatial === 0)
        throw refusedModel(
          'its batch normalisation has a mean for each place (spatial=0)',
          'Export it for opset 9 or newer.',
        );
      return [{ ...node, attributes: without(node, 'spatial') }];
    },
  },
  Clip: {
    since: 11,
    write(node, build) {
      const [low, high] = [floatOf(node, 'min', undefined), floatOf(node, 'max', undefined)];
      const bound = (value: number | undefined) => (value === undefined ? '' : build.scalar(value));
      return [{ ...node, inputs: [node.inputs[0]!, bound(low), bound(high)], attributes: {} }];
    },
  },
  Dropout: {
    since: 12,
    write(node) {
      return [{ ...node, inputs: [node.inputs[0]!], attributes: {} }];
    },
  },
  Pad: {
    since: 11,
    write(node, build) {
      const inputs = [node.inputs[0]!, build.ints(intsIn(node, 'pads') ?? []), build.scalar(floatOf(node, 'value', 0))];
      return [{ ...node, inputs, attributes: without(node, 'pads', 'value') }];
    },
  },
  Resize: {
    since: 11,
    write: (node) => [resized(node, node.inputs[1]!)],
  },
  Scatter: {
    since: 11,
    into: 'ScatterElements',
    write: (node) => [{ ...node, op: 'ScatterElements' }],
  },
  Slice: {
    since: 10,
    write(node, build) {
      const lists = ['starts', 'ends', 'axes'].map((name) => intsIn(node, name)).filter((list) => list !== undefined);
      return [{ ...node, inputs: [node.inputs[0]!, ...lists.map((list) => build.ints(list))], attributes: {} }];
    },
  },
  Split: {
    since: 18,
    write(node, build) {
      const sizes = intsIn(node, 'split');
      const attributes = without(node, 'split');
      if (sizes) return [{ ...node, inputs: [node.inputs[0]!, build.ints(sizes)], attributes }];
      if (node.inputs[1]) return [node];
      return [{ ...node, attributes: { ...attributes, num_outputs: node.outputs.length } }];
    },
  },
  TopK: {
    since: 10,
    write(node, build) {
      const count = build.ints([intOf(node, 'k', 1)]);
      return [{ ...node, inputs: [node.inputs[0]!, count], attributes: without(node, 'k') }];
    },
  },
  Upsample: {
    since: 10,
    into: 'Resize',
    write(node, build) {
      const given = floatsIn(node, 'scales');
      return [resized(node, given ? build.floats(given) : node.inputs[1]!)];
    },
  },
  GroupNormalization: {
    since: 21,
    refuses: 'sets before 21, which scale each group',
    write() {
      throw refusedModel(
        'its group normalisation is of an opset before 21',
        'Export it for opset 21, which scales each channel.',
      );
    },
  },
  ...{ Squeeze: { since: 13, write: intsToInput('axes', 1) }, Unsqueeze: { since: 13, write: intsToInput('axes', 1) } },
  ...{ Softmax: { since: 13, write: flattened }, LogSoftmax: { since: 13, write: flattened } },
  ReduceSum: { since: 13, write: intsToInput('axes', 1) },
  ...{ ReduceL1: reduction, ReduceL2: reduction, ReduceLogSum: reduction, ReduceLogSumExp: reduction },
  ...{ ReduceMax: reduction, ReduceMean: reduction, ReduceMin: reduction, ReduceProd: reduction },
  ReduceSumSquare: reduction,
};

/**
 * A graph that is written for ONNX's operator set `opset`, written for ours; graphs inside it stay as they are. Later
 * steps so know one form of each operator. Throws a UserError (`onnx-refused`) where there is none.
 */
export function upgrade(graph: Graph, opset: number): Graph {
  if (opset > NEWEST_READ)
    throw refusedModel(
      `it is written for opset ${opset}, ${NEWEST_READ} or older is read`,
      `Export it for opset ${OPSET}.`,
    );
  const build = makeBuilder('u_', { ...graph, nodes: [] });
  const nodes = graph.nodes.flatMap((node) => {
    const found = node.domain === '' ? own(upgrades, node.op) : undefined;
    return found && opset < found.since ? found.write(node, build) : [node];
  });
  const { initializers } = build.graph('', [], []);
  return { ...graph, nodes, initializers };
}
