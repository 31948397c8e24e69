import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type NumberType, nameOfCode, numberTypes, typeOfCode } from './data-types.ts';
import { externalReference } from './external-data.ts';
import type { Message } from './fields.ts';
import type { Tensor, TensorData } from './graph.ts';
import { MOST_AXES } from './limits.ts';
import { invalidModel, refusedModel } from './refuse.ts';

/** Bytes of all tensors of a model together: what a runner can hold beside its copies. */
const TENSOR_BYTES = 1024 ** 3;

/** What a text, or a number that stands in a list of its own, costs at least, beside its letters. */
export const TEXT_BYTES = 64;
export const NUMBER_BYTES = 32;

export interface TensorReader {
  /** Reads one tensor of the model; `where` names it in messages. External data only where `external` is allowed. */
  tensor(proto: Message<'TensorProto'>, where: string, allow: { readonly external: boolean }): Tensor;
  /** A sparse tensor, written out. */
  sparse(proto: Message<'SparseTensorProto'>, where: string): Tensor;
  /** Counts what is held beside tensors. */
  reserve(bytes: number, where: string): void;
}

/** Bytes of a file beside the model, by its location as `externalReference` lets it pass. */
export type ExternalFiles = (location: string) => Uint8Array;

/** A reader that counts the bytes of all tensors of one model. Its methods throw a UserError (`onnx-invalid`, `onnx-refused`). */
export function makeTensorReader(external: ExternalFiles | null): TensorReader {
  let left = TENSOR_BYTES;
  const reserve = (bytes: number, where: string) => {
    left -= bytes;
    if (!(left >= 0))
      throw refusedModel(`its tensors need more than ${TENSOR_BYTES} bytes (${where})`, 'Use a smaller model.');
  };

  const tensor: TensorReader['tensor'] = (proto, where, allow) => {
    const code = proto.dataType ?? 0;
    const type = typeOfCode(code);
    if (type === 'other')
      throw refusedModel(`${where} holds ${nameOfCode(code)}`, 'Export the weights as float32 or float16.');
    if (proto.segment) throw refusedModel(`${where} is stored in segments`, 'Export the tensor in one piece.');
    const shape = shapeOf(proto.dims, where);
    const name = proto.name ?? '';
    const size = sizeOf(shape);
    if (type === 'string') {
      reserve(TEXT_BYTES * proto.stringData.length, where);
      return { name, type, shape, data: strings(proto, size, where) };
    }
    const { bytes, typed } = numberTypes[type];
    reserve(size * bytes, where);
    if (proto.dataLocation === 1 || proto.externalData.length > 0) {
      if (!allow.external)
        throw refusedModel(`${where} refers to a file beside the model`, 'Store that value inside the model.');
      const reference = externalReference(proto.externalData, size * bytes, where);
      if (!external)
        throw refusedModel(`${where} is stored beside the model`, 'Commit the file that holds the weights, too.');
      return {
        name,
        type,
        shape,
        data: viewed(numberTypes[type], part(external(reference.location), reference, where), size),
      };
    }
    if (proto.rawData) {
      if (proto.rawData.length !== size * bytes)
        throw invalidModel(
          `${where} has ${proto.rawData.length} bytes where [${shape}] of ${type} needs ${size * bytes}`,
        );
      return { name, type, shape, data: viewed(numberTypes[type], proto.rawData, size) };
    }
    const items: ArrayLike<number | bigint> = proto[typed];
    if (items.length !== size)
      throw invalidModel(`${where} has ${items.length} elements where [${shape}] needs ${size}`);
    return { name, type, shape, data: converted(numberTypes[type], items) };
  };

  const sparse: TensorReader['sparse'] = (proto, where) => {
    if (!proto.values || !proto.indices) throw invalidModel(`${where} lacks values or indices`);
    const inside = { external: false } as const;
    const values = tensor(proto.values, `the values of ${where}`, inside);
    const indices = tensor(proto.indices, `the indices of ${where}`, inside);
    const shape = shapeOf(proto.dims, where);
    if (values.type === 'string' || values.shape.length !== 1 || indices.type !== 'int64')
      throw invalidModel(`${where} is no list of numbers with int64 indices`);
    const count = values.shape[0]!;
    const isLinear = indices.shape.length === 1 && indices.shape[0] === count;
    if (!isLinear && !(indices.shape.length === 2 && indices.shape[0] === count && indices.shape[1] === shape.length))
      throw invalidModel(`${where} has ${count} values and indices of shape [${indices.shape}]`);
    const { bytes, view } = numberTypes[values.type as keyof typeof numberTypes];
    const size = sizeOf(shape);
    reserve(size * bytes, where);
    const data = new view(new ArrayBuffer(size * bytes), 0, size) as Float32Array;
    const places = Array.from(indices.data as BigInt64Array, Number);
    for (let i = 0; i < count; i++) {
      const place = isLinear ? places[i]! : linear(places.slice(i * shape.length, (i + 1) * shape.length), shape);
      if (!(place >= 0 && place < size)) throw invalidModel(`${where} has an index outside of [${shape}]`);
      data[place] = (values.data as Float32Array)[i]!;
    }
    return { name: values.name, type: values.type, shape, data };
  };
  return { tensor, sparse, reserve };
}

function shapeOf(dims: ArrayLike<number>, where: string): Shape {
  const shape = Array.from(dims);
  const wrong = shape.find((axis) => !(axis >= 0));
  if (wrong !== undefined) throw invalidModel(`${where} has an axis of ${wrong}`);
  if (shape.length > MOST_AXES)
    throw refusedModel(`${where} has ${shape.length} axes`, `Use tensors of at most ${MOST_AXES} axes.`);
  if (!Number.isSafeInteger(sizeOf(shape))) throw invalidModel(`${where} has the shape [${shape}]`);
  return shape;
}

function linear(places: readonly number[], shape: Shape): number {
  return places.reduce(
    (sum, place, axis) => (place >= 0 && place < shape[axis]! ? sum * shape[axis]! + place : -Infinity),
    0,
  );
}

/** A view where the bytes are aligned, else a copy. */
function viewed({ view, bytes: width }: NumberType, bytes: Uint8Array, size: number): TensorData {
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new view(aligned.buffer, aligned.byteOffset, size);
}

function converted({ view, bytes }: NumberType, items: ArrayLike<number | bigint>): TensorData {
  if (items instanceof Float32Array && view === Float32Array) return items;
  const data = new view(new ArrayBuffer(items.length * bytes), 0, items.length);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < items.length; i++) data[i] = (isBig ? BigInt(items[i]!) : Number(items[i]!)) as never;
  return data;
}

function part(file: Uint8Array, { offset, length }: { offset: number; length: number }, where: string): Uint8Array {
  if (offset + length > file.length)
    throw invalidModel(`${where} lies at ${offset} to ${offset + length} of a file of ${file.length} bytes`);
  return file.subarray(offset, offset + length);
}

function strings(proto: Message<'TensorProto'>, size: number, where: string): string[] {
  if (proto.stringData.length !== size)
    throw invalidModel(`${where} has ${proto.stringData.length} strings where ${size} are needed`);
  return proto.stringData.map((bytes) => utf8(bytes, where));
}

/** The text of a byte string. Throws a UserError where it is not UTF-8. */
export function utf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidModel(`${where} holds text that is not UTF-8`);
  }
}
