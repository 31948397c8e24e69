import type { Message } from './fields.ts';
import type { Graph, Node } from './graph.ts';
import { DEEPEST, LONGEST_NAME, MOST_VALUES } from './limits.ts';
import { readAttributes } from './read-attribute.ts';
import type { TensorReader } from './read-tensor.ts';
import { readValue } from './read-value.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';
import { sortNodes } from './sort-nodes.ts';

/** Operators of any number of inputs: one without a name is taken for a value by onnxruntime, which then dies of it. */
const ANY_NUMBER = new Set(['Concat', 'Einsum', 'FeatureVectorizer', 'Max', 'Mean', 'Min', 'SequenceConstruct', 'Sum']);

/** What all graphs of one model share while they are read. */
export interface ReadContext {
  readonly tensors: TensorReader;
  /** Called for each node. */
  count(): void;
  /** Throws for a domain that is not read. */
  checkDomain(domain: string, op: string): void;
}

/** A graph and the names that it reads without making them: values of the graphs around it. */
interface ReadGraph {
  readonly graph: Graph;
  readonly free: ReadonlySet<string>;
}

/** ONNX's own domain has two names. */
export const plainDomain = (domain = ''): string => (domain === 'ai.onnx' ? '' : domain);

/** Reads a graph and those inside it, constants apart from inputs, nodes sorted. Throws a UserError. */
export function readGraph(proto: Message<'GraphProto'>, context: ReadContext, depth: number): ReadGraph {
  if (depth > DEEPEST)
    throw refusedModel(`graphs are nested more than ${DEEPEST} deep`, 'Export the model without nesting.');
  const initializers = [
    ...proto.initializer.map((each) =>
      context.tensors.tensor(each, `the constant ${quoted(each.name ?? '')}`, { external: depth === 0 }),
    ),
    ...proto.sparseInitializer.map((each) =>
      context.tensors.sparse(each, `the constant ${quoted(each.values?.name ?? '')}`),
    ),
  ];
  const made = new Set<string>();
  const make = (name: string, what: string) => {
    if (name === '') throw invalidModel(`${what} has no name`);
    if (name.length > LONGEST_NAME)
      throw refusedModel(`${what} has a name of ${name.length} characters`, 'Shorten it.');
    if (made.has(name)) throw invalidModel(`the value ${quoted(name)} is made twice`);
    made.add(name);
  };
  for (const { name } of initializers) make(name, 'a constant');
  // Up to IR version 3 a constant had to be an input, too; as a default that may be overridden it is a constant here.
  const inputs = proto.input.map(readValue).filter(({ name }) => !made.has(name));
  for (const { name } of inputs) make(name, 'an input');

  const read = proto.node.map((node) => readNode(node, context, depth));
  const order = sortNodes(read.map(({ node, reads }) => ({ reads, makes: node.outputs })));
  const nodes = order.map((index) => read[index]!.node);
  for (const { outputs } of nodes) for (const name of outputs) if (name !== '') make(name, 'a value');

  const outputs = proto.output.map(readValue);
  const free = new Set<string>();
  for (const { reads } of read) for (const name of reads) if (name !== '' && !made.has(name)) free.add(name);
  for (const { name } of outputs) if (!made.has(name)) free.add(name);
  return { graph: { name: proto.name ?? '', nodes, initializers, inputs, outputs }, free };
}

/** Inputs that are left out at the end, by names that are empty, mean the same as none: some of onnxruntime's kernels die of them. */
const leftOut = (inputs: readonly string[]) => inputs.slice(0, inputs.findLastIndex((name) => name !== '') + 1);

function readNode(
  proto: Message<'NodeProto'>,
  context: ReadContext,
  depth: number,
): { node: Node; reads: ReadonlySet<string> } {
  context.count();
  const op = proto.opType ?? '';
  if (op === '') throw invalidModel('a node has no operator');
  if (Math.max(proto.input.length, proto.output.length) > MOST_VALUES)
    throw refusedModel(
      `a node of ${quoted(op)} has ${proto.input.length} inputs and ${proto.output.length} outputs`,
      `Export it with at most ${MOST_VALUES}.`,
    );
  if (ANY_NUMBER.has(op) && proto.input.includes('')) throw invalidModel(`an input of a ${op} has no name`);
  const domain = plainDomain(proto.domain);
  context.checkDomain(domain, op);
  const reads = new Set(proto.input);
  const attributes = readAttributes(proto, {
    tensors: context.tensors,
    graph(inner) {
      const { graph, free } = readGraph(inner, context, depth + 1);
      for (const name of free) reads.add(name);
      return graph;
    },
  });
  const named = proto.name ? { name: proto.name.slice(0, LONGEST_NAME) } : {};
  return { node: { ...named, op, domain, inputs: leftOut(proto.input), outputs: proto.output, attributes }, reads };
}
