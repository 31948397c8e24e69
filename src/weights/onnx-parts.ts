import type { Message } from '../onnx/fields.ts';
import { plainDomain } from '../onnx/read-graph.ts';

/** A tensor of a model, by a name of its own: constants inside of graphs and functions bear the names of these, too. */
export interface TensorPart {
  readonly name: string;
  readonly proto: Message<'TensorProto'>;
}

/** Numbers in an attribute of a node: the weights of trees and of linear models (ai.onnx.ml) stand there. */
export interface ListPart {
  readonly name: string;
  readonly type: 'float32' | 'int64';
  readonly values: ArrayLike<number>;
}

export interface OnnxParts {
  readonly tensors: readonly TensorPart[];
  readonly lists: readonly ListPart[];
  /** Operators by domain, those of the model's own functions left out. */
  readonly operators: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Whose whole numbers are weights, too: the shape of trees. Elsewhere they are settings. */
const LEARNED = 'ai.onnx.ml';

/** All tensors and operators of a model, of its inner graphs and of its functions: what weights can hide in. */
export function partsOf(model: Message<'ModelProto'>): OnnxParts {
  const tensors: TensorPart[] = [];
  const lists: ListPart[] = [];
  const operators = new Map<string, Set<string>>();
  const own = new Set(model.functions.map(({ domain, name = '' }) => `${plainDomain(domain)}\n${name}`));
  const taken = new Map<string, number>();
  // Of two tensors with one name none may stand in the other's shadow.
  const fresh = (name: string) => {
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
  const add = (name: string, proto: Message<'TensorProto'>) => tensors.push({ name: fresh(name), proto });
  const sparse = (name: string, proto: Message<'SparseTensorProto'>) => {
    if (proto.values) add(name, proto.values);
    if (proto.indices) add(`${name} indices`, proto.indices);
  };
  const graph = (proto: Message<'GraphProto'>, within: string) => {
    for (const each of proto.initializer) add(within + (each.name ?? ''), each);
    for (const each of proto.sparseInitializer) sparse(within + (each.values?.name ?? ''), each);
    nodes(proto.node, within);
  };
  const nodes = (protos: readonly Message<'NodeProto'>[], within: string) => {
    for (const { name, output, attribute, opType = '', domain } of protos) {
      const set = plainDomain(domain);
      if (!own.has(`${set}\n${opType}`)) operators.set(set, (operators.get(set) ?? new Set()).add(opType));
      const label = `${within}${name || output[0] || opType}`;
      for (const { name: key = '', t, tensors: many, sparseTensor, g, graphs, floats, ints } of attribute) {
        // The usual place of a constant, whose name is that of the value.
        const place = opType === 'Constant' ? within + (output[0] ?? '') : `${label}.${key}`;
        for (const each of t ? [t, ...many] : many) add(place, each);
        if (sparseTensor) sparse(place, sparseTensor);
        if (floats.length > 0) lists.push({ name: fresh(place), type: 'float32', values: floats });
        if (ints.length > 0 && set === LEARNED) lists.push({ name: fresh(place), type: 'int64', values: ints });
        for (const each of g ? [g, ...graphs] : graphs) graph(each, `${label}.${key}/`);
      }
    }
  };
  if (model.graph) graph(model.graph, '');
  for (const { name = '', node, attributeProto } of model.functions) {
    nodes(node, `${name}/`);
    for (const { name: key = '', t } of attributeProto) if (t) add(`${name}.${key}`, t);
  }
  return { tensors, lists, operators };
}
