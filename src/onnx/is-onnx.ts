import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Fields of ModelProto by number (onnx.proto3), those that are not read included. */
const FIELDS: Readonly<Record<number, WireType>> = {
  ...{ 1: WireType.Varint, 2: WireType.LengthDelimited, 3: WireType.LengthDelimited, 4: WireType.LengthDelimited },
  ...{ 5: WireType.Varint, 6: WireType.LengthDelimited, 7: WireType.LengthDelimited, 8: WireType.LengthDelimited },
  ...{ 14: WireType.LengthDelimited, 20: WireType.LengthDelimited, 25: WireType.LengthDelimited },
  ...{ 26: WireType.LengthDelimited },
};
const GRAPH = 7;
const MOST_FIELDS = 100_000;

/**
 * Whether bytes have the outer form of an ONNX model, which no magic number gives away: fields of ModelProto and no
 * other, to the end, a graph among them. What the fields hold is not looked at.
 */
export function isOnnx(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  let hasGraph = false;
  try {
    for (let count = 0; reader.pos < reader.len; count++) {
      const [number, wire] = reader.tag();
      if (FIELDS[number] !== wire || count > MOST_FIELDS) return false;
      hasGraph ||= number === GRAPH;
      reader.skip(wire, number);
    }
    return hasGraph && reader.pos === reader.len;
  } catch {
    return false;
  }
}
