import { UserError } from '../errors.ts';
import { numberTypes } from '../onnx/data-types.ts';
import type { DataType, Tensor } from '../onnx/graph.ts';
import { quoted } from '../onnx/refuse.ts';
import { sizeOf } from '../tensor/shape.ts';

type Numbers = Exclude<DataType, 'string' | 'other'>;

const TYPES: Readonly<Record<string, Numbers>> = {
  ...{ F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16', BOOL: 'bool' },
  ...{ I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U64: 'uint64', U32: 'uint32', U16: 'uint16', U8: 'uint8' },
};
const LONGEST_HEADER = 100_000_000;
const MOST_TENSORS = 100_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const invalid = (what: string) =>
  new UserError('safetensors-invalid', `The safetensors file is broken: ${what}.`, {
    hint: 'Save it again with the safetensors library.',
  });
/**
 * The tensors of a safetensors file, their elements views of its bytes where they are aligned. Every byte must belong to
 * one tensor: what lies between could hide something. Throws a UserError (`safetensors-invalid`).
 */
export function readSafetensors(bytes: Uint8Array): Tensor[] {
  const header = headerOf(bytes);
  const data = bytes.subarray(header.end);
  const tensors = Object.entries(header.entries).map(([name, entry]) => tensorOf(name, entry, data));
  let at = 0;
  for (const { name, first, last } of [...tensors].sort((a, b) => a.first - b.first || a.last - b.last)) {
    if (first !== at) throw invalid(`${quoted(name)} begins at byte ${first}, the one before ends at ${at}`);
    at = last;
  }
  if (at !== data.length) throw invalid(`${data.length - at} bytes belong to no tensor`);
  return tensors.map(({ name, type, shape, elements }) => ({ name, type, shape, data: elements }));
}

/** Whether bytes begin as a safetensors file: a length, and so many bytes of a JSON object. */
export function isSafetensors(bytes: Uint8Array): boolean {
  try {
    jsonOf(bytes);
    return true;
  } catch {
    return false;
  }
}

function headerOf(bytes: Uint8Array): { readonly entries: Readonly<Record<string, unknown>>; readonly end: number } {
  const { text, parsed, end } = jsonOf(bytes);
  const { __metadata__: _, ...entries } = parsed;
  const count = Object.keys(entries).length;
  if (count > MOST_TENSORS) throw invalid(`it lists ${count} tensors, at most ${MOST_TENSORS} are read`);
  // JSON keeps the last of two equal names, other readers the first.
  if (text.split('"data_offsets"').length - 1 !== count) throw invalid('its header names a tensor twice, or hides one');
  return { entries, end };
}

function jsonOf(bytes: Uint8Array): {
  readonly text: string;
  readonly parsed: Readonly<Record<string, unknown>>;
  readonly end: number;
} {
  if (bytes.length < 8) throw invalid('it is shorter than its length field');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  if (length > LONGEST_HEADER || 8 + length > bytes.length) throw invalid(`its header of ${length} bytes is not there`);
  let text: string;
  let parsed: unknown;
  try {
    text = UTF8.decode(bytes.subarray(8, 8 + length));
    parsed = JSON.parse(text);
  } catch {
    throw invalid('its header is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('its header is no object');
  return { text, parsed: parsed as Record<string, unknown>, end: 8 + length };
}

function tensorOf(name: string, entry: unknown, data: Uint8Array) {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const type = typeof dtype === 'string' && Object.hasOwn(TYPES, dtype) ? TYPES[dtype]! : null;
  if (!type) throw invalid(`${quoted(name)} has the type ${quoted(String(dtype))}, which is not read`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw invalid(`${quoted(name)} has no shape`);
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(isCount))
    throw invalid(`${quoted(name)} has no place`);
  const [first, last] = data_offsets as [number, number];
  const { bytes: width, view } = numberTypes[type];
  const size = sizeOf(shape);
  if (last > data.length || last - first !== size * width)
    throw invalid(`${quoted(name)} of [${shape.slice(0, 8)}] needs ${size * width} bytes and has ${last - first}`);
  const own = data.subarray(first, last);
  const aligned = own.byteOffset % width === 0 ? own : new Uint8Array(own);
  const elements = new view(aligned.buffer, aligned.byteOffset, size);
  return { name, type, shape: shape as number[], first, last, elements };
}
