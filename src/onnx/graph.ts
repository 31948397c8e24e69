import type { Shape } from '../tensor/shape.ts';

export type DataType = 'float32' | 'int32' | 'int64' | 'bool';

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A named constant. */
export interface Tensor {
  readonly name: string;
  readonly type: DataType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** A graph's input or output; a text axis is symbolic. */
export interface Value {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

export type Attribute = number | { readonly float: number } | string | readonly number[] | Tensor | Graph;

export interface Node {
  readonly op: string;
  readonly domain: string;
  /** An empty name is an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A bare number is an ONNX INT, `{float}` a FLOAT, an array INTS. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An ONNX graph as plain records, nodes in topological order. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

export function float32(name: string, shape: Shape, data: Float32Array | readonly number[]): Tensor {
  return { name, type: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function int64(name: string, shape: Shape, data: readonly number[]): Tensor {
  return { name, type: 'int64', shape, data: BigInt64Array.from(data, BigInt) };
}
