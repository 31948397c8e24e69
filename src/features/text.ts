import type { PoolColumn } from '../table/pool.ts';
import { type Encoder, nameOf } from './encoder.ts';
import { ngramsOf, READ_CHARACTERS } from './ngrams.ts';

/** Features per text column where there is room. */
export const TEXT_WIDTH = 1024;
/** Squared length of every non-empty text, shared by all text columns of a table. */
export const TEXT_SQUARED_NORM = 16;

/** n-grams are counted by hash in this many cells: 4 MB, and rarely two of them in one. */
const CELLS = 2 ** 20;

/**
 * Free text: tf-idf of word 1- and 2-grams and of character 3- to 5-grams, hashed with signs into `width` features
 * (Weinberger et al. 2009, arXiv 0902.2206): inner products are kept up to a noise of 1/sqrt(width). Words and
 * characters have half of the squared length each. idf comes from the rows `fit`.
 */
export function fitText(
  column: PoolColumn,
  fit: Int32Array,
  { width = TEXT_WIDTH, squaredNorm = TEXT_SQUARED_NORM }: { width?: number; squaredNorm?: number } = {},
): Encoder {
  const cut = column.values.reduce((sum, value) => sum + (value !== null && value.length > READ_CHARACTERS ? 1 : 0), 0);
  const empty = fit.reduce((sum, row) => sum + ((column.values[row] ?? '') === '' ? 1 : 0), 0);
  const cutWords = cut > 0 ? `, only the first ${READ_CHARACTERS} characters of ${cut} long cells` : '';
  return {
    width,
    continuous: 0,
    sentence: `${nameOf(column)}: text, words and character n-grams hashed into ${width} features${cutWords}, ${empty} missing`,
    write: (into, stride, offset) => {
      const idf = inverseFrequencies(column, fit);
      const counts = new Float64Array(CELLS);
      for (let row = 0; row < column.values.length; row++) {
        const value = column.values[row];
        if (!value) continue;
        const target = into.subarray(row * stride + offset, row * stride + offset + width);
        const { words, characters } = ngramsOf(value);
        addBlock(target, words, idf, counts);
        addBlock(target, characters, idf, counts);
        stretch(target, Math.sqrt(squaredNorm));
      }
    },
  };
}

/** log((1 + n) / (1 + df)) + 1 per hash cell (the smooth form). */
function inverseFrequencies(column: PoolColumn, fit: Int32Array): Float32Array {
  const documents = new Uint32Array(CELLS);
  const seen = new Int32Array(CELLS).fill(-1);
  let n = 0;
  for (const row of fit) {
    const value = column.values[row];
    if (!value) continue;
    n++;
    const { words, characters } = ngramsOf(value);
    for (const hashes of [words, characters])
      for (const hash of hashes) {
        const cell = hash % CELLS;
        if (seen[cell] !== row) documents[cell]!++;
        seen[cell] = row;
      }
  }
  const byCount = Float64Array.from({ length: n + 1 }, (_, count) => Math.log((1 + n) / (1 + count)) + 1);
  const idf = new Float32Array(CELLS);
  for (let cell = 0; cell < CELLS; cell++) idf[cell] = byCount[documents[cell]!]!;
  return idf;
}

/** Adds (1 + log tf) idf of each n-gram with its sign, the whole block at length 1. `counts` is zero before and after. */
function addBlock(target: Float32Array, hashes: number[], idf: Float32Array, counts: Float64Array): void {
  for (const hash of hashes) counts[hash % CELLS]!++;
  const weights: number[] = [];
  let squares = 0;
  for (const hash of hashes) {
    const cell = hash % CELLS;
    const count = counts[cell]!;
    // Repeats are counted at their first place, and skipped later.
    const weight = count > 0 ? (1 + Math.log(count)) * idf[cell]! : 0;
    counts[cell] = 0;
    weights.push(weight);
    squares += weight * weight;
  }
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < hashes.length; i++) {
    const hash = hashes[i]!;
    const sign = hash >>> 31 === 0 ? 1 : -1;
    // The bits that pick the feature are not the ones that picked the cell alone: 20 of 32 would repeat collisions.
    target[(Math.imul(hash, 0x9e3779b1) >>> 8) % target.length]! += sign * scale * weights[i]!;
  }
}

function stretch(vector: Float32Array, length: number): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const factor = length / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}
