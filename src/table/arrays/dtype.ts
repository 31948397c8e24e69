import { fromHalf } from '../../tensor/half.ts';
import { badArrays } from './bad-arrays.ts';

/** What an element is, and in how many bytes. Text: `size` bytes of UTF-32 (`U`) or UTF-8 (`S`), filled up with zeros. */
export interface Dtype {
  readonly kind: 'b' | 'i' | 'u' | 'f' | 'U' | 'S';
  readonly size: number;
  readonly little: boolean;
}

const SIZES: Readonly<Record<string, readonly number[]>> = { b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [2, 4, 8] };
const REFUSED: Readonly<Record<string, string>> = {
  ...{ O: 'Python objects (a pickle, which is never opened)', V: 'structured records', c: 'complex numbers' },
  ...{ M: 'dates (datetime64)', m: 'spans of time (timedelta64)', f: 'numbers of extended precision' },
};
/** Bytes of one text. */
const LONGEST_TEXT = 2 ** 20;

/** Reads a type as NumPy writes it, such as `<f4`. Throws a UserError for one that is not read. */
export function readDtype(text: string, where: string): Dtype {
  const [, order = '|', kind = '', digits = ''] = /^([<>|=])?([a-zA-Z?])(\d{0,9})$/.exec(text) ?? [];
  const count = digits === '' ? 1 : Number(digits);
  const little = order !== '>';
  if (kind === '?') return { kind: 'b', size: 1, little };
  if (kind === 'U' || kind === 'S' || kind === 'a') {
    const size = (kind === 'U' ? 4 : 1) * count;
    if (digits === '' || size === 0 || size > LONGEST_TEXT)
      throw badArrays(
        where,
        `its texts have ${size} bytes each; 1 to ${LONGEST_TEXT} are read`,
        'Store shorter texts.',
      );
    return { kind: kind === 'U' ? 'U' : 'S', size, little };
  }
  if (SIZES[kind]?.includes(count)) return { kind: kind as Dtype['kind'], size: count, little };
  throw badArrays(
    where,
    `it holds ${REFUSED[kind] ?? 'values'} of the type "${text}"`,
    'Save plain numbers, truth values or texts of fixed length; objects become such by astype.',
  );
}

/** How the element at a byte offset reads: equal values give equal texts, and text is null for a missing one (NaN). */
export type ReadElement = (offset: number) => string | null;

/** @param where for the message about a text that is none. */
export function elementReader({ kind, size, little }: Dtype, bytes: Uint8Array, where: string): ReadElement {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (`${kind}${kind === 'U' || kind === 'S' ? '' : size}`) {
    case 'b1':
      return (at) => (bytes[at] === 0 ? 'false' : 'true');
    case 'i1':
      return (at) => String(view.getInt8(at));
    case 'i2':
      return (at) => String(view.getInt16(at, little));
    case 'i4':
      return (at) => String(view.getInt32(at, little));
    case 'i8':
      return (at) => String(view.getBigInt64(at, little));
    case 'u1':
      return (at) => String(bytes[at]);
    case 'u2':
      return (at) => String(view.getUint16(at, little));
    case 'u4':
      return (at) => String(view.getUint32(at, little));
    case 'u8':
      return (at) => String(view.getBigUint64(at, little));
    case 'f2':
      return (at) => singleText(fromHalf(view.getUint16(at, little)));
    case 'f4':
      return (at) => singleText(view.getFloat32(at, little));
    case 'f8':
      return (at) => doubleText(view.getFloat64(at, little));
    case 'U':
      return (at) => utf32Text(view, at, size, little, where);
    default:
      return (at) => utf8Text(bytes.subarray(at, at + size), where);
  }
}

function doubleText(value: number): string | null {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? null : value > 0 ? 'inf' : '-inf';
}

/** Digits that every decimal number keeps in single precision; nine tell any two numbers apart. */
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 9;
const SMALLEST_NORMAL = 2 ** -126;

/** The shortest decimal number that is this one in single precision. */
function singleText(value: number): string | null {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return String(value);
  if (!Number.isFinite(value)) return doubleText(value);
  // Below the smallest normal number fewer digits are kept.
  for (let digits = Math.abs(value) < SMALLEST_NORMAL ? 1 : FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(MOST_DIGITS)));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NO_TEXT = 'Save its texts as Unicode (dtype "U").';

function utf8Text(bytes: Uint8Array, where: string): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  try {
    return UTF8.decode(bytes.subarray(0, end));
  } catch {
    throw badArrays(where, 'a text of it is not valid UTF-8', NO_TEXT);
  }
}

function utf32Text(view: DataView, start: number, size: number, little: boolean, where: string): string {
  let text = '';
  let zeros = '';
  for (let at = start; at < start + size; at += 4) {
    const code = view.getUint32(at, little);
    if (code === 0) {
      zeros += '\0';
      continue;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      throw badArrays(where, 'a text of it holds what is no character', NO_TEXT);
    text += zeros + String.fromCodePoint(code);
    zeros = '';
  }
  return text;
}
