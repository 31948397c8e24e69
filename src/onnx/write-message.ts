import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Field, type Message, type MessageName, messages } from './fields.ts';

/** What is to be written of a message: absent and empty fields are left out. */
export type Draft<K extends MessageName> = Partial<Message<K>>;

/** The bytes of a message, fields in the order of their numbers. */
export function writeMessage<K extends MessageName>(name: K, message: Draft<K>): Uint8Array {
  const writer = new BinaryWriter();
  write(writer, name, message);
  return writer.finish();
}

function write(writer: BinaryWriter, name: MessageName, message: object): void {
  const values = message as Readonly<Record<string, unknown>>;
  const fields: Readonly<Record<number, Field>> = messages[name];
  for (const [number, [key, type, many]] of Object.entries(fields)) {
    const value = values[key];
    if (value === undefined) continue;
    const items = many ? (value as ArrayLike<unknown>) : [value];
    for (let i = 0; i < items.length; i++) one(writer, Number(number), type, items[i]);
  }
}

function one(writer: BinaryWriter, number: number, type: string, value: unknown): void {
  const tagged = (wire: WireType) => writer.tag(number, wire);
  switch (type) {
    case 'int':
    case 'int64':
      return void tagged(WireType.Varint).int64(value as number | bigint as number);
    case 'uint64':
      return void tagged(WireType.Varint).uint64(value as number | bigint as number);
    case 'float':
      return void tagged(WireType.Bit32).float(value as number);
    case 'double':
      return void tagged(WireType.Bit64).double(value as number);
    case 'string':
      return void tagged(WireType.LengthDelimited).string(value as string);
    case 'bytes':
      return void tagged(WireType.LengthDelimited).bytes(value as Uint8Array);
    default:
      tagged(WireType.LengthDelimited).fork();
      write(writer, type as MessageName, value as object);
      writer.join();
  }
}
