import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type Field, type Message, type MessageName, messages } from './fields.ts';
import { invalidModel } from './refuse.ts';

/** Bytes that are no such message, or would need more than a model may. */
class WireError extends Error {}

const WIRE: Readonly<Record<string, WireType>> = {
  ...{ int: WireType.Varint, int64: WireType.Varint, uint64: WireType.Varint },
  ...{ float: WireType.Bit32, double: WireType.Bit64 },
};

const DEPTH = 60;
/** Messages, and scalars, in all: a hostile file spends two bytes on each, and memory is a hundred times that. */
const MOST = { messages: 1_000_000, scalars: 8_000_000 } as const;

type Budget = { -readonly [kind in keyof typeof MOST]: number };

/**
 * Reads a message of the table; unknown fields are skipped, byte strings are views of `bytes`. `where` names the message
 * in the error: a UserError (`onnx-invalid`) for bytes that are cut, no protobuf, nested too deeply or too many.
 */
export function readMessage<K extends MessageName>(bytes: Uint8Array, name: K, where?: string): Message<K> {
  // A plain view: of a Buffer, `slice` would share what is meant to be copied.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return read(plain, name, DEPTH, { ...MOST }) as unknown as Message<K>;
  } catch (error) {
    if (error instanceof WireError) throw invalidModel(where ? `${where}: ${error.message}` : error.message);
    throw error;
  }
}

function read(bytes: Uint8Array, name: MessageName, depth: number, budget: Budget): Record<string, unknown> {
  if (depth === 0) throw new WireError(`messages are nested more than ${DEPTH} deep`);
  const fields: Readonly<Record<number, Field>> = messages[name];
  const message: Record<string, unknown> = {};
  for (const [field, , many] of Object.values(fields)) message[field] = many ? [] : undefined;
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      const field = fields[number];
      if (!field) {
        reader.skip(wire, number);
        continue;
      }
      const [key, type, many] = field;
      if (!many) message[key] = one(reader, wire, type, depth, budget);
      else if (wire === WireType.LengthDelimited && type in WIRE)
        message[key] = packed(reader, type, message[key], budget);
      else (message[key] as unknown[]).push(one(reader, wire, type, depth, budget));
    }
    withinBounds(reader);
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(`${name} breaks off or is no protobuf (${(error as Error).message})`);
  }
  return message;
}

function withinBounds(reader: BinaryReader): void {
  if (reader.pos > reader.len) throw new WireError('a field reaches past the end');
}

function spend(budget: Budget, kind: keyof Budget): void {
  if (--budget[kind] < 0) throw new WireError(`more than ${MOST[kind]} ${kind}`);
}

function one(reader: BinaryReader, wire: WireType, type: string, depth: number, budget: Budget): unknown {
  spend(budget, type in messages ? 'messages' : 'scalars');
  if (wire !== (WIRE[type] ?? WireType.LengthDelimited)) throw new WireError(`a field has wire type ${wire}`);
  if (type in messages) return read(reader.bytes(), type as MessageName, depth - 1, budget);
  return scalar(reader, type);
}

function packed(reader: BinaryReader, type: string, before: unknown, budget: Budget): unknown {
  const bytes = reader.bytes();
  if (type === 'float' && (before as unknown[]).length === 0) {
    if (bytes.length % 4 !== 0) throw new WireError(`${bytes.length} bytes of floats`);
    return new Float32Array(bytes.slice().buffer);
  }
  const inner = new BinaryReader(bytes);
  const values = Array.from(before as ArrayLike<unknown>);
  while (inner.pos < inner.len) {
    spend(budget, 'scalars');
    values.push(scalar(inner, type));
  }
  withinBounds(inner);
  return values;
}

function scalar(reader: BinaryReader, type: string): unknown {
  switch (type) {
    case 'int':
      return saturated(BigInt(reader.int64()));
    case 'int64':
      return BigInt(reader.int64());
    case 'uint64':
      return BigInt(reader.uint64());
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'bytes':
      return reader.bytes();
    default:
      return reader.string(true);
  }
}

/** Exporters write the largest int64 for "to the end"; any number past every size does. */
function saturated(value: bigint): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
}
