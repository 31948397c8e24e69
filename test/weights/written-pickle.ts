import { crc32, deflateRawSync } from 'node:zlib';

/** Bytes of opcodes: numbers are bytes, texts their characters. */
export function pickle(...parts: readonly (number | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? Buffer.from(part) : part,
    ),
  );
}

/** SHORT_BINUNICODE of a text. */
export const short = (text: string): Uint8Array => pickle(0x8c, Buffer.byteLength(text), text);

export const PROTO4 = pickle(0x80, 4);
/** os.system('true'), protocol 4: STACK_GLOBAL, a tuple of one, REDUCE, STOP. */
export const payload = pickle(PROTO4, short('os'), short('system'), 0x93, short('true'), 0x85, 'R', '.');
/** What torch.save writes for a dictionary without tensors. */
export const harmless = pickle(0x80, 2, 'ccollections\nOrderedDict\n', ')', 'R', '.');

export interface Zipped {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the file's own header says otherwise. */
  readonly local?: { readonly name?: string; readonly flags?: number; readonly method?: number };
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly isDeflated?: boolean;
  readonly isListed?: boolean;
}

/** A zip archive, faults as told. */
export function zip(
  files: readonly Zipped[],
  { before = new Uint8Array(), after = new Uint8Array() } = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [before];
  const listed: Uint8Array[] = [];
  let offset = before.length;
  for (const {
    name,
    bytes,
    local = {},
    flags = 0,
    crc = crc32(bytes),
    size = bytes.length,
    isDeflated = false,
    isListed = true,
  } of files) {
    const packed = isDeflated ? deflateRawSync(bytes) : bytes;
    const method = isDeflated ? 8 : 0;
    const own = Buffer.from(local.name ?? name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(local.flags ?? flags, 6);
    head.writeUInt16LE(local.method ?? method, 8);
    head.writeUInt32LE(crc, 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(own.length, 26);
    parts.push(head, own, packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(offset, 42);
    if (isListed) listed.push(Buffer.concat([entry, Buffer.from(name)]));
    offset += 30 + own.length + packed.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(listed.length, 8);
  end.writeUInt16LE(listed.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(after.length, 20);
  return Buffer.concat([...parts, directory, end, after]);
}
