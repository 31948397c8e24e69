import { armsOf, dPrime, rowTpr } from './arms.ts';
import { normalCdf } from './gaussian.ts';

/** Scores and membership of M models about N rows, both [M,N]. */
export interface ScoredModels {
  readonly models: number;
  readonly rows: number;
  readonly phi: Float32Array;
  readonly inside: Uint8Array;
}

/** How much more one row is exposed in one ensemble than in another that shares bits, weights and order with it. */
export interface PairedEffect {
  readonly row: number;
  /** D = d'(with) - d'(without), variances unshrunk: poison collapses a victim's variance, and shrinkage hides that. */
  readonly difference: number;
  /** Standard error by the jackknife over model pairs. */
  readonly error: number;
  /** D - 1.645 SE. */
  readonly lower: number;
  /** Model-based TPR at 0.1% FPR with the change. */
  readonly tpr: number;
  readonly before: number;
  readonly after: number;
  /** One-sided p-value of the mean fall of the row's score, model by model. */
  readonly p: number;
}

/** Null when an arm holds too few models (a cell is empty). */
export function pairedEffect(applied: ScoredModels, without: ScoredModels, row: number): PairedEffect | null {
  const { models, rows } = applied;
  const at = (ensemble: ScoredModels, skip?: number) =>
    armsOf(ensemble.phi, ensemble.inside, skip === undefined ? { row, rows } : { row, rows, skip });
  const [after, before] = [at(applied), at(without)];
  if (Math.min(after.inCount, after.outCount, before.inCount, before.outCount) < 4) return null;
  const difference = dPrime(after) - dPrime(before);
  const left = Array.from({ length: models }, (_, model) => dPrime(at(applied, model)) - dPrime(at(without, model)));
  const error = jackknifeError(left);
  return {
    row,
    difference,
    error,
    lower: difference - 1.645 * error,
    tpr: rowTpr(after),
    before: dPrime(before),
    after: dPrime(after),
    p: 1 - normalCdf(pairedFall(applied, without, row)),
  };
}

/** Mean fall of a row's score from `without` to `applied`, model by model, over its standard error. */
export function pairedFall(applied: ScoredModels, without: ScoredModels, row: number): number {
  const at = (model: number) => model * applied.rows + row;
  return meanOverError(
    Array.from({ length: applied.models }, (_, model) => without.phi[at(model)]! - applied.phi[at(model)]!),
  );
}

/** Standard error of a statistic from its leave-one-out values (Efron and Tibshirani 1993, eq. 11.5). */
export function jackknifeError(left: readonly number[]): number {
  const n = left.length;
  const mean = left.reduce((sum, value) => sum + value, 0) / n;
  return Math.sqrt(((n - 1) / n) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}

function meanOverError(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return variance === 0 ? 0 : mean / Math.sqrt(variance / n);
}
