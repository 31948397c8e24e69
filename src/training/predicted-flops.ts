import { ENSEMBLES, ensembleFlops, type Plan } from './plan.ts';
import { hasLabelledBase, type TrainingSubject, trainingRows } from './subject.ts';

/** Floating-point operations of a whole review's training. Where base has no labelled rows one ensemble is all. */
export function predictedFlops({ subject, plan }: { readonly subject: TrainingSubject; readonly plan: Plan }): number {
  const rows = trainingRows(subject.rows).length;
  const ensembles = hasLabelledBase(subject.rows) ? ENSEMBLES : 1;
  return ensembles * ensembleFlops(plan.slice, plan.recipe.epochs, rows, plan.models);
}
