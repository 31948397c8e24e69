import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { badArrays } from './bad-arrays.ts';
import { type Dtype, readDtype } from './dtype.ts';

/** What a `.npy` file says of its array. */
export interface NpyHeader {
  readonly dtype: Dtype;
  /** True where the first axis runs fastest. */
  readonly fortran: boolean;
  readonly shape: Shape;
  /** Where the elements begin, in bytes. */
  readonly data: number;
}

const MAGIC = '\x93NUMPY';
const LONGEST_HEADER = 2 ** 16;
const MOST_AXES = 64;
const KEYS = ['descr', 'fortran_order', 'shape'] as const;

/**
 * Reads the header of a NumPy array (format versions 1 to 3): a dictionary as Python writes it, of three known keys. It
 * is parsed by its few forms and never evaluated. The file must hold as many elements as it says, and no byte more.
 * Throws a UserError.
 */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC)
    throw badArrays(where, bytes.length < 10 ? 'it is cut off in its header' : 'it is no NumPy array');
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw badArrays(where, `it is of version ${version} of NumPy's format; 1 to 3 are read`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw badArrays(where, 'it is cut off in its header');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw badArrays(where, `its header says that it has ${length} bytes`);
  const data = start + length;
  if (data > bytes.length) throw badArrays(where, 'it is cut off in its header');
  const text = Buffer.from(bytes.subarray(start, data)).toString(version === 3 ? 'utf8' : 'latin1');
  const { descr, fortran_order: order, shape: axes } = parseDictionary(text, where);
  if (/^[[(]/.test(descr))
    throw badArrays(where, 'it holds structured records', 'Save each field as an array of its own.');
  const dtype = readDtype(descr.slice(1, -1), where);
  const shape = axes
    .split(/[^\d]+/)
    .filter(Boolean)
    .map(Number);
  const size = sizeOf(shape) * dtype.size;
  if (shape.length > MOST_AXES || !shape.every(Number.isSafeInteger) || !Number.isSafeInteger(size))
    throw badArrays(where, `its shape [${shape.slice(0, 8).join(', ')}] is larger than any file`);
  if (size !== bytes.length - data)
    throw badArrays(where, `its shape [${shape.join(', ')}] takes ${size} bytes, and there are ${bytes.length - data}`);
  return { dtype, fortran: order === 'True', shape, data };
}

type Dictionary = Readonly<Record<(typeof KEYS)[number], string>>;

/** The three values as they are written; each key once, in any order. */
function parseDictionary(text: string, where: string): Dictionary {
  const fail = () => badArrays(where, 'its header is not what NumPy writes');
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (body === undefined) throw fail();
  const found = new Map<string, string>();
  let rest = body.trim();
  while (rest !== '') {
    const [all, key, descr, order, shape] =
      /^'(?:(descr)':\s*('[^'\\]*'|[[(])|(fortran_order)':\s*(?:True|False)|(shape)':\s*\([\d,\sL]*\))/.exec(rest) ??
      [];
    const name = key ?? order ?? shape;
    // What follows an opening bracket need not be read: records are refused whatever is in them.
    if (key && descr!.length === 1) return { descr: descr!, fortran_order: 'False', shape: '()' };
    if (all === undefined || name === undefined || found.has(name)) throw fail();
    found.set(name, all.slice(all.indexOf(':') + 1).trim());
    const [separator] = /^\s*(?:,\s*|$)/.exec(rest.slice(all.length)) ?? [];
    if (separator === undefined) throw fail();
    rest = rest.slice(all.length + separator.length);
  }
  if (found.size !== KEYS.length) throw fail();
  const shape = found.get('shape')!;
  if (!/^\(\s*(?:(?:\d+L?\s*,\s*)+(?:\d+L?\s*)?)?\)$/.test(shape)) throw fail();
  return Object.fromEntries(found) as unknown as Dictionary;
}
