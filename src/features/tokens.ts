import { UserError } from '../errors.ts';
import type { TensorData, Value } from '../onnx/graph.ts';
import { parseList } from '../table/lists.ts';
import type { PoolColumn } from '../table/pool.ts';
import type { TrunkInput } from './trunk.ts';

/** Token ids of N rows, one after the other. */
export interface TokenRows {
  readonly ids: Int32Array;
  /** [N+1] where each row's ids begin in `ids`. */
  readonly starts: Uint32Array;
  /** What fills up a row, and on which side. */
  readonly padding: { readonly id: number; readonly left: boolean };
}

/** Turns texts into token ids; implemented by `adapters/tokenizer.ts`. */
export interface Tokenizer {
  /** Its own truncation length; null where it has none. */
  readonly limit: number | null;
  /** All rows, special tokens included, each cut to `most` ids. Throws a UserError where it hangs or fails. */
  encode(texts: readonly string[], most: number): Promise<TokenRows>;
}

/** Ids of a row where neither the model nor the tokenizer says how many it takes. */
export const MOST_TOKENS = 512;

/** What an input of whole numbers holds for each place of a row. */
export type TokenRole = 'ids' | 'mask' | 'types' | 'positions';

/** By the names that exporters give. */
export function roleOf(name: string): TokenRole {
  if (/mask/i.test(name)) return 'mask';
  if (/type|segment/i.test(name)) return 'types';
  return /position/i.test(name) ? 'positions' : 'ids';
}

/** Whether a name is one that exporters give to inputs of tokens. */
export function isTokenName(name: string): boolean {
  return /^(?:input_?ids|ids|tokens?|token_ids|attention_mask|(?:input_)?mask|token_type_ids|segment_ids|position_ids)$/i.test(name); // biome-ignore format: one pattern
}

/** The ids that the lists of a column hold; null where a cell is no list of token ids. A missing cell has none. */
export function listedTokens({ values }: Pick<PoolColumn, 'values'>): TokenRows | null {
  const lists = values.map((value) => (value === null ? new Float64Array(0) : parseList(value)));
  if (!lists.every((list) => list?.every((id) => Number.isInteger(id) && Math.abs(id) < 2 ** 31))) return null;
  return joinTokens(lists as Float64Array[], { id: 0, left: false });
}

/** Rows of ids end to end. */
export function joinTokens(rows: readonly ArrayLike<number>[], padding: TokenRows['padding']): TokenRows {
  const starts = new Uint32Array(rows.length + 1);
  for (const [row, { length }] of rows.entries()) starts[row + 1] = starts[row]! + length;
  const ids = new Int32Array(starts[rows.length]!);
  for (const [row, list] of rows.entries()) ids.set(list, starts[row]);
  return { ids, starts, padding };
}

/** Ids of the longest of some rows; at least one. */
export function longestOf({ starts }: TokenRows, rows: Iterable<number>): number {
  let longest = 1;
  for (const row of rows) longest = Math.max(longest, starts[row + 1]! - starts[row]!);
  return longest;
}

/** An input [batch, length] of token ids, or of what belongs to them; longer rows are cut at their end. */
export function tokenInput(
  { name, type }: Pick<Value, 'name' | 'type'>,
  { ids, starts, padding }: TokenRows,
  length: number,
): Pick<TrunkInput, 'row' | 'read'> {
  const role = roleOf(name);
  const rows = starts.length - 1;
  return {
    row: [length],
    read(start, count) {
      const N = Math.min(count, rows - start);
      const into = new Int32Array(N * length).fill(role === 'ids' ? padding.id : 0);
      for (let row = 0; row < N; row++) {
        const from = starts[start + row]!;
        const taken = Math.min(length, starts[start + row + 1]! - from);
        const first = row * length + (padding.left ? length - taken : 0);
        for (let at = 0; at < taken; at++)
          into[first + at] = role === 'ids' ? ids[from + at]! : role === 'mask' ? 1 : role === 'types' ? 0 : at;
      }
      return whole(into, type);
    },
  };
}

function whole(numbers: Int32Array, type: Value['type']): TensorData {
  return type === 'int64' ? BigInt64Array.from(numbers, BigInt) : numbers;
}

/** A text that an input of whole numbers cannot take. */
export function needsTokenizer(input: string, column: string): UserError {
  return new UserError(
    'tokenizer-missing',
    `The model takes token ids at its input ${input}, and the column ${column} holds texts.`,
    { hint: 'Name the tokenizer.json of the model by `tokenizer` in its configuration.' },
  );
}
