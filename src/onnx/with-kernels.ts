import { UserError } from '../errors.ts';
import { intOf } from './attributes.ts';
import { type Builder, makeBuilder } from './builder.ts';
import type { Attribute, Graph, Node } from './graph.ts';
import { type Written, writtenBy } from './written.ts';

type Writer = (node: Node, prefix: string) => Written;

/** x less its greatest value m, and log sum exp of that. */
const shifted = (build: Builder, x: string, axes: readonly string[]) => {
  const greatest = build.add('ReduceMax', [x, ...axes], { keepdims: 1 });
  const rest = build.add('Sub', [x, greatest]);
  const total = build.add('ReduceSum', [build.add('Exp', [rest]), ...axes], { keepdims: 1 });
  return { rest, greatest, logarithm: build.add('Log', [total]) };
};

/**
 * Operators that a provider computes on the processor (a copy there and back at every step, while the device waits) or
 * without care for large values, written in operators that it has. Measured with onnxruntime 1.30.
 */
const WRITERS: Readonly<Record<string, Readonly<Record<string, Writer>>>> = {
  webgpu: {
    LogSoftmax(node, prefix) {
      const build = makeBuilder(prefix);
      const { rest, logarithm } = shifted(build, node.inputs[0]!, [build.ints([intOf(node, 'axis', -1)])]);
      build.put({ op: 'Sub', domain: '', inputs: [rest, logarithm], outputs: node.outputs, attributes: {} });
      return writtenBy(build);
    },
    ReduceLogSumExp(node, prefix) {
      const build = makeBuilder(prefix);
      const [x, ...axes] = node.inputs as [string, ...string[]];
      const { greatest, logarithm } = shifted(build, x, axes);
      const sum = build.add('Add', [logarithm, greatest]);
      const isKept = intOf(node, 'keepdims', 1) === 1;
      const inputs = isKept ? [sum] : [sum, ...axes];
      build.put({ op: isKept ? 'Identity' : 'Squeeze', domain: '', inputs, outputs: node.outputs, attributes: {} });
      return writtenBy(build);
    },
  },
};

/** What a provider says it computes and does not, by operator: whether a node is one. */
const BROKEN: Readonly<Record<string, Readonly<Record<string, (node: Node) => boolean>>>> = {
  // "The Indices output is not supported yet": asked for by the gradient of MaxPool.
  webgpu: { MaxPool: ({ outputs }) => outputs.length > 1 },
};

/** The graph, and those nested in it, as the provider computes it best. Throws a UserError (`device-kernel`). */
export function withKernels(graph: Graph, provider: string): Graph {
  const writers = WRITERS[provider];
  if (!writers) return graph;
  const parts = graph.nodes.map((node): Written => {
    const own = node.domain === '' ? node.op : '';
    if (BROKEN[provider]?.[own]?.(node))
      throw new UserError('device-kernel', `${provider} cannot train through ${own}.`, {
        hint: 'Use `device: cpu` or `cuda`, or cut the model behind it.',
      });
    const writer = writers[own];
    if (writer) return writer(node, `${node.outputs[0]}/`);
    const attributes = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => [
      name,
      isGraph(value) ? withKernels(value, provider) : value,
    ]);
    return { nodes: [{ ...node, attributes: Object.fromEntries(attributes) }], constants: [] };
  });
  return {
    ...graph,
    nodes: parts.flatMap(({ nodes }) => nodes),
    initializers: [...graph.initializers, ...parts.flatMap(({ constants }) => constants)],
  };
}

const isGraph = (value: Attribute): value is Graph => typeof value === 'object' && 'nodes' in value;
