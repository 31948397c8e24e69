import { UserError } from '../errors.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { constantValue, type Folded, folds, LARGEST, numbersOf, shapeValue, tensorOf } from './fold-values.ts';
import type { Graph, Node, Tensor, Value } from './graph.ts';
import { outputShapes } from './infer-shapes.ts';
import { makeNodeCounter } from './limits.ts';
import { atNode, refusedNode } from './node-error.ts';
import { prune } from './prune.ts';
import { refusedModel } from './refuse.ts';
import { constantsOf, factsOf, ifKnown } from './shape-rule.ts';
import { writtenOut } from './write-out.ts';
import type { Written } from './written.ts';

/** Elements of all constants that are filled or written out, together. */
const MOST_FILLED = 2 ** 25;
/** Nodes that are written out, together. */
const MOST_WRITTEN = 50_000;
/** An element that is worked with costs as much as so many that are filled. */
const WORK = 8;

/**
 * The graph with its inputs' shapes fixed, constant nodes made constants, shape arithmetic worked out, operators
 * written out that have no gradient of their own, and branches on a constant condition put in the place of their If.
 * Values of `keep` (weights that are trained) are not folded away. What cannot be worked out stays; where `isLenient`, so
 * does an operator that cannot be written out (a model may be cut behind it), which else is a UserError. Throws a UserError
 * where constants are filled beyond 2^25 elements, or branches make more than the most nodes.
 */
export function foldConstants(
  graph: Graph,
  {
    inputs: fixed,
    keep,
    isLenient = false,
  }: { inputs: Readonly<Record<string, Shape>>; keep: ReadonlySet<string>; isLenient?: boolean },
): Graph {
  const inputs = graph.inputs.map((value): Value => ({ ...value, shape: fixed[value.name] ?? value.shape }));
  const constants = constantsOf(graph);
  const shapes = new Map<string, Shape>([...constants].map(([name, { shape }]) => [name, shape]));
  for (const { name, shape } of inputs)
    if (shape.every((axis) => typeof axis === 'number')) shapes.set(name, shape as Shape);
  const facts = factsOf(constants, shapes);
  const nodes: Node[] = [];
  const count = makeNodeCounter();
  let room = MOST_WRITTEN;
  let left = MOST_FILLED;
  const fill = (elements: number) => {
    left -= elements;
    if (!(left >= 0))
      throw refusedModel(
        `constants of more than ${MOST_FILLED} elements are filled while it runs`,
        'Cut the model behind them.',
      );
  };

  const settle = (tensor: Tensor) => {
    constants.set(tensor.name, tensor);
    shapes.set(tensor.name, tensor.shape);
  };
  const write = (node: Node): Written | null => {
    if (room < 0) return null;
    try {
      const written = atNode(node, () => writtenOut(node, () => facts(node)));
      room -= written?.nodes.length ?? 0;
      if (room >= 0) return written;
    } catch (error) {
      if (isLenient && error instanceof UserError) return null;
      throw error;
    }
    if (isLenient) return null;
    throw refusedNode(node, `written out, it and those before it are more than ${MOST_WRITTEN} nodes`);
  };
  const visit = (node: Node): void => {
    const branch = node.op === 'If' && node.domain === '' ? chosenBranch(node, constants) : null;
    if (branch) {
      count();
      for (const tensor of branch.initializers) settle(tensor);
      for (const inner of branch.nodes) visit(inner);
      for (const [index, { name }] of branch.outputs.entries())
        if (node.outputs[index]) visit(identity(name, node.outputs[index]));
      return;
    }
    const tensor = node.domain === '' ? constantOf(node, { constants, shapes, keep, facts, fill }) : null;
    if (tensor) {
      settle(tensor);
      return;
    }
    const written = write(node);
    if (written) {
      for (const each of written.constants) {
        fill(each.data.length);
        settle(each);
      }
      for (const each of written.nodes) visit(each);
      return;
    }
    nodes.push(node);
    const found = ifKnown(() => outputShapes(facts(node)));
    for (const [index, shape] of (found ?? []).entries())
      if (node.outputs[index]) shapes.set(node.outputs[index], shape);
  };
  for (const node of graph.nodes) visit(node);
  return prune({ ...graph, inputs, nodes, initializers: [...constants.values()] });
}

/** Operators that are worked out where what they need is known. */
export const FOLDED: readonly string[] = ['If', 'Constant', 'ConstantOfShape', 'Shape', 'Size', ...Object.keys(folds)];

interface State {
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly keep: ReadonlySet<string>;
  readonly facts: ReturnType<typeof factsOf>;
  /** Counts elements that are made. */
  fill(elements: number): void;
}

/** The node's one output as a constant; null where it is none, or not known yet. */
function constantOf(node: Node, { constants, shapes, keep, facts, fill }: State): Tensor | null {
  const name = node.outputs[0]!;
  if (node.op === 'Constant') return constantValue(name, node);
  if (node.op === 'Shape' || node.op === 'Size') {
    const shape = shapes.get(node.inputs[0]!);
    return shape ? tensorOf(name, shapeValue(shape, node)) : null;
  }
  const tensors = node.inputs.filter((input) => input !== '').map((input) => constants.get(input));
  if (tensors.length === 0 || tensors.some((tensor) => !tensor || keep.has(tensor.name))) return null;
  if (node.op === 'ConstantOfShape') return filled(name, node, { sizes: tensors[0]!, fill });
  const fold = Object.hasOwn(folds, node.op) ? folds[node.op]! : null;
  if (!fold || tensors.some((tensor) => sizeOf(tensor!.shape) > LARGEST)) return null;
  fill(WORK * tensors.reduce((sum, tensor) => sum + sizeOf(tensor!.shape), 1));
  const inputs = tensors.map((tensor) => numbersOf(tensor!));
  if (inputs.includes(null)) return null;
  return ifKnown((): Tensor | null => {
    const known = facts(node);
    const shape = node.op === 'Range' ? [] : outputShapes(known)[0]!;
    if (sizeOf(shape) > LARGEST) return null;
    const folded = fold({ inputs: inputs as Folded[], node, known, shape });
    // A quotient by zero is no whole number: it cannot be told.
    return folded.data.length === sizeOf(folded.shape) ? tensorOf(name, folded) : null;
  });
}

function filled(
  name: string,
  node: Node,
  { sizes, fill }: { readonly sizes: Tensor } & Pick<State, 'fill'>,
): Tensor | null {
  const shape = Array.from(sizes.data as BigInt64Array, Number);
  if (sizes.type !== 'int64' || shape.some((size) => size < 0)) return null;
  fill(sizeOf(shape));
  const { value } = node.attributes;
  if (value !== undefined && (typeof value !== 'object' || !('data' in value))) return null;
  const one = value ? numbersOf(value) : { type: 'float32' as const, shape: [1], data: [0] };
  if (one?.data.length !== 1) return null;
  const { data } = tensorOf(name, { ...one, shape: [1] });
  const filling = data.constructor as Float32ArrayConstructor;
  return { name, type: one.type, shape, data: new filling(sizeOf(shape)).fill((data as Float32Array)[0]!) };
}

/** The branch that an If takes, its inner names kept apart; null where the condition is not known. */
function chosenBranch(node: Node, constants: ReadonlyMap<string, Tensor>): Graph | null {
  const condition = constants.get(node.inputs[0]!);
  if (!condition) return null;
  const branch = node.attributes[Number(condition.data[0]) !== 0 ? 'then_branch' : 'else_branch'];
  return branch && typeof branch === 'object' && 'nodes' in branch ? apart(branch, `${node.outputs[0]}/`) : null;
}

/** A graph whose own values have a prefix; those of the graphs around it are read as they are. */
function apart(graph: Graph, prefix: string, outer: ReadonlyMap<string, string> = new Map()): Graph {
  const names = new Map(outer);
  const own = [...graph.inputs, ...graph.initializers].map(({ name }) => name);
  for (const name of [...own, ...graph.nodes.flatMap(({ outputs }) => outputs)])
    if (name !== '') names.set(name, prefix + name);
  const renamed = (name: string) => names.get(name) ?? name;
  const named = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: renamed(each.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(named),
    outputs: graph.outputs.map(named),
    initializers: graph.initializers.map(named),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([name, value]) => [
          name,
          typeof value === 'object' && 'nodes' in value ? apart(value, prefix, names) : value,
        ]),
      ),
    })),
  };
}

const identity = (from: string, to: string): Node => ({
  ...{ op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: {} },
});
