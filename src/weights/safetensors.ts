import { UserError } from '../errors.ts';
import { numberTypes } from '../onnx/data-types.ts';
import type { DataType } from '../onnx/graph.ts';
import { quoted } from '../onnx/refuse.ts';
import { sizeOf } from '../tensor/shape.ts';
import { type ByteSource, sourceOf } from './byte-source.ts';
import { type StoredTensor, tensorAt } from './stored-tensor.ts';

const TYPES: Readonly<Record<string, Exclude<DataType, 'string' | 'other'>>> = {
  ...{ F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16', BOOL: 'bool' },
  ...{ I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U64: 'uint64', U32: 'uint32', U16: 'uint16', U8: 'uint8' },
};
/** Bytes of an element of types whose numbers are not read. */
const OTHERS: Readonly<Record<string, number>> = { F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, C64: 8 };
const LONGEST_HEADER = 100_000_000;
const MOST_TENSORS = 100_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const invalid = (what: string) =>
  new UserError('safetensors-invalid', `The safetensors file is broken: ${what}.`, {
    hint: 'Save it again with the safetensors library.',
  });
const refused = (what: string) =>
  new UserError('safetensors-refused', `The safetensors file is not read: ${what}.`, {
    hint: 'Save it with the usual types of numbers.',
  });

/**
 * The tensors of a safetensors file; only its header is read at once. Every byte must belong to one tensor: what lies
 * between could hide something. Throws a UserError (`safetensors-invalid`; `safetensors-refused` for an unknown type).
 */
export function indexSafetensors(source: ByteSource): StoredTensor[] {
  const header = headerOf(source);
  const size = source.size - header.end;
  const tensors = Object.entries(header.entries).map(([name, entry]) => entryOf(name, entry, size));
  let at = 0;
  for (const { name, first, last } of [...tensors].sort((a, b) => a.first - b.first || a.last - b.last)) {
    if (first !== at) throw invalid(`${quoted(name)} begins at byte ${first}, the one before ends at ${at}`);
    at = last;
  }
  if (at !== size) throw invalid(`${size - at} bytes belong to no tensor`);
  return tensors.map(({ first, last: _, ...form }) => tensorAt(form, source, header.end + first));
}

/** Whether bytes begin as a safetensors file: a length, and so many bytes of a JSON object. */
export function isSafetensors(bytes: Uint8Array): boolean {
  try {
    jsonOf(sourceOf(bytes));
    return true;
  } catch {
    return false;
  }
}

function headerOf(source: ByteSource): { readonly entries: Readonly<Record<string, unknown>>; readonly end: number } {
  const { text, parsed, end } = jsonOf(source);
  const { __metadata__: _, ...entries } = parsed;
  const count = Object.keys(entries).length;
  if (count > MOST_TENSORS) throw invalid(`it lists ${count} tensors, at most ${MOST_TENSORS} are read`);
  // JSON keeps the last of two equal names, other readers the first.
  if (text.split('"data_offsets"').length - 1 !== count) throw invalid('its header names a tensor twice, or hides one');
  return { entries, end };
}

function jsonOf(source: ByteSource): {
  readonly text: string;
  readonly parsed: Readonly<Record<string, unknown>>;
  readonly end: number;
} {
  if (source.size < 8) throw invalid('it is shorter than its length field');
  const start = source.read(0, 8);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > LONGEST_HEADER || 8 + length > source.size) throw invalid(`its header of ${length} bytes is not there`);
  let text: string;
  let parsed: unknown;
  try {
    text = UTF8.decode(source.read(8, 8 + length));
    parsed = JSON.parse(text);
  } catch {
    throw invalid('its header is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('its header is no object');
  return { text, parsed: parsed as Record<string, unknown>, end: 8 + length };
}

function entryOf(name: string, entry: unknown, dataBytes: number) {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const typeName = String(dtype);
  const type = Object.hasOwn(TYPES, typeName) ? TYPES[typeName]! : ('other' as const);
  const width = type === 'other' ? (Object.hasOwn(OTHERS, typeName) ? OTHERS[typeName]! : 0) : numberTypes[type].bytes;
  if (width === 0) throw refused(`${quoted(name)} has the type ${quoted(typeName)}`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw invalid(`${quoted(name)} has no shape`);
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(isCount))
    throw invalid(`${quoted(name)} has no place`);
  const [first, last] = data_offsets as [number, number];
  const size = sizeOf(shape);
  if (last > dataBytes || last - first !== size * width)
    throw invalid(`${quoted(name)} of [${shape.slice(0, 8)}] needs ${size * width} bytes and has ${last - first}`);
  const count = type === 'other' ? last - first : size;
  return { name, type, typeName, shape: shape as readonly number[], count, first, last };
}
