import { type LiraScores, liraScores } from './lira.ts';
import type { ScoredModels } from './paired.ts';
import { jackknifeError } from './paired.ts';
import { areaUnder, tprAt } from './roc.ts';

/** TPR of LiRA at one false positive rate with its standard error, and the area under the curve. */
export interface Leakage {
  readonly tpr: number;
  readonly error: number;
  readonly fpr: number;
  readonly falsePositives: number;
  readonly area: number;
  readonly scores: LiraScores;
}

const GROUPS = 8;
const ROW_GROUPS = 10;

/** Whose leakage is asked for, and at which false positive rate. */
interface Asked {
  readonly rows: readonly number[];
  readonly fpr: number;
}

/**
 * Membership leakage of rows under an ensemble. Models and rows are crossed: the error joins a delete-group jackknife
 * over models (the group is neither target nor reference) and one over rows.
 */
export function leakageOf(ensemble: ScoredModels, asked: Asked): Leakage {
  return wholeOf(ensemble, asked, partsOf(ensemble, asked));
}

/** Leakage under an ensemble and its paired change from another that shares bits, weights and order. */
export function compareLeakage(
  before: ScoredModels,
  after: ScoredModels,
  asked: Asked,
): { before: Leakage; after: Leakage; difference: number; error: number } {
  const parts = [partsOf(before, asked), partsOf(after, asked)] as const;
  const [one, two] = [wholeOf(before, asked, parts[0]), wholeOf(after, asked, parts[1])];
  const error = crossedError(parts[1].map((tpr, part) => tpr - parts[0][part]!));
  return { before: one, after: two, difference: two.tpr - one.tpr, error };
}

function wholeOf({ phi, inside, rows: width }: ScoredModels, { rows, fpr }: Asked, parts: readonly number[]): Leakage {
  const scores = liraScores(phi, inside, width, { rows });
  return { ...tprAt(scores, fpr), area: areaUnder(scores), scores, error: crossedError(parts) };
}

/** TPR with each group of models left out, then with each group of rows. */
function partsOf({ phi, inside, rows: width, models: count }: ScoredModels, { rows, fpr }: Asked): number[] {
  return [...modelParts(count, rows), ...rowParts(count, rows)].map(
    ({ models, rows }) => tprAt(liraScores(phi, inside, width, { models, rows }), fpr).tpr,
  );
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
