import type { Check, Need } from '../checks/check.ts';
import { type Evidence, makeEvidence } from '../evidence/evidence.ts';
import type { PoolRow } from '../evidence/rows.ts';
import type { Scores } from '../evidence/scores.ts';
import { encodeFeatures, type Features } from '../features/features.ts';
import { nearCopies } from '../features/near-copies.ts';
import type { Candidate } from '../gradients/slices.ts';
import type { Pool } from '../table/pool.ts';
import { keyOf } from '../tensor/random.ts';
import { chooseCandidate } from '../training/choose-candidate.ts';
import { makeModelSlice } from '../training/cut-model.ts';
import type { ModelSlice } from '../training/model-slice.ts';
import type { DeclaredModel } from '../training/own-model.ts';
import { makePlan, type Plan } from '../training/plan.ts';
import { makeProbes, type ProbeSet } from '../training/probes.ts';
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
  /** Where a model of the repository's own is cut, the subject's features are still to be replaced by its trunk's. */
  readonly training: { readonly subject: TrainingSubject; readonly plan: Plan } | null;
  /** What shadow models are asked about sensitive columns; null where none is named, or nothing is trained. */
  readonly probes: ProbeSet | null;
}

/** Encodes a pool, finds near copies and units, and fixes the plan: all from sizes and content, nothing from the clock. */
export function prepareSubject(
  pool: Pool,
  name: string,
  path: string,
  request: EngineRequest,
  {
    nonce,
    declared = null,
    sensitive = [],
  }: { readonly nonce: string; readonly declared?: DeclaredModel | null; readonly sensitive?: readonly string[] },
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
    subject: { data: name, model: declared?.path ?? null, path },
    task: pool.task,
    classes: pool.classes,
    columns: pool.summaries,
    counts: pool.counts,
    sampled: pool.sampled,
    remarks: [
      ...(declared?.own.remarks ?? []),
      ...pool.remarks,
      ...(copies.approximate ? ['Near copies were looked for by sampling: some may be missed.'] : []),
    ],
    rows,
    nearCopies: near,
    nearCopiesSkipped: copies.skipped,
    features: hasFeatures ? { values: features.values, width: features.width } : null,
    scores: NO_SCORES,
    release: null,
    experiments: [],
    weights: null,
    ...(pool.secrets ? { secrets: pool.secrets } : {}),
    seed: keyOf(nonce),
  });
  const trained = trainingRows(rows).length;
  const trainable = hasFeatures && pool.task !== 'unlabelled' && trained > 0;
  if (!trainable) return { evidence, features, training: null, probes: null };
  const plan = makePlan(
    { task: pool.task, width: features.width, classes: pool.classes.length, trainingRows: trained },
    {
      nonce,
      membershipKey: `taster/${request.repository ?? 'local'}/${name}`,
      models: request.limits.shadows,
      budgetSeconds: request.limits.budgetSeconds,
      epochs: request.limits.epochs,
    },
    declared && sliceChooser(declared, pool),
  );
  const training = { plan, subject: makeSubject(rows, units, features, pool.task) };
  if (sensitive.length === 0) return { evidence, features, training, probes: null };
  const beside = new Set(near.flatMap(({ a, b }) => (isChange(rows[a]!) ? [b] : isChange(rows[b]!) ? [a] : [])));
  const probes = makeProbes(training, { pool, blocks: features.blocks, near: beside }, sensitive);
  return { evidence: makeEvidence({ ...evidence, probes: probes.probes }), features, training, probes };
}

const isChange = ({ inBase, inHead }: PoolRow) => inBase !== inHead;

/** Chooses where to cut: what must be kept of every row has to fit into memory, too. */
function sliceChooser({ own, choice }: DeclaredModel, { rows, task, classes }: Pool) {
  const kind = task === 'regression' ? 'regression' : 'classification';
  const sliceOf = (candidate: Candidate) =>
    makeModelSlice(own.model, candidate, { task: kind, outputs: kind === 'regression' ? 1 : classes.length });
  const isSmall = ({ width }: ModelSlice) => width * rows.length * 4 <= LARGEST_MATRIX;
  return (fits: (slice: ModelSlice) => boolean): ModelSlice =>
    sliceOf(
      chooseCandidate(own.candidates, choice, (candidate) => {
        const slice = sliceOf(candidate);
        return isSmall(slice) && fits(slice);
      }),
    );
}

/** The checks that cannot answer without shadow models, as far as these rows let any be trained. */
export function trainedChecks(checks: readonly Check[], rows: Evidence['rows']): Check[] {
  const trained: readonly Need[] = hasLabelledBase(rows) ? ['shadows', 'ensembles', 'screen'] : ['shadows'];
  return checks.filter(({ needs }) => needs.some((need) => trained.includes(need)));
}
