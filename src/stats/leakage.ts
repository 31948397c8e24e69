import { type LiraScores, liraScores } from './lira.ts';
import type { ScoredModels } from './paired.ts';
import { jackknifeError } from './paired.ts';
import { areaUnder, tprAt } from './roc.ts';

/** TPR of LiRA at one false positive rate with its standard error, and the area under the curve. */
export interface Leakage {
  /** The false positive rate that was asked for; `fpr` is the realised one. */
  readonly rate: number;
  readonly tpr: number;
  readonly error: number;
  readonly fpr: number;
  readonly falsePositives: number;
  readonly area: number;
  readonly scores: LiraScores;
}

const GROUPS = 8;
const ROW_GROUPS = 10;

/** Whose leakage is asked for, and at which false positive rates. */
interface Asked {
  readonly rows: readonly number[];
  readonly rates: readonly number[];
}

/**
 * Membership leakage of rows under an ensemble, at each rate. Models and rows are crossed: the error joins a
 * delete-group jackknife over models (the group is neither target nor reference) and one over rows.
 */
export function leakageOf(ensemble: ScoredModels, asked: Asked): Leakage[] {
  return leakagesOf(ensemble, asked).map(({ leakage }) => leakage);
}

/** Leakage under an ensemble and its paired change from another that shares bits, weights and order, at each rate. */
export function compareLeakage(
  before: ScoredModels,
  after: ScoredModels,
  asked: Asked,
): { before: Leakage; after: Leakage; difference: number; error: number }[] {
  const were = leakagesOf(before, asked);
  return leakagesOf(after, asked).map((is, at) => {
    const was = were[at]!;
    const error = crossedError(is.parts.map((tpr, part) => tpr - was.parts[part]!));
    return { before: was.leakage, after: is.leakage, difference: is.leakage.tpr - was.leakage.tpr, error };
  });
}

/** Also the TPR with each group of models left out, then with each group of rows. */
function leakagesOf(ensemble: ScoredModels, { rows, rates }: Asked): { leakage: Leakage; parts: number[] }[] {
  const { scores, parts } = crossedScores(ensemble, rows, (left) => rates.map((fpr) => tprAt(left, fpr).tpr));
  const area = areaUnder(scores);
  return rates.map((rate, at) => {
    const own = parts.map((tprs) => tprs[at]!);
    return { leakage: { rate, ...tprAt(scores, rate), area, scores, error: crossedError(own) }, parts: own };
  });
}

/**
 * LiRA's scores of rows under an ensemble, and what `read` finds in them when each group of models, then each group of
 * rows, is left out: for `crossedError`.
 */
export function crossedScores<T>(
  { phi, inside, rows: width, models: count }: ScoredModels,
  rows: readonly number[],
  read: (scores: LiraScores) => T,
): { readonly scores: LiraScores; readonly parts: readonly T[] } {
  const left = [...modelParts(count, rows), ...rowParts(count, rows)];
  return {
    scores: liraScores(phi, inside, width, { rows }),
    parts: left.map((part) => read(liraScores(phi, inside, width, part))),
  };
}

/** Standard error of a figure from what it is with each group left out, models and rows crossed. */
export const crossedError = (parts: readonly number[]): number =>
  Math.hypot(jackknifeError(parts.slice(0, GROUPS)), jackknifeError(parts.slice(GROUPS)));

interface Part {
  readonly models: readonly number[];
  readonly rows: readonly number[];
}

const range = (n: number) => Array.from({ length: n }, (_, index) => index);

function modelParts(models: number, rows: readonly number[]): Part[] {
  return range(GROUPS).map((group) => ({ rows, models: range(models).filter((model) => model % GROUPS !== group) }));
}

function rowParts(models: number, rows: readonly number[]): Part[] {
  return range(ROW_GROUPS).map((group) => ({
    models: range(models),
    rows: rows.filter((_, index) => index % ROW_GROUPS !== group),
  }));
}
