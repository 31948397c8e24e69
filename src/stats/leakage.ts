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

/** The same of scores by another attack than LiRA on one number. @param models M. */
export function leakageBy(score: Scorer, models: number, asked: Asked): Leakage[] {
  return leakagesBy(score, models, asked).map(({ leakage }) => leakage);
}

const leakagesOf = (ensemble: ScoredModels, asked: Asked) => leakagesBy(liraScorer(ensemble), ensemble.models, asked);

/** Also the TPR with each group of models left out, then with each group of rows. */
function leakagesBy(score: Scorer, models: number, { rows, rates }: Asked): { leakage: Leakage; parts: number[] }[] {
  const { scores, parts } = crossedBy(score, { models, rows }, (left) => rates.map((fpr) => tprAt(left, fpr).tpr));
  const area = areaUnder(scores);
  return rates.map((rate, at) => {
    const own = parts.map((tprs) => tprs[at]!);
    return { leakage: { rate, ...tprAt(scores, rate), area, scores, error: crossedError(own) }, parts: own };
  });
}

/** Scores of each of these rows under each of these models, apart by the truth; no other model and no other row is read. */
export type Scorer = (part: Part) => LiraScores;

const liraScorer =
  ({ phi, inside, rows: width }: ScoredModels): Scorer =>
  (part) =>
    liraScores(phi, inside, width, part);

/**
 * LiRA's scores of rows under an ensemble, and what `read` finds in them when each group of models, then each group of
 * rows, is left out: for `crossedError`.
 */
export const crossedScores = <T>(
  ensemble: ScoredModels,
  rows: readonly number[],
  read: (scores: LiraScores) => T,
): { readonly scores: LiraScores; readonly parts: readonly T[] } =>
  crossedBy(liraScorer(ensemble), { models: ensemble.models, rows }, read);

function crossedBy<T>(
  score: Scorer,
  { models, rows }: { readonly models: number; readonly rows: readonly number[] },
  read: (scores: LiraScores) => T,
): { readonly scores: LiraScores; readonly parts: readonly T[] } {
  const left = [...modelParts(models, rows), ...rowParts(models, rows)];
  return { scores: score({ models: range(models), rows }), parts: left.map((part) => read(score(part))) };
}

/** Standard error of a figure from what it is with each group left out, models and rows crossed. */
export const crossedError = (parts: readonly number[]): number =>
  Math.hypot(jackknifeError(parts.slice(0, GROUPS)), jackknifeError(parts.slice(GROUPS)));

/** Models and rows that take part. */
export interface Part {
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
