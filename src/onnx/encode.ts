import { codeOf } from './data-types.ts';
import type { Message } from './fields.ts';
import type { Attribute, Graph, Model, Node, Tensor, Value } from './graph.ts';
import { type Draft, writeMessage } from './write-message.ts';

/** ONNX operator set that our own graphs are written for, and the IR version that goes with it. */
export const OPSET = 21;
const IR_VERSION = 10;
const OWN: Readonly<Record<string, number>> = { '': OPSET, 'com.microsoft': 1 };

/** Our operator sets beside those of other domains that a model brings along. */
export const setsWith = (others: Readonly<Record<string, number>>): Omit<Model, 'graph'> => ({
  opsets: { ...others, ...OWN },
  irVersion: IR_VERSION,
});

/** A graph as the bytes of an ONNX ModelProto, for our own operator sets or those of the model it comes from. */
export function encodeModel(graph: Graph, { opsets, irVersion }: Omit<Model, 'graph'> = setsWith({})): Uint8Array {
  return writeMessage('ModelProto', {
    irVersion,
    producerName: 'taster',
    graph: graphProto(graph),
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({ domain, version })),
  });
}

// Drafts leave out what is empty; the type of a whole message is what nested fields ask for.
const whole = <T>(draft: object): T => draft as T;

function graphProto(graph: Graph): Message<'GraphProto'> {
  return whole<Message<'GraphProto'>>({
    node: graph.nodes.map(nodeProto),
    name: graph.name,
    initializer: graph.initializers.map(tensorProto),
    input: graph.inputs.map(valueProto),
    output: graph.outputs.map(valueProto),
  } satisfies Draft<'GraphProto'>);
}

function nodeProto({ name, op, domain, inputs, outputs, attributes }: Node): Message<'NodeProto'> {
  return whole<Message<'NodeProto'>>({
    input: inputs,
    output: outputs,
    opType: op,
    attribute: Object.entries(attributes).map(([name, value]) =>
      whole<Message<'AttributeProto'>>({ name, ...attributeValue(value) }),
    ),
    ...(domain && { domain }),
    ...(name && { name }),
  } satisfies Draft<'NodeProto'>);
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The value and its AttributeProto.AttributeType. */
function attributeValue(value: Attribute): Draft<'AttributeProto'> {
  if (typeof value === 'number') return { i: value, type: 2 };
  if (typeof value === 'string') return { s: utf8(value), type: 3 };
  if ('float' in value) return { f: value.float, type: 1 };
  if ('nodes' in value) return { g: graphProto(value), type: 5 };
  if ('floats' in value) return { floats: value.floats, type: 6 };
  if ('strings' in value) return { strings: value.strings.map(utf8), type: 8 };
  if ('tensors' in value) return { tensors: value.tensors.map(tensorProto), type: 9 };
  if ('graphs' in value) return { graphs: value.graphs.map(graphProto), type: 10 };
  if ('data' in value) return { t: tensorProto(value), type: 4 };
  return { ints: value, type: 7 };
}

function tensorProto({ name, type, shape, data }: Tensor): Message<'TensorProto'> {
  const isText = (each: Tensor['data']): each is readonly string[] => type === 'string' && Array.isArray(each);
  return whole<Message<'TensorProto'>>({
    dims: shape,
    dataType: codeOf(type),
    ...(name && { name }),
    ...(isText(data) ? { stringData: data.map(utf8) } : { rawData: bytesOf(data as Float32Array) }),
  } satisfies Draft<'TensorProto'>);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

function valueProto({ name, type, shape, typeProto }: Value): Message<'ValueInfoProto'> {
  const dim = shape.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : axis ? { dimParam: axis } : {}));
  const tensorType = whole<Message<'TensorTypeProto'>>({ elemType: codeOf(type), shape: { dim } });
  const bytes = typeProto ?? (type === 'other' ? undefined : writeMessage('TypeProto', { tensorType }));
  return { name, type: bytes };
}
