import type { DataType } from '../onnx/graph.ts';
import { fromBfloat, fromHalf } from '../tensor/half.ts';
import { bytesIn, type StoredTensor } from './stored-tensor.ts';

/** Sums over the elements of two tensors of one form; numbers that are not finite on either side are left out of them. */
export interface Sums {
  /** Whether all bytes are equal. */
  readonly isSame: boolean;
  /** Elements whose bits differ. */
  readonly moved: number;
  /** Sums of squares, and of products. */
  readonly difference: number;
  readonly base: number;
  readonly head: number;
  readonly product: number;
  readonly odd: { readonly base: Odd; readonly head: Odd };
}

interface Odd {
  nans: number;
  infinities: number;
}

/** Elements that are held of each tensor at a time. */
const PIECE = 2 ** 18;

export const isFloating = (type: DataType): boolean => /^b?float/.test(type);

/** Compares two tensors of one type and count. */
export function measure(one: StoredTensor, other: StoredTensor): Sums {
  const sums = { moved: 0, difference: 0, base: 0, head: 0, product: 0 };
  const odd = { base: { nans: 0, infinities: 0 }, head: { nans: 0, infinities: 0 } };
  const decode = decoderOf(one.type);
  let isSame = true;
  for (let first = 0; first < one.count; first += PIECE) {
    const last = Math.min(one.count, first + PIECE);
    const before = one.elements(first, last);
    const after = one === other ? before : other.elements(first, last);
    if (isTexts(before) || isTexts(after)) {
      isSame &&= JSON.stringify(before) === JSON.stringify(after);
      continue;
    }
    isSame &&= one === other || Buffer.compare(bytesIn(before), bytesIn(after)) === 0;
    if (one.type === 'other') continue;
    for (let at = 0; at < before.length; at++) {
      const x = decode(before[at] as number);
      const y = decode(after[at] as number);
      if (!Number.isFinite(x)) count(odd.base, x);
      if (!Number.isFinite(y)) count(odd.head, y);
      if (!Object.is(before[at], after[at])) sums.moved++;
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      const step = y - x;
      sums.difference += step * step;
      sums.base += x * x;
      sums.head += y * y;
      sums.product += x * y;
    }
  }
  return { ...sums, isSame, odd };
}

function isTexts(data: ReturnType<StoredTensor['elements']>): data is readonly string[] {
  return Array.isArray(data);
}

function count(odd: Odd, value: number): void {
  if (Number.isNaN(value)) odd.nans++;
  else odd.infinities++;
}

/** From an element as it is stored to its number. */
export function decoderOf(type: DataType): (stored: number | bigint) => number {
  if (type !== 'float16' && type !== 'bfloat16') return Number;
  const table = Float32Array.from({ length: 2 ** 16 }, (_, bits) => (type === 'float16' ? fromHalf : fromBfloat)(bits));
  return (stored) => table[stored as number]!;
}
