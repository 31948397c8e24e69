import { FEWEST_OF_CLASS, trainedClasses } from '../evidence/trained-classes.ts';
import type { AttackRun } from './attack.ts';

/** Fewer shadow models than this tell members from others by luck. */
export const FEWEST_MODELS = 8;
/** Fewer expected false positives than this carry no rate. */
const FEWEST_FALSE_POSITIVES = 5;
const RATES = [0.001, 0.01] as const;

/** Why shadow models cannot answer about this data set; null where they can. */
export function whyUnanswerable({ pool, training }: Pick<AttackRun, 'pool' | 'training'>): string | null {
  if (pool.task === 'unlabelled')
    return pool.columns.some(({ kind }) => kind === 'label')
      ? 'The label column tells no two classes apart: there is nothing that a model could be taught.'
      : 'No label column is named: there is nothing that a model could be taught.';
  if (!training) return 'No shadow models can be trained: there are no labelled rows with features.';
  if (training.plan.models < FEWEST_MODELS)
    return `${training.plan.models} shadow models are too few: at least ${FEWEST_MODELS} are needed.`;
  return null;
}

/** The same for attacks that give rows a wrong label. */
export function whyNoWrongLabels(at: Pick<AttackRun, 'pool' | 'training'>): string | null {
  const why = whyUnanswerable(at);
  if (why !== null) return why;
  if (at.pool.task !== 'classification') return 'The label is a number: there is no wrong class to poison with.';
  const { large, small } = trainedClasses(at.pool);
  if (large.length >= 2) return null;
  return `${small.length} of ${at.pool.classes.length} classes have fewer than ${FEWEST_OF_CLASS} rows: there are no two to tell apart.`;
}

/** A sentence about classes that are not attacked; empty where all are. */
export function smallClasses(pool: Pick<AttackRun['pool'], 'rows' | 'classes'>): string {
  const { small } = trainedClasses(pool);
  if (small.length === 0) return '';
  return ` ${small.length} of ${pool.classes.length} classes have fewer than ${FEWEST_OF_CLASS} rows: what theirs would leak is unknown.`;
}

/** The false positive rates that this many rows and models carry: enough false positives are expected at them. */
export function carriedRates(rows: number, models: number): number[] {
  return RATES.filter((rate) => (rate * rows * models) / 2 >= FEWEST_FALSE_POSITIVES);
}
