import { UserError } from '../errors.ts';
import { nameOfCode, numberTypes, typeOfCode } from '../onnx/data-types.ts';
import { DOMAINS } from '../onnx/decode.ts';
import { externalReference } from '../onnx/external-data.ts';
import { readMessage } from '../onnx/read-message.ts';
import { makeTensorReader } from '../onnx/read-tensor.ts';
import { invalidModel, quoted } from '../onnx/refuse.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { ByteSource } from './byte-source.ts';
import { type ListPart, partsOf, type TensorPart } from './onnx-parts.ts';
import { bytesIn, type StoredTensor, tensorAt, tensorIn } from './stored-tensor.ts';

/** What a model's file says of its weights. */
export interface OnnxWeights {
  /** What breaks the rules of the format, or needs code of the author's, one sentence each. */
  readonly problems: readonly string[];
  /** What could not be looked at, one sentence each. */
  readonly unread: readonly string[];
  /** Or, where one could not be read, why: the missing one could be all that changed. */
  readonly tensors: readonly StoredTensor[] | string;
}

/** Bits of an element of types whose numbers are not read, by code. */
const OTHERS: Readonly<Record<number, number>> = {
  ...{ 14: 64, 15: 128, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2 },
};
const TRAINING = ['ai.onnx.training', 'ai.onnx.preview.training'];

/**
 * Reads where all weights of a model lie, without holding them: raw ones stay in the file. Nothing is thrown for what
 * the author wrote; it becomes a sentence.
 * @param bytes the file; it may be let go afterwards.
 * @param self the same file, read again when elements are asked for.
 * @param beside files of the repository in the model's folder or below, by their path from there.
 */
export function readOnnxWeights(
  bytes: Uint8Array,
  self: ByteSource,
  beside: ReadonlyMap<string, ByteSource>,
): OnnxWeights {
  const problems: string[] = [];
  const unread: string[] = [];
  const told = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return null;
    }
  };
  const model = told(() => readMessage(bytes, 'ModelProto'));
  if (!model) return { problems, unread, tensors: problems[0]! };
  if (!model.graph) problems.push(invalidModel('it holds no graph').message);
  // A file that is cut between two fields is a message still; this is what is then missing.
  if (model.opsetImport.length === 0) problems.push(invalidModel('it names no operator set').message);
  const { tensors: parts, lists, operators } = partsOf(model);
  for (const [domain, ops] of operators)
    if (![...DOMAINS, ...TRAINING].includes(domain))
      problems.push(
        `${[...ops].slice(0, 3).map(quoted).join(', ')} of the domain ${quoted(domain)} is no operator of ONNX: code from elsewhere has to be loaded for it.`,
      );
  const missing = new Set<string>();
  const found = problems.length;
  const tensors = parts.flatMap((part) => told(() => tensorOf(part, bytes, { self, beside, missing })) ?? []);
  tensors.push(...lists.map(listed));
  for (const location of missing)
    unread.push(`Weights lie in ${quoted(location)}, which is no plain file beside the model in the repository.`);
  return { problems, unread, tensors: problems[found] ?? unread[0] ?? tensors };
}

function listed({ name, type, values }: ListPart): StoredTensor {
  const numbers = Array.from(values);
  const data = type === 'float32' ? Float32Array.from(numbers) : BigInt64Array.from(numbers, BigInt);
  return tensorIn({ ...{ name, type, typeName: type }, shape: [numbers.length] }, data);
}

interface Files {
  readonly self: ByteSource;
  readonly beside: ReadonlyMap<string, ByteSource>;
  readonly missing: Set<string>;
}

function tensorOf({ name, proto }: TensorPart, file: Uint8Array, { self, beside, missing }: Files) {
  const where = `the constant ${quoted(name)}`;
  const code = proto.dataType ?? 0;
  const type = typeOfCode(code);
  const shape = Array.from(proto.dims);
  const size = sizeOf(shape);
  if (!shape.every((axis) => axis >= 0) || !Number.isSafeInteger(size))
    throw invalidModel(`${where} has the shape [${shape.slice(0, 8)}]`);
  const typeName = nameOfCode(code);
  const bits = type === 'string' ? 0 : type === 'other' ? OTHERS[code] : 8 * numberTypes[type].bytes;
  if (bits === undefined) throw invalidModel(`${where} holds ${typeName}, which ONNX does not know`);
  const expected = Math.ceil((size * bits) / 8);
  const form = { ...{ name, type, typeName, shape }, count: type === 'other' ? expected : size };
  if (proto.dataLocation === 1 || proto.externalData.length > 0) {
    if (type === 'string') throw invalidModel(`${where} holds text in another file`);
    const { location, offset } = externalReference(proto.externalData, expected, where);
    const source = beside.get(location.replace(/^\.\//, ''));
    if (!source) {
      missing.add(location);
      return null;
    }
    if (offset + expected > source.size)
      throw invalidModel(`${where} lies at ${offset} to ${offset + expected} of a file of ${source.size} bytes`);
    return tensorAt(form, source, offset);
  }
  if (proto.rawData && type !== 'string') {
    if (proto.rawData.length !== expected)
      throw invalidModel(
        `${where} has ${proto.rawData.length} bytes where [${shape}] of ${typeName} needs ${expected}`,
      );
    return tensorAt(form, self, proto.rawData.byteOffset - file.byteOffset);
  }
  if (type === 'other') {
    const own = Buffer.concat([Int32Array.from(proto.int32Data), Float32Array.from(proto.floatData)].map(bytesIn));
    return tensorIn(form, new Uint8Array(own));
  }
  // Written as numbers of their own, or text: these are few, and kept.
  return tensorIn(form, makeTensorReader(null).tensor(proto, where, { external: false }).data);
}
