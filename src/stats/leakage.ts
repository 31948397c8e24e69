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

/**
 * Membership leakage of rows under an ensemble and its paired change from another that shares bits, weights and order.
 * Models and rows are crossed: the error joins a delete-group jackknife over models (the group is neither target nor
 * reference) and one over rows.
 */
export function compareLeakage(
  before: ScoredModels,
  after: ScoredModels,
  { rows, fpr }: { readonly rows: readonly number[]; readonly fpr: number },
): { before: Leakage; after: Leakage; difference: number; error: number } {
  const parts = [...modelParts(before.models, rows), ...rowParts(before.models, rows)];
  const at = (ensemble: ScoredModels, models: readonly number[], part: readonly number[]) =>
    tprAt(liraScores(ensemble.phi, ensemble.inside, ensemble.rows, { models, rows: part }), fpr).tpr;
  const left = parts.map(({ models, rows: part }) => [at(before, models, part), at(after, models, part)] as const);
  const error = (of: (pair: readonly [number, number]) => number) => {
    const values = left.map(of);
    return Math.hypot(jackknifeError(values.slice(0, GROUPS)), jackknifeError(values.slice(GROUPS)));
  };
  const whole = (ensemble: ScoredModels, arm: 0 | 1): Leakage => {
    const scores = liraScores(ensemble.phi, ensemble.inside, ensemble.rows, { rows });
    return { ...tprAt(scores, fpr), area: areaUnder(scores), scores, error: error((pair) => pair[arm]) };
  };
  const [one, two] = [whole(before, 0), whole(after, 1)];
  return { before: one, after: two, difference: two.tpr - one.tpr, error: error(([x, y]) => y - x) };
}

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
