import { crossedError, crossedParts } from './crossed.ts';
import { median } from './lira.ts';

/** What M models answer to K rows with each of V values in them, of which they can only have been trained on the true one. */
export interface PeakAnswers {
  readonly models: number;
  readonly values: number;
  /** [M,K,V] under the row's own label. */
  readonly phi: Float32Array;
  /** [M,K] 1 where the row, as it is, trained the model. */
  readonly inside: Uint8Array;
  /** [K] */
  readonly truth: readonly number[];
}

/** Shares in [0,1] of true values that stand out most. */
export interface Peak {
  readonly inside: number;
  readonly out: number;
  /** Inside less out: leakage of the rows. */
  readonly leaked: number;
  readonly error: number;
}

/** Weight of the shared variance, in models. */
const NU = 8;
/** Models of each kind without which a row is not judged. */
const FEWEST = 3;
const SMALLEST = 1e-12;
const zeros = (length: number) => new Float64Array(length);
const range = (n: number) => Array.from({ length: n }, (_, index) => index);

interface Part {
  readonly models: readonly number[];
  readonly rows: readonly number[];
}

/**
 * How much better a model that trained on rows tells their value than one that did not, and the change from one ensemble
 * to another that shares its bits, weights and order. A model's guess is the value whose answer stands out most from
 * those of models without the row (leave-one-out), so that what the data tell of the value cancels.
 * @param rows of the K that count.
 */
export function comparePeaks(
  before: PeakAnswers,
  after: PeakAnswers,
  rows: readonly number[],
): { readonly before: Peak; readonly after: Peak; readonly difference: number; readonly error: number } {
  const models = range(before.models);
  // Groups of rows are made of the rows that count.
  const parts = crossedParts(before.models, rows.length).map((part) => ({
    ...part,
    rows: part.rows.map((at) => rows[at]!),
  }));
  const [was, is] = [sideOf(before, { models, rows }, parts), sideOf(after, { models, rows }, parts)];
  return {
    before: { ...was.whole, error: crossedError(was.less) },
    after: { ...is.whole, error: crossedError(is.less) },
    difference: is.whole.leaked - was.whole.leaked,
    error: crossedError(is.less.map((leaked, at) => leaked - was.less[at]!)),
  };
}

function sideOf(answers: PeakAnswers, all: Part, parts: readonly Part[]) {
  const contrasts = contrastsOf(answers);
  return {
    whole: peakOf(answers, contrasts, all),
    less: parts.map((part) => peakOf(answers, contrasts, part).leaked),
  };
}

/** Shares of models that tell the value of each row; NaN where there are too few models of either kind. */
export function peakByRow(answers: PeakAnswers, part: Part): { inside: number; out: number }[] {
  return peaksOf(answers, contrastsOf(answers), part);
}

function peaksOf(
  { values: V, inside, truth }: PeakAnswers,
  contrasts: Float64Array,
  { models, rows }: Part,
): { inside: number; out: number }[] {
  const K = truth.length;
  const [sums, squares, counts] = [zeros(rows.length * V), zeros(rows.length * V), zeros(rows.length)];
  rows.forEach((row, at) => {
    for (const model of models) {
      if (inside[model * K + row] === 1) continue;
      counts[at]!++;
      for (let value = 0; value < V; value++) {
        const contrast = contrasts[(model * K + row) * V + value]!;
        sums[at * V + value]! += contrast;
        squares[at * V + value]! += contrast * contrast;
      }
    }
  });
  const within = (n: number, sum: number, square: number) => Math.max(0, square - (sum * sum) / n);
  const own = sums.map((sum, cell) => {
    const n = counts[Math.floor(cell / V)]!;
    return within(n, sum, squares[cell]!) / (n - 1);
  });
  const shared = Math.max(SMALLEST, median(own.filter(Number.isFinite)));
  const heights = zeros(V);
  return rows.map((row, at) => {
    const outs = counts[at]!;
    if (outs < FEWEST || models.length - outs < FEWEST) return { inside: Number.NaN, out: Number.NaN };
    const right = [0, 0];
    for (const model of models) {
      const bit = inside[model * K + row]!;
      const n = outs - (1 - bit);
      for (let value = 0; value < V; value++) {
        const contrast = contrasts[(model * K + row) * V + value]!;
        const taken = bit === 1 ? 0 : contrast;
        const sum = sums[at * V + value]! - taken;
        const variance = (NU * shared + within(n, sum, squares[at * V + value]! - taken * taken)) / (NU + n - 1);
        heights[value] = (contrast - sum / n) / Math.sqrt(variance);
      }
      right[bit]! += shareOfBest(heights, truth[row]!);
    }
    return { inside: right[1]! / (models.length - outs), out: right[0]! / outs };
  });
}

/** 1 where the value stands highest, a share of it among equals. */
function shareOfBest(heights: Float64Array, value: number): number {
  let [higher, equal] = [0, 0];
  for (const height of heights) {
    if (height > heights[value]!) higher++;
    if (height === heights[value]) equal++;
  }
  return higher > 0 ? 0 : 1 / equal;
}

function peakOf(answers: PeakAnswers, contrasts: Float64Array, part: Part): Omit<Peak, 'error'> {
  const judged = peaksOf(answers, contrasts, part).filter(({ inside }) => Number.isFinite(inside));
  const mean = (of: 'inside' | 'out') => judged.reduce((sum, row) => sum + row[of], 0) / judged.length;
  const [inside, out] = [mean('inside'), mean('out')];
  return { inside, out, leaked: inside - out };
}

/** [M,K,V] each answer less the mean over the values. */
function contrastsOf({ phi, values: V }: PeakAnswers): Float64Array {
  const contrasts = Float64Array.from(phi);
  for (let start = 0; start < contrasts.length; start += V) {
    const own = contrasts.subarray(start, start + V);
    const mean = own.reduce((sum, value) => sum + value, 0) / V;
    for (let value = 0; value < V; value++) own[value]! -= mean;
  }
  return contrasts;
}
