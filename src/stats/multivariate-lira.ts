import { logDensity } from './gaussian.ts';
import type { Part } from './leakage.ts';
import type { LiraScores } from './lira.ts';

/** Weight of the common variance in models, as in LiRA. */
const NU = 8;
/** Weight of the diagonal in the common covariance. */
const DIAGONAL = 0.1;

/** D numbers that each of M models gives for each of K rows. */
export interface Vectors {
  readonly rows: number;
  readonly width: number;
  /** [M,K,D], all finite */
  readonly values: Float32Array;
  /** [M,K]: 1 where the row trained the model. */
  readonly inside: Uint8Array;
}

/**
 * LiRA on several numbers [D]: for each target model the others, whitened by the covariance within arms that all rows
 * share (shrunk to its diagonal), show in which direction members of a row lie from strangers, shrunk to the direction
 * of all rows by as much as chance alone spreads it; along it the row's two Gaussians, with variances of their own, give
 * the likelihood ratio. Rows with fewer than three models in an arm are left out, as by LiRA.
 */
export function multivariateScores(vectors: Vectors, { models, rows }: Part): LiraScores {
  const { rows: K, width: D, inside } = vectors;
  const whitened = whiten(vectors, { models, rows });
  const all = rows.flatMap((row, at) => {
    const bits = models.map((model) => inside[model * K + row]! as 0 | 1);
    const own = models.map((_, index) => {
      const start = (at * models.length + index) * D;
      return whitened.subarray(start, start + D);
    });
    const arms = ([0, 1] as const).map((arm) => sumOf(own.filter((_, index) => bits[index] === arm), D)); // biome-ignore format: one idea
    return arms.every(({ n }) => n >= 3) ? [{ bits, own, out: arms[0]!, into: arms[1]! }] : [];
  });
  const { usual, trust } = directionsOf(all, D);
  const members: number[] = [];
  const others: number[] = [];
  for (const { bits, own, out, into } of all)
    bits.forEach((bit, target) => {
      const vector = own[target]!;
      const [from, to] = [bit === 0 ? without(out, vector) : out, bit === 1 ? without(into, vector) : into];
      const direction = differenceOf(from, to).map((value, d) => trust * value + (1 - trust) * usual[d]!);
      const arms: [number[], number[]] = [[], []];
      bits.forEach((other, index) => {
        if (index !== target) arms[other].push(dot(direction, own[index]!));
      });
      const common = dot(direction, direction);
      const value = dot(direction, vector);
      const [stranger, member] = arms.map((numbers) => densityAlong(numbers, value, common));
      (bit === 1 ? members : others).push(member! - stranger!);
    });
  return { members: Float64Array.from(members).sort(), others: Float64Array.from(others).sort() };
}

interface Sum {
  readonly n: number;
  readonly sum: Float64Array;
}

function sumOf(vectors: readonly Float64Array[], D: number): Sum {
  const sum = new Float64Array(D);
  for (const vector of vectors) for (let d = 0; d < D; d++) sum[d]! += vector[d]!;
  return { n: vectors.length, sum };
}

const without = ({ n, sum }: Sum, vector: Float64Array): Sum => ({
  n: n - 1,
  sum: sum.map((value, d) => value - vector[d]!),
});
const differenceOf = (from: Sum, to: Sum) => to.sum.map((value, d) => value / to.n - from.sum[d]! / from.n);

/** The mean of rows' directions, and how far a row's own is to be trusted (empirical Bayes, as of James and Stein). */
function directionsOf(all: readonly { readonly out: Sum; readonly into: Sum }[], D: number) {
  const own = all.map(({ out, into }) => differenceOf(out, into));
  const { n, sum } = sumOf(own, D);
  const usual = sum.map((value) => value / Math.max(1, n));
  let [spread, chance] = [0, 0];
  all.forEach(({ out, into }, index) => {
    chance += 1 / out.n + 1 / into.n;
    for (let d = 0; d < D; d++) spread += (own[index]![d]! - usual[d]!) ** 2 / D;
  });
  return { usual, trust: spread > chance ? 1 - chance / spread : 0 };
}

/** Log density of a value where numbers lie along a line; `common` is what their variance is shrunk to. */
function densityAlong(numbers: readonly number[], value: number, common: number): number {
  const n = numbers.length;
  const mean = numbers.reduce((sum, one) => sum + one, 0) / n;
  const squares = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return logDensity(value, mean, Math.max((NU * common + squares) / (NU + n - 1), 1e-12));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** [K',M',D]: the vectors of these rows and models in coordinates whose covariance within arms is about the identity. */
function whiten({ rows: K, width: D, values, inside }: Vectors, { models, rows }: Part): Float64Array {
  const centred = new Float64Array(rows.length * models.length * D);
  const covariance = new Float64Array(D * D);
  let freedom = 0;
  rows.forEach((row, at) => {
    for (const arm of [0, 1]) {
      const own = Array.from(models.keys()).filter((index) => inside[models[index]! * K + row] === arm);
      freedom += Math.max(0, own.length - 1);
      const mean = new Float64Array(D);
      const cell = (index: number, d: number) => values[(models[index]! * K + row) * D + d]!;
      for (const index of own) for (let d = 0; d < D; d++) mean[d]! += cell(index, d) / own.length;
      for (const index of own) {
        const deviation = mean.map((value, d) => cell(index, d) - value);
        for (let i = 0; i < D; i++)
          for (let j = 0; j <= i; j++) covariance[i * D + j]! += deviation[i]! * deviation[j]!;
        for (let d = 0; d < D; d++) centred[(at * models.length + index) * D + d] = cell(index, d);
      }
    }
  });
  const lower = cholesky(shrunk(covariance, D, Math.max(1, freedom)), D);
  for (let start = 0; start < centred.length; start += D)
    for (let i = 0; i < D; i++) {
      let rest = centred[start + i]!;
      for (let j = 0; j < i; j++) rest -= lower[i * D + j]! * centred[start + j]!;
      centred[start + i] = rest / lower[i * D + i]!;
    }
  return centred;
}

/** Lower triangle; the diagonal a little larger, so that it is definite where coordinates depend on each other. */
function shrunk(sums: Float64Array, D: number, freedom: number): Float64Array {
  const trace = Array.from({ length: D }, (_, d) => sums[d * D + d]!).reduce((sum, value) => sum + value, 0);
  return sums.map((sum, cell) => {
    const isDiagonal = Math.floor(cell / D) === cell % D;
    return isDiagonal ? sum / freedom + (1e-6 * trace) / (freedom * D) + 1e-12 : ((1 - DIAGONAL) * sum) / freedom;
  });
}

/** Lower factor of a definite matrix given by its lower triangle. */
function cholesky(matrix: Float64Array, D: number): Float64Array {
  const lower = new Float64Array(D * D);
  for (let i = 0; i < D; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * D + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * D + k]! * lower[j * D + k]!;
      lower[i * D + j] = i === j ? Math.sqrt(sum) : sum / lower[j * D + j]!;
    }
  return lower;
}
