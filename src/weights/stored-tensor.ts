import { numberTypes } from '../onnx/data-types.ts';
import type { DataType, TensorData } from '../onnx/graph.ts';
import type { Shape } from '../tensor/shape.ts';
import type { ByteSource } from './byte-source.ts';

/** A tensor of a file, read piece by piece. */
export interface StoredTensor {
  readonly name: string;
  /** `other`: a type whose numbers are not read, of which there are bytes alone. */
  readonly type: DataType;
  /** What its format calls the type. */
  readonly typeName: string;
  readonly shape: Shape;
  /** Elements; of the type `other` bytes. */
  readonly count: number;
  /** Elements from `first` to `last`, exclusive. */
  elements(first: number, last: number): TensorData;
}

/** A tensor whose elements lie one after another in a file, little-endian, from byte `start`. */
export function tensorAt(
  form: Pick<StoredTensor, 'name' | 'type' | 'typeName' | 'shape' | 'count'>,
  source: ByteSource,
  start: number,
): StoredTensor {
  const { bytes: width, view } =
    form.type === 'other' || form.type === 'string' ? numberTypes.uint8 : numberTypes[form.type];
  return {
    ...form,
    elements(first, last) {
      const bytes = source.read(start + first * width, start + last * width);
      const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
      return new view(aligned.buffer, aligned.byteOffset, last - first);
    },
  };
}

/** A tensor whose elements lie in memory. */
export function tensorIn(form: Omit<StoredTensor, 'elements' | 'count'>, data: TensorData): StoredTensor {
  return { ...form, count: data.length, elements: (first, last) => data.slice(first, last) };
}

/** The bytes of numbers, as they lie in memory. */
export function bytesIn(data: Exclude<TensorData, readonly string[]>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
