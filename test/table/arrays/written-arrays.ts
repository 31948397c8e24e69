import { type Zipped, zip } from '../../weights/written-pickle.ts';

export interface Written {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  readonly data: Uint8Array;
}

/** What numpy.save writes. */
export function npy({ descr, shape, fortran = false, version = 1, data }: Written): Buffer {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = fortran ? 'True' : 'False';
  return npyWith(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${axes}), }`, data, version);
}

/** The same with any header. */
export function npyWith(header: string, data: Uint8Array, version = 1): Buffer {
  const start = version === 1 ? 10 : 12;
  const text = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const head = Buffer.alloc(start);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text, 'latin1'), data]);
}

/** Elements in their bytes. */
export const float32s = (...numbers: readonly number[]): Buffer => Buffer.from(Float32Array.from(numbers).buffer);
export const int64s = (...numbers: readonly number[]): Buffer =>
  Buffer.from(BigInt64Array.from(numbers, BigInt).buffer);
export const bytesOf = (...numbers: readonly number[]): Buffer => Buffer.from(numbers);

export const floats = (shape: readonly number[], numbers: readonly number[]): Buffer =>
  npy({ descr: '<f4', shape, data: Buffer.from(Float32Array.from(numbers).buffer) });
export const wholes = (shape: readonly number[], numbers: readonly number[]): Buffer =>
  npy({ descr: '<i8', shape, data: int64s(...numbers) });

/** Texts as NumPy holds them, in UTF-32. */
export function texts(words: readonly string[], big = false): Buffer {
  const width = Math.max(1, ...words.map((word) => [...word].length));
  const data = Buffer.alloc(4 * width * words.length);
  for (const [row, word] of words.entries())
    for (const [at, letter] of [...word].entries()) {
      const place = 4 * (row * width + at);
      if (big) data.writeUInt32BE(letter.codePointAt(0)!, place);
      else data.writeUInt32LE(letter.codePointAt(0)!, place);
    }
  return npy({ descr: `${big ? '>' : '<'}U${width}`, shape: [words.length], data });
}

/** What numpy.savez writes; numpy.savez_compressed with `isDeflated`. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>, how: Partial<Zipped> = {}): Buffer {
  return Buffer.from(zip(Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, bytes, ...how }))));
}
