import type { RowChange } from '../evidence/rows.ts';
import { hash32, normalAt, uniformAt } from '../tensor/random.ts';

/** Number of binary features of a sample row. */
export const SAMPLE_WIDTH = 64;
const NOISE = 0.2;

/** A row of a made-up data set: 64 binary features around the prototype of its class. */
export interface SampleRow {
  /** The 64 features, 32 in each word. */
  readonly bits: readonly [number, number];
  /** Class by which the features were drawn; a planted row may carry another label. */
  readonly origin: number;
  readonly label: number | null;
  readonly change: RowChange;
  readonly inBase: boolean;
  readonly inHead: boolean;
  readonly split: 'train' | 'holdout';
  /** Rows with one cluster share a unit; null: a unit of its own. */
  readonly cluster: string | null;
}

/** `count` honest rows. `shares` are the classes' probabilities; `domain` other than 0 draws other prototypes. */
export function sampleRows(
  seed: number,
  options: {
    readonly count: number;
    readonly shares: readonly number[];
    readonly change?: RowChange;
    readonly split?: 'train' | 'holdout';
    readonly domain?: number;
  },
): SampleRow[] {
  const change = options.change ?? 'same';
  return Array.from({ length: options.count }, (_, index) => {
    const label = pick(options.shares, uniformAt(seed, index, 0xc1a55));
    return {
      bits: flip(prototype(label, options.domain ?? 0), NOISE, hash32(seed, index, 0xb175)),
      origin: label,
      label,
      change,
      inBase: change !== 'added',
      inHead: change !== 'removed',
      split: options.split ?? 'train',
      cluster: null,
    };
  });
}

/** A copy of a row that is added by the change, with `replaced` of its 64 features turned over. */
export function copyRow(
  row: SampleRow,
  seed: number,
  more: Partial<SampleRow> & { readonly replaced?: number } = {},
): SampleRow {
  const { replaced = 0, ...fields } = more;
  const words: [number, number] = [row.bits[0], row.bits[1]];
  const turned = new Set<number>();
  for (let draw = 0; turned.size < replaced; draw++) turned.add(hash32(seed, draw, 0xc0b1) % SAMPLE_WIDTH);
  for (const bit of turned) words[bit >> 5] = (words[bit >> 5]! ^ (1 << (bit & 31))) >>> 0;
  return { ...row, bits: words, change: 'added', inBase: false, inHead: true, ...fields };
}

/** Share of the 64 features in which two rows agree, in [0, 1]. */
export function similarity(a: SampleRow, b: SampleRow): number {
  return 1 - (ones(a.bits[0] ^ b.bits[0]) + ones(a.bits[1] ^ b.bits[1])) / SAMPLE_WIDTH;
}

/** Mean margin (nats) of a label for a row that was not trained on: log-likelihood ratio against the best other. */
export function marginOf(row: SampleRow, label: number, classes: number): number {
  const agreement = (origin: number) => {
    const [low, high] = prototype(origin, 0);
    return SAMPLE_WIDTH - ones(row.bits[0] ^ low) - ones(row.bits[1] ^ high);
  };
  let other = -Infinity;
  for (let rival = 0; rival < classes; rival++) if (rival !== label) other = Math.max(other, agreement(rival));
  return 0.25 * (agreement(label) - other);
}

/** The same for every seed, so that classes keep their meaning from one sample to the next. */
function prototype(label: number, domain: number): [number, number] {
  return [hash32(0xface, label, domain, 0), hash32(0xface, label, domain, 1)];
}

function flip(words: readonly [number, number], rate: number, key: number): [number, number] {
  const out: [number, number] = [words[0], words[1]];
  for (let bit = 0; bit < SAMPLE_WIDTH; bit++)
    if (uniformAt(key, bit) < rate) out[bit >> 5] = (out[bit >> 5]! ^ (1 << (bit & 31))) >>> 0;
  return out;
}

function pick(shares: readonly number[], u: number): number {
  let left = u * shares.reduce((sum, share) => sum + share, 0);
  for (let label = 0; label < shares.length; label++) {
    left -= shares[label]!;
    if (left < 0) return label;
  }
  return shares.length - 1;
}

function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Row noise that is the row's own, whatever the model (nats). */
export function rowNoise(row: SampleRow): number {
  return normalAt(hash32(row.bits[0], row.bits[1], 0x40), row.label ?? 0);
}
