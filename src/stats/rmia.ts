import type { ScoredModels } from './paired.ts';
import { countUpTo } from './sorted-counts.ts';

/** Whom RMIA asks about, and how. */
export interface RmiaOptions {
  readonly rows: readonly number[];
  /** Rows of the population that did not train the target: what a row is held against. */
  readonly population: readonly number[];
  /** How many times likelier a row must be than a row of the population, to count as beating it. */
  readonly gamma?: number;
  /**
   * Offline: only models that did not train on a row are read, and what a model that did would say is guessed from
   * them: (1 + a) P_out / 2 + (1 - a) / 2. Null, online: the mean over all models, in and out.
   */
  readonly offline: number | null;
}

/**
 * RMIA (Zarifzadeh, Liu and Shokri 2024, arXiv 2312.03262, section 3; offline as in its authors' code): the share of the population
 * that a row beats, LR(x, z) = [P(x|target) / P(x)] / [P(z|target) / P(z)] >= gamma. Probabilities of the given label are
 * read from phi = log(p / (1 - p)).
 * @param target [N] @returns one score in [0, 1] a row of `rows`; NaN where no model may be read about it, and everywhere
 * where there is no population of which that can be said, or a score of it is not a number.
 */
export function rmia(target: Float32Array, shadows: ScoredModels, options: RmiaOptions): Float64Array {
  const { rows, population, gamma = 1, offline } = options;
  const ratio = (row: number) => probability(target[row]!) / usual(shadows, row, offline);
  const others = Float64Array.from(population, ratio).sort();
  const isMeasured = others.length > 0 && !Number.isNaN(others.at(-1));
  return Float64Array.from(rows, (row) => {
    const own = ratio(row);
    return isMeasured && !Number.isNaN(own) ? countUpTo(others, own / gamma) / others.length : Number.NaN;
  });
}

/** P(x): what models give a row's label that are no models of interest. */
function usual({ models, rows, phi, inside }: ScoredModels, row: number, offline: number | null): number {
  let [sum, count] = [0, 0];
  for (let model = 0; model < models; model++) {
    const cell = model * rows + row;
    if (offline !== null && inside[cell] === 1) continue;
    sum += probability(phi[cell]!);
    count++;
  }
  return offline === null ? sum / count : ((1 + offline) * (sum / count) + (1 - offline)) / 2;
}

const probability = (phi: number) => 1 / (1 + Math.exp(-phi));
