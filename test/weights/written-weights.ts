import { node, tensor, writeModel } from '../onnx/written-model.ts';
import { pickle, zip } from './written-pickle.ts';

type Values = Readonly<Record<string, readonly number[]>>;

/** A safetensors file of vectors in single precision. */
export function safetensors(values: Values): Buffer {
  let at = 0;
  const entries = Object.entries(values).map(([name, numbers]) => {
    const first = at;
    at += 4 * numbers.length;
    return [name, { dtype: 'F32', shape: [numbers.length], data_offsets: [first, at] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytesOf(Object.values(values).flat())]);
}

/** Numbers in single precision, as files hold them. */
export const bytesOf = (numbers: readonly number[]): Buffer => Buffer.from(Float32Array.from(numbers).buffer);

/** An ONNX model with constants of two numbers: `y = x + w`; a name instead of numbers says where they lie. */
export function onnx(values: Readonly<Record<string, readonly [number, number] | string>>): Buffer {
  const initializer = Object.entries(values).map(([name, where]) =>
    tensor({
      ...{ name, dims: [2], dataType: 1 },
      ...(typeof where === 'string'
        ? { dataLocation: 1, externalData: [{ key: 'location', value: where }] }
        : { rawData: bytesOf(where) }),
    }),
  );
  return Buffer.from(writeModel({ initializer, node: [node('Add', ['x', 'w'], ['y'])] }));
}

/** What torch.save writes for a dictionary without tensors. */
export const torchZip = Buffer.from(
  zip([
    { name: 'model/data.pkl', bytes: pickle(0x80, 2, 'ccollections\nOrderedDict\n', ')', 'R', '.') },
    { name: 'model/version', bytes: Buffer.from('3\n') },
  ]),
);
