import type { Pool } from '../table/pool.ts';
import type { Block } from './features.ts';

/** Of a value with fewer rows, too few are in and out of a model. */
const FEWEST_OF_VALUE = 4;
/** Values of one column that are told apart; an attacker tries the most frequent ones. */
const MOST_VALUES = 8;

/** A sensitive column whose values may be put in the place of one another. */
export interface SensitiveValues {
  readonly column: string;
  readonly block: Block;
  /** What the column's features are for each candidate value: [V] of [block.width]. The most frequent value is first. */
  readonly features: readonly Float32Array[];
  /** [N] index of each row's value among the candidates; -1 for a missing one, or one that is left out. */
  readonly of: Int32Array;
  /** Distinct values that are no candidates: of fewer than 4 rows; and beyond the most frequent, or not told apart. */
  readonly leftOut: { readonly rare: number; readonly others: number };
}

/** Why a column's values cannot be asked about. */
export interface Unasked {
  readonly column: string;
  readonly outcome: 'unknown' | 'not-applicable';
  /** One sentence, without the column's name or a value. */
  readonly why: string;
}

/**
 * The candidate values of one sensitive column: what an attacker who knows the rest of a row would try.
 * @param among rows whose values count; @param most candidates at most.
 */
export function sensitiveValues(
  { pool, blocks, features }: { readonly pool: Pick<Pool, 'columns'>; readonly blocks: readonly Block[]; readonly features: { readonly values: Float32Array; readonly width: number } }, // biome-ignore format: one idea
  column: string,
  { among, most = MOST_VALUES }: { readonly among: readonly number[]; readonly most?: number },
): SensitiveValues | Unasked {
  const index = pool.columns.findIndex(({ name }) => name === column);
  const unasked = (outcome: Unasked['outcome'], why: string): Unasked => ({ column, outcome, why });
  if (index < 0) return unasked('not-applicable', 'The data set has no such column.');
  const block = blocks[index];
  const { values } = pool.columns[index]!;
  if (!block || block.width === 0)
    return unasked('not-applicable', 'It gives the model no features, so only imputation could tell its values.');
  const counts = new Map<string, number>();
  for (const row of among) {
    const value = values[row] ?? null;
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const frequent = [...counts].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1));
  const large = frequent.filter(([, count]) => count >= FEWEST_OF_VALUE).map(([value]) => value);
  const rare = counts.size - large.length;
  if (counts.size < 2)
    return unasked('unknown', counts.size === 0 ? 'It has no value in any row.' : 'It has one value in all rows.');
  if (large.length < 2)
    return unasked('unknown', `${rare} of its ${counts.size} values have fewer than ${FEWEST_OF_VALUE} rows.`);
  const kept = new Map<string, Float32Array>();
  for (const value of large) {
    if (kept.size >= most) break;
    const row = among.find((one) => values[one] === value)!;
    const own = blockOf(features, block, row);
    if (![...kept.values()].some((other) => other.every((feature, at) => feature === own[at]))) kept.set(value, own);
  }
  if (kept.size < 2) return unasked('unknown', 'The features that the model sees do not tell its values apart.');
  const place = new Map([...kept.keys()].map((value, at) => [value, at]));
  return {
    column,
    block,
    features: [...kept.values()],
    of: Int32Array.from(values, (value) => (value === null ? -1 : (place.get(value) ?? -1))),
    leftOut: { rare, others: large.length - kept.size },
  };
}

const blockOf = (
  { values, width }: { readonly values: Float32Array; readonly width: number },
  { offset, width: wide }: Block,
  row: number,
) => values.slice(row * width + offset, row * width + offset + wide);

/** The features [D] of a row as if its sensitive column held another candidate value. */
export function withValue(
  { values, width }: { readonly values: Float32Array; readonly width: number },
  { block, features }: Pick<SensitiveValues, 'block' | 'features'>,
  { row, value }: { readonly row: number; readonly value: number },
): Float32Array {
  const own = values.slice(row * width, (row + 1) * width);
  own.set(features[value]!, block.offset);
  return own;
}

export const isAsked = (one: SensitiveValues | Unasked): one is SensitiveValues => 'features' in one;
