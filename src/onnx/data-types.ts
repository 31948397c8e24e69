import type { DataType } from './graph.ts';

type Numbers = Exclude<DataType, 'string' | 'other'>;

export interface NumberType {
  /** TensorProto.DataType */
  readonly code: number;
  /** Bytes of an element. */
  readonly bytes: number;
  /** The elements that these bytes hold, aligned and little-endian; the array may share their buffer. */
  readonly view: new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) =>
    | (Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array)
    | (Uint8Array | Uint16Array | Uint32Array | BigUint64Array);
  /** Field of TensorProto that holds the elements where they are not raw. */
  readonly typed: 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data';
}

/** The element types of ONNX that have a fixed size and are read; `string` stands beside them. */
export const numberTypes: Readonly<Record<Numbers, NumberType>> = {
  float32: { code: 1, bytes: 4, view: Float32Array, typed: 'floatData' },
  uint8: { code: 2, bytes: 1, view: Uint8Array, typed: 'int32Data' },
  int8: { code: 3, bytes: 1, view: Int8Array, typed: 'int32Data' },
  uint16: { code: 4, bytes: 2, view: Uint16Array, typed: 'int32Data' },
  int16: { code: 5, bytes: 2, view: Int16Array, typed: 'int32Data' },
  int32: { code: 6, bytes: 4, view: Int32Array, typed: 'int32Data' },
  int64: { code: 7, bytes: 8, view: BigInt64Array, typed: 'int64Data' },
  bool: { code: 9, bytes: 1, view: Uint8Array, typed: 'int32Data' },
  float16: { code: 10, bytes: 2, view: Uint16Array, typed: 'int32Data' },
  float64: { code: 11, bytes: 8, view: Float64Array, typed: 'doubleData' },
  uint32: { code: 12, bytes: 4, view: Uint32Array, typed: 'uint64Data' },
  uint64: { code: 13, bytes: 8, view: BigUint64Array, typed: 'uint64Data' },
  bfloat16: { code: 16, bytes: 2, view: Uint16Array, typed: 'int32Data' },
};

const STRING_CODE = 8;

/** Names of the codes that are not read, for messages. */
const REFUSED: Readonly<Record<number, string>> = {
  ...{ 14: 'complex64', 15: 'complex128', 17: 'float8e4m3fn', 18: 'float8e4m3fnuz', 19: 'float8e5m2' },
  ...{ 20: 'float8e5m2fnuz', 21: 'uint4', 22: 'int4', 23: 'float4e2m1', 24: 'float8e8m0' },
};

const BY_CODE = new Map(Object.entries(numberTypes).map(([name, { code }]) => [code, name as DataType]));

/** The element type of a TensorProto.DataType code; `other` for one that is not read. */
export function typeOfCode(code: number): DataType {
  return code === STRING_CODE ? 'string' : (BY_CODE.get(code) ?? 'other');
}

export function nameOfCode(code: number): string {
  const type = typeOfCode(code);
  return type === 'other' ? (REFUSED[code] ?? `type ${code}`) : type;
}

export function codeOf(type: DataType): number {
  if (type === 'other') return 0;
  return type === 'string' ? STRING_CODE : numberTypes[type].code;
}
