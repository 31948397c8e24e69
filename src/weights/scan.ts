import { gunzipSync, inflateSync } from 'node:zlib';
import { isOnnx } from '../onnx/is-onnx.ts';
import { quoted } from '../onnx/refuse.ts';
import { readNpy } from './npy.ts';
import { type PickleStream, readPickle } from './pickle.ts';
import type { PickleImport } from './pickle-machine.ts';
import { isSafetensors } from './safetensors.ts';
import { isZip, readZip } from './zip.ts';

/** What a file is, by what it holds and not by its name. */
export type Format =
  | ('pickle' | 'zip' | 'npy' | 'safetensors' | 'onnx' | 'gzip' | 'zlib')
  /** Known by their first bytes, and not read. */
  | ('hdf5' | 'gguf' | 'tflite' | 'packed')
  | 'other';

export interface FoundImport extends PickleImport {
  /** Path inside the archive; empty for the file itself. */
  readonly inside: string;
}

export interface FileScan {
  readonly format: Format;
  /** Everything that loading the file would fetch from Python modules. */
  readonly imports: readonly FoundImport[];
  /** What no honest saver writes: where the file contradicts itself, or shows two readers two things. One sentence each. */
  readonly problems: readonly string[];
  /** What was not looked into, one sentence each: the file cannot be vouched for. */
  readonly unread: readonly string[];
}

/** Bytes that may come out of packed files in all. */
const MOST_UNPACKED = 2 ** 31;
const DEEPEST = 4;
/** Byte by byte: the decoder that is called latin1 is another one. */
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Formats that are packed in a way that is not looked into, by their first bytes. */
const CLOSED: Readonly<Record<string, string>> = {
  BZh: 'bzip2',
  '\xfd7zXZ': 'xz',
  '7z\xbc\xaf\x27': '7-Zip',
  '\x28\xb5\x2f\xfd': 'Zstandard',
  '\x04\x22\x4d\x18': 'LZ4',
  'Rar!': 'RAR',
};

/** Formats of weights that this version does not read, by a text at some byte. */
const NOT_READ: readonly (readonly [at: number, magic: string, format: Format, name: string])[] = [
  [0, '\x89HDF', 'hdf5', 'HDF5 (Keras)'],
  [0, 'GGUF', 'gguf', 'GGUF'],
  [4, 'TFL3', 'tflite', 'TensorFlow Lite'],
];

const ZLIB = ['\x78\x01', '\x78\x5e', '\x78\x9c', '\x78\xda'];

/**
 * Looks at a file of weights as hostile input: pickles are read opcode by opcode, archives by both of their lists, and
 * all that loading would import is told. Nothing is loaded or run.
 */
export function scanFile(bytes: Uint8Array): FileScan {
  return scanAt(bytes, '', { depth: 0, left: { bytes: MOST_UNPACKED } });
}

interface Place {
  readonly depth: number;
  readonly left: { bytes: number };
}

function scanAt(bytes: Uint8Array, inside: string, place: Place): FileScan {
  const of = inside === '' ? '' : `${quoted(inside)}: `;
  const told = (format: Format, found: Partial<FileScan> = {}): FileScan => ({
    ...{ format, imports: found.imports ?? [] },
    problems: (found.problems ?? []).map((problem) => of + problem),
    unread: (found.unread ?? []).map((sentence) => of + sentence),
  });
  if (place.depth > DEEPEST) return told('other', { unread: [`Archives are nested more than ${DEEPEST} deep.`] });
  const head = latin(bytes.subarray(0, 8));
  const closed = Object.keys(CLOSED).find((magic) => head.startsWith(magic));
  if (closed !== undefined)
    return told('packed', { unread: [`It is packed by ${CLOSED[closed]}, which is not looked into.`] });
  if (head.startsWith('\x1f\x8b')) return unpacked('gzip', gunzipSync);
  if (head.startsWith('\x93NUMPY')) return told('npy', npy(bytes, inside));
  const other = NOT_READ.find(([at, magic]) => head.startsWith(magic, at));
  if (other)
    return told(other[2], {
      problems: lambdaIn(bytes),
      unread: [`It is ${other[3]}, which is not read in this version.`],
    });
  // One file may be two: a pickle before, an archive behind. An archive's own first letters ask for what only its
  // reader could give, and end every other pickle reader.
  const streams = head.startsWith('PK\x03\x04') ? null : picklesIn(bytes, inside);
  if (isZip(bytes)) {
    const { entries, problems, unread } = readZip(bytes, place.left.bytes);
    const found = entries.map(({ name, bytes: own }) => {
      place.left.bytes -= own.length;
      return scanAt(own, inside === '' ? name : `${inside}/${name}`, { ...place, depth: place.depth + 1 });
    });
    const both = streams ? ['It is a pickle and an archive at once.'] : [];
    const own = told('zip', { problems: [...both, ...problems], unread });
    return {
      format: 'zip',
      imports: [...(streams?.imports ?? []), ...found.flatMap(({ imports }) => imports)],
      problems: [...own.problems, ...found.flatMap((each) => each.problems)],
      unread: [...own.unread, ...found.flatMap((each) => each.unread)],
    };
  }
  // The length of a header may begin like a pickle.
  const isTensors = isSafetensors(bytes);
  if (streams && !(isTensors && streams.imports.length === 0)) return told('pickle', streams);
  if (isTensors) return told('safetensors');
  if (isOnnx(bytes))
    return told('onnx', inside === '' ? {} : { unread: ['A model in an archive is not looked into.'] });
  if (ZLIB.some((magic) => head.startsWith(magic))) return unpacked('zlib', inflateSync);
  if (inside !== '') return told('other', { problems: /(^|\/)config\.json$/.test(inside) ? lambdaIn(bytes) : [] });
  return told('other', { unread: ['It is of no format that is known.'] });

  function unpacked(format: 'gzip' | 'zlib', unpack: typeof gunzipSync): FileScan {
    try {
      const whole = unpack(bytes, { maxOutputLength: Math.max(1, place.left.bytes) });
      place.left.bytes -= whole.length;
      const found = scanAt(whole, inside, { ...place, depth: place.depth + 1 });
      return { ...found, format };
    } catch {
      return told(format, { unread: [`It is packed by ${format} and cannot be unpacked.`] });
    }
  }
}

/** Pickles one after another, as PyTorch's older files hold them; null where the bytes are none. */
function picklesIn(bytes: Uint8Array, inside: string): Pick<FileScan, 'imports' | 'unread'> | null {
  if (bytes.length === 0) return null;
  const imports: FoundImport[] = [];
  const unread: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const stream = readPickle(bytes, at);
    const isFirst = at === 0;
    if (isFirst && !isPickle(bytes, stream, STORAGE.test(inside))) return null;
    // What follows the last pickle is raw data, unless an import says otherwise.
    if (!isFirst && stream.broken !== null && !stream.imports.some(isPlausible)) break;
    imports.push(...stream.imports.map((each) => ({ ...each, inside })));
    if (stream.broken !== null) {
      unread.push(`The pickle breaks off: ${stream.broken}. What it does up to there is told.`);
      break;
    }
    at = stream.end;
  }
  return { imports, unread };
}

const NEWEST_PROTOCOL = 5;
const NAME = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

/** Whether an import could succeed at all: raw data may look like one whose name is none. */
const isPlausible = ({ module, name }: PickleImport): boolean =>
  module === null || name === null || (NAME.test(module) && NAME.test(name));

/** Where PyTorch keeps raw numbers, which may begin like anything. */
const STORAGE = /(^|\/)data\/\d+$/;

/** A pickle says so by its first opcode; the oldest protocols do not, and are known by being readable to their end. */
function isPickle(bytes: Uint8Array, stream: PickleStream, isRaw: boolean): boolean {
  if (bytes[0] === 0x80 && bytes[1]! <= NEWEST_PROTOCOL && !isRaw) return true;
  return stream.broken === null || stream.imports.some((each) => each.module !== null && isPlausible(each));
}

/** Keras keeps the code of such a layer beside its name, marshalled; the rest of what Keras writes is not read. */
function lambdaIn(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isThere = ['"class_name": "Lambda"', '"class_name":"Lambda"'].some((name) => text.includes(name));
  return isThere ? ['It names a Lambda layer of Keras, which is Python code of its author.'] : [];
}

/** An array of objects is a pickle behind NumPy's header. */
function npy(bytes: Uint8Array, inside: string): Partial<FileScan> {
  const content = readNpy(bytes);
  if (content === 'values') return {};
  if ('unread' in content) return { unread: [content.unread] };
  const none = { problems: ['It is said to hold objects, and holds no pickle.'] };
  return picklesIn(content.objects, inside) ?? none;
}
