import type { Check, Need } from '../checks/check.ts';
import { type Evidence, makeEvidence } from '../evidence/evidence.ts';
import type { Scores } from '../evidence/scores.ts';
import { encodeFeatures, type Features } from '../features/features.ts';
import { nearCopies } from '../features/near-copies.ts';
import type { Pool } from '../table/pool.ts';
import { keyOf } from '../tensor/random.ts';
import { makePlan, type Plan } from '../training/plan.ts';
import type { TrainingSubject } from '../training/subject.ts';
import { hasLabelledBase, makeSubject, trainingRows } from '../training/subject.ts';
import { assignUnits } from '../training/units.ts';
import { readPairs } from './images.ts';
import { LEAST_SIMILARITY, nearEnough } from './near-threshold.ts';
import type { EngineRequest } from './request.ts';

/** Bytes that one feature matrix may take. */
const LARGEST_MATRIX = 400e6;
const WIDEST = 4096;
const NO_SCORES: Scores = { base: null, with: null, screen: null };

/** A data set that is ready to be trained on: its evidence so far, and the plan where there is something to train. */
export interface Prepared {
  readonly evidence: Evidence;
  readonly features: Features;
  readonly training: { readonly subject: TrainingSubject; readonly plan: Plan } | null;
}

/** Encodes a pool, finds near copies and units, and fixes the plan: all from sizes and content, nothing from the clock. */
export function prepareSubject(
  pool: Pool,
  name: string,
  path: string,
  request: EngineRequest,
  nonce: string,
): Prepared {
  const maxWidth = Math.max(64, Math.min(WIDEST, Math.floor(LARGEST_MATRIX / 4 / Math.max(1, pool.rows.length))));
  const features = encodeFeatures(pool, { maxWidth });
  const hasFeatures = features.width > 0;
  const copies = hasFeatures
    ? nearCopies(features.values, features.width, pool.rows, { threshold: LEAST_SIMILARITY })
    : { pairs: [], skipped: true, approximate: false };
  const near = nearEnough(readPairs(copies.pairs, pool), pool.rows);
  const units = assignUnits(pool.rows, pool.groups, near);
  const rows = pool.rows.map((row, index) => ({ ...row, unit: units.of[index]! }));
  const evidence = makeEvidence({
    subject: { data: name, model: null, path },
    task: pool.task,
    classes: pool.classes,
    columns: pool.summaries,
    counts: pool.counts,
    sampled: pool.sampled,
    remarks: copies.approximate
      ? [...pool.remarks, 'Near copies were looked for by sampling: some may be missed.']
      : pool.remarks,
    rows,
    nearCopies: near,
    nearCopiesSkipped: copies.skipped,
    features: hasFeatures ? { values: features.values, width: features.width } : null,
    scores: NO_SCORES,
    experiments: [],
    seed: keyOf(nonce),
  });
  const trained = trainingRows(rows).length;
  const trainable = hasFeatures && pool.task !== 'unlabelled' && trained > 0;
  if (!trainable) return { evidence, features, training: null };
  const plan = makePlan(
    { task: pool.task, width: features.width, classes: pool.classes.length, trainingRows: trained },
    {
      nonce,
      membershipKey: `taster/${request.repository ?? 'local'}/${name}`,
      models: request.limits.shadows,
      budgetSeconds: request.limits.budgetSeconds,
      epochs: request.limits.epochs,
    },
  );
  return { evidence, features, training: { plan, subject: makeSubject(rows, units, features, pool.task) } };
}

/** True where a check that is asked cannot answer without shadow models. */
export function wantsTraining(checks: readonly Check[], { rows }: Pick<Evidence, 'rows'>): boolean {
  const trained: readonly Need[] = hasLabelledBase(rows) ? ['shadows', 'ensembles', 'screen'] : ['shadows'];
  return checks.some(({ needs }) => needs.some((need) => trained.includes(need)));
}
