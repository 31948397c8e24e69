import type { Shape } from '../tensor/shape.ts';

/** Element types. `float16` and `bfloat16` are kept as their bits (uint16); `other` is no tensor, or unknown. */
export type DataType =
  | ('float32' | 'float64' | 'float16' | 'bfloat16' | 'bool' | 'string' | 'other')
  | ('int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64');

export type TensorData =
  | (Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array)
  | (Uint8Array | Uint16Array | Uint32Array | BigUint64Array)
  | readonly string[];

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
  /** Set where `shape` and `type` say less than the model: the bytes of its TypeProto (a sequence, a map, no rank). */
  readonly typeProto?: Uint8Array;
}

export type Attribute =
  | (number | { readonly float: number } | string | Tensor | Graph)
  | (readonly number[] | { readonly floats: readonly number[] } | { readonly strings: readonly string[] })
  | ({ readonly tensors: readonly Tensor[] } | { readonly graphs: readonly Graph[] });

export interface Node {
  /** What the exporter called it; nothing refers to it. */
  readonly name?: string;
  readonly op: string;
  readonly domain: string;
  /** An empty name is an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A bare number is an ONNX INT, `{float}` a FLOAT, an array INTS. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An ONNX graph as plain records, nodes in topological order, model-local functions written out. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** A graph and the operator sets that its nodes are written for: domain to version, '' for ONNX's own. */
export interface Model {
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  readonly irVersion: number;
}

export function float32(name: string, shape: Shape, data: Float32Array | readonly number[]): Tensor {
  return { name, type: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function int64(name: string, shape: Shape, data: readonly number[]): Tensor {
  return { name, type: 'int64', shape, data: BigInt64Array.from(data, BigInt) };
}
