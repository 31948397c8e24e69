/** Scalars as the wire has them; `int` is an int64 that is read as a number and saturates at 2^53 - 1. */
export interface Scalars {
  readonly int: number;
  readonly int64: bigint;
  readonly uint64: bigint;
  readonly float: number;
  readonly double: number;
  readonly string: string;
  readonly bytes: Uint8Array;
}

export type Field = readonly [name: string, type: string, many?: 'many'];

/** The messages of ONNX (onnx.proto3, IR versions 3 to 13) by field number, without documentation and devices. */
export const messages = {
  ModelProto: {
    1: ['irVersion', 'int'],
    2: ['producerName', 'string'],
    7: ['graph', 'GraphProto'],
    8: ['opsetImport', 'OperatorSetIdProto', 'many'],
    25: ['functions', 'FunctionProto', 'many'],
  },
  OperatorSetIdProto: {
    1: ['domain', 'string'],
    2: ['version', 'int'],
  },
  GraphProto: {
    1: ['node', 'NodeProto', 'many'],
    2: ['name', 'string'],
    5: ['initializer', 'TensorProto', 'many'],
    11: ['input', 'ValueInfoProto', 'many'],
    12: ['output', 'ValueInfoProto', 'many'],
    15: ['sparseInitializer', 'SparseTensorProto', 'many'],
  },
  NodeProto: {
    1: ['input', 'string', 'many'],
    2: ['output', 'string', 'many'],
    3: ['name', 'string'],
    4: ['opType', 'string'],
    5: ['attribute', 'AttributeProto', 'many'],
    7: ['domain', 'string'],
    8: ['overload', 'string'],
  },
  AttributeProto: {
    1: ['name', 'string'],
    2: ['f', 'float'],
    3: ['i', 'int'],
    4: ['s', 'bytes'],
    5: ['t', 'TensorProto'],
    6: ['g', 'GraphProto'],
    7: ['floats', 'float', 'many'],
    8: ['ints', 'int', 'many'],
    9: ['strings', 'bytes', 'many'],
    10: ['tensors', 'TensorProto', 'many'],
    11: ['graphs', 'GraphProto', 'many'],
    20: ['type', 'int'],
    21: ['refAttrName', 'string'],
    22: ['sparseTensor', 'SparseTensorProto'],
  },
  TensorProto: {
    1: ['dims', 'int', 'many'],
    2: ['dataType', 'int'],
    3: ['segment', 'bytes'],
    4: ['floatData', 'float', 'many'],
    5: ['int32Data', 'int', 'many'],
    6: ['stringData', 'bytes', 'many'],
    7: ['int64Data', 'int64', 'many'],
    8: ['name', 'string'],
    9: ['rawData', 'bytes'],
    10: ['doubleData', 'double', 'many'],
    11: ['uint64Data', 'uint64', 'many'],
    13: ['externalData', 'StringStringEntryProto', 'many'],
    14: ['dataLocation', 'int'],
  },
  StringStringEntryProto: {
    1: ['key', 'string'],
    2: ['value', 'string'],
  },
  SparseTensorProto: {
    1: ['values', 'TensorProto'],
    2: ['indices', 'TensorProto'],
    3: ['dims', 'int', 'many'],
  },
  ValueInfoProto: {
    1: ['name', 'string'],
    2: ['type', 'bytes'], // a TypeProto, kept as it is: sequences and maps are handed on, not read
  },
  TypeProto: {
    1: ['tensorType', 'TensorTypeProto'],
  },
  TensorTypeProto: {
    1: ['elemType', 'int'],
    2: ['shape', 'TensorShapeProto'],
  },
  TensorShapeProto: {
    1: ['dim', 'DimensionProto', 'many'],
  },
  DimensionProto: {
    1: ['dimValue', 'int'],
    2: ['dimParam', 'string'],
  },
  FunctionProto: {
    1: ['name', 'string'],
    4: ['input', 'string', 'many'],
    5: ['output', 'string', 'many'],
    6: ['attribute', 'string', 'many'],
    7: ['node', 'NodeProto', 'many'],
    9: ['opsetImport', 'OperatorSetIdProto', 'many'],
    10: ['domain', 'string'],
    11: ['attributeProto', 'AttributeProto', 'many'],
    13: ['overload', 'string'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<number, Field>>>>;

export type MessageName = keyof typeof messages;

type FieldOf<K extends MessageName> = (typeof messages)[K][keyof (typeof messages)[K]];
type ValueOf<T> = T extends keyof Scalars ? Scalars[T] : T extends MessageName ? Message<T> : never;

/** A message as a plain record: an absent field is undefined, a repeated one an array. */
export type Message<K extends MessageName> = {
  readonly [F in FieldOf<K> as F extends readonly [infer N extends string, ...unknown[]]
    ? N
    : never]: F extends readonly [string, infer T, 'many']
    ? readonly ValueOf<T>[]
    : F extends readonly [string, infer T]
      ? ValueOf<T> | undefined
      : never;
};
