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
function leakagesOf(
  { phi, inside, rows: width, models: count }: ScoredModels,
  { rows, rates }: Asked,
): { leakage: Leakage; parts: number[] }[] {
  const scores = liraScores(phi, inside, width, { rows });
  const area = areaUnder(scores);
  const less = [...modelParts(count, rows), ...rowParts(count, rows)].map((part) => {
    const left = liraScores(phi, inside, width, part);
    return rates.map((fpr) => tprAt(left, fpr).tpr);
  });
  return rates.map((rate, at) => {
    const parts = less.map((tprs) => tprs[at]!);
    return { leakage: { rate, ...tprAt(scores, rate), area, scores, error: crossedError(parts) }, parts };
  });
}

const crossedError = (parts: readonly number[]) =>
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
