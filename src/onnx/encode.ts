import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Attribute, DataType, Graph, Node, Tensor, Value } from './graph.ts';

/** ONNX operator set that the encoder states, and the IR version that goes with it. */
export const OPSET = 21;
const IR_VERSION = 10;
const MICROSOFT = 'com.microsoft';

/** TensorProto.DataType codes. */
const TYPE_CODE: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** AttributeProto.AttributeType codes. */
const KIND = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, ints: 7 } as const;

/** A graph as the bytes of an ONNX ModelProto (field numbers of onnx.proto3). */
export function encodeModel(graph: Graph): Uint8Array {
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(IR_VERSION);
  model.tag(2, WireType.LengthDelimited).string('taster');
  message(model, 7, (writer) => writeGraph(writer, graph));
  for (const [domain, version] of [['', OPSET] as const, [MICROSOFT, 1] as const])
    message(model, 8, (writer) => {
      writer.tag(1, WireType.LengthDelimited).string(domain);
      writer.tag(2, WireType.Varint).int64(version);
    });
  return model.finish();
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, (w) => writeNode(w, node));
  writer.tag(2, WireType.LengthDelimited).string(graph.name);
  for (const tensor of graph.initializers) message(writer, 5, (w) => writeTensor(w, tensor));
  for (const value of graph.inputs) message(writer, 11, (w) => writeValue(w, value));
  for (const value of graph.outputs) message(writer, 12, (w) => writeValue(w, value));
}

function writeNode(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input);
  for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output);
  writer.tag(4, WireType.LengthDelimited).string(node.op);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, (w) => writeAttribute(w, name, value));
  if (node.domain) writer.tag(7, WireType.LengthDelimited).string(node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writer.tag(1, WireType.LengthDelimited).string(name);
  const kind = (code: number) => writer.tag(20, WireType.Varint).int32(code);
  if (typeof value === 'number') {
    writer.tag(3, WireType.Varint).int64(value);
    kind(KIND.int);
  } else if (typeof value === 'string') {
    writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
    kind(KIND.string);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    kind(KIND.float);
  } else if ('nodes' in value) {
    message(writer, 6, (w) => writeGraph(w, value));
    kind(KIND.graph);
  } else if ('data' in value) {
    message(writer, 5, (w) => writeTensor(w, value));
    kind(KIND.tensor);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    kind(KIND.ints);
  }
}

function writeTensor(writer: BinaryWriter, tensor: Tensor): void {
  for (const axis of tensor.shape) writer.tag(1, WireType.Varint).int64(axis);
  writer.tag(2, WireType.Varint).int32(TYPE_CODE[tensor.type]);
  if (tensor.name) writer.tag(8, WireType.LengthDelimited).string(tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValue(writer: BinaryWriter, value: Value): void {
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(TYPE_CODE[value.type]);
      message(tensor, 2, (shape) => {
        for (const axis of value.shape)
          message(shape, 1, (dimension) => {
            if (typeof axis === 'number') dimension.tag(1, WireType.Varint).int64(axis);
            else dimension.tag(2, WireType.LengthDelimited).string(axis);
          });
      });
    }),
  );
}
