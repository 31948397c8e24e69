import type { Message } from './fields.ts';
import type { Attribute, Graph, Tensor } from './graph.ts';
import { NUMBER_BYTES, TEXT_BYTES, type TensorReader, utf8 } from './read-tensor.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';

type AttributeProto = Message<'AttributeProto'>;

export interface AttributeContext {
  readonly tensors: TensorReader;
  graph(proto: Message<'GraphProto'>): Graph;
}

type Reader = (proto: AttributeProto, where: string, context: AttributeContext) => Attribute;

const tensorOf = (proto: Message<'TensorProto'> | undefined, where: string, { tensors }: AttributeContext): Tensor => {
  if (!proto) throw invalidModel(`${where} lacks its tensor`);
  return tensors.tensor(proto, where, { external: false });
};

/** How the value of each AttributeProto.AttributeType is read. */
const READERS: Readonly<Record<number, Reader>> = {
  1: ({ f }) => ({ float: f ?? 0 }),
  2: ({ i }) => i ?? 0,
  3: ({ s }, where) => (s ? utf8(s, where) : ''),
  4: ({ t }, where, context) => tensorOf(t, where, context),
  5: ({ g }, where, context) => {
    if (!g) throw invalidModel(`${where} lacks its graph`);
    return context.graph(g);
  },
  6: ({ floats }) => ({ floats: Array.from(floats) }),
  7: ({ ints }) => Array.from(ints),
  8: ({ strings }, where) => ({ strings: strings.map((each) => utf8(each, where)) }),
  9: ({ tensors }, where, context) => ({ tensors: tensors.map((each) => tensorOf(each, where, context)) }),
  10: ({ graphs }, _where, context) => ({ graphs: graphs.map((each) => context.graph(each)) }),
  11: ({ sparseTensor }, where, { tensors }) => {
    if (!sparseTensor) throw invalidModel(`${where} lacks its tensor`);
    return tensors.sparse(sparseTensor, where);
  },
};

/** The attributes of a node by name. Throws a UserError for one that is there twice, or of a type that is not read. */
export function readAttributes(node: Message<'NodeProto'>, context: AttributeContext): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = Object.create(null);
  for (const proto of node.attribute) {
    const name = proto.name ?? '';
    const where = `the attribute ${quoted(name)} of ${quoted(node.opType ?? '')}`;
    if (proto.refAttrName) throw invalidModel(`${where} refers to a function's, outside of any`);
    const kind = proto.type ?? kindOf(proto);
    const read = READERS[kind];
    if (!read) throw refusedModel(`${where} has the type ${kind}`, 'Numbers, texts, tensors and graphs are read.');
    // Written out, a sparse constant is a constant like any other.
    const key = kind === 11 && node.opType === 'Constant' ? 'value' : name;
    // A function that is called often has its lists read as often.
    const { floats, ints, strings } = proto;
    context.tensors.reserve(NUMBER_BYTES * (floats.length + ints.length) + TEXT_BYTES * strings.length, where);
    if (key in attributes) throw invalidModel(`${where} is there twice`);
    attributes[key] = read(proto, where, context);
  }
  return attributes;
}

/** The type of an attribute that does not say it, as the earliest models did not. */
function kindOf({ f, i, s, t, g, floats, ints, strings, tensors, graphs }: AttributeProto): number {
  const there = [f, i, s, t, g].findIndex((value) => value !== undefined);
  if (there >= 0) return there + 1;
  return (
    6 +
    Math.max(
      0,
      [floats, ints, strings, tensors, graphs].findIndex(({ length }) => length > 0),
    )
  );
}
