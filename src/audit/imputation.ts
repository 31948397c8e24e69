import { oneLine } from '../errors.ts';
import type { SensitiveValues } from '../features/sensitive-values.ts';
import { hash32, keyOf } from '../tensor/random.ts';
import { sharedFloats } from '../tensor/shared.ts';
import { trainEnsemble } from '../training/ensemble.ts';
import type { TrainingSet } from '../training/group.ts';
import type { BuiltInSlice } from '../training/slice.ts';
import type { AttackRun } from './attack.ts';

/** Classifiers of a kind; each leaves out a part of the rows, which tells the better kind. */
const FOLDS = 8;
const HIDDEN = 32;

/**
 * Imputation (Jayaraman and Evans, CCS 2022): predicts a sensitive column from a row's other columns and its label. Of a
 * linear classifier and a small MLP the one with the better cross-validated likelihood is taken. No classifier is trained
 * on any target. Gives the log probability of each value for each target [K,V].
 */
export async function imputeValues(
  at: AttackRun,
  values: SensitiveValues,
  targets: readonly number[],
): Promise<Float64Array> {
  const { subject, plan } = at.training!;
  const V = values.features.length;
  const set = imputationSet(at, values, targets);
  const total = set.rowKeys.length;
  const isTarget = new Set(targets);
  const known = subject.rows.flatMap(({ split, label }, row) =>
    split === 'train' && label !== null && values.of[row]! >= 0 && !isTarget.has(row) ? [row] : [],
  );
  const foldKey = keyOf(`${at.seed}/folds`);
  const folds = new Map(known.map((row) => [row, hash32(foldKey, set.rowKeys[row]) % FOLDS]));
  const inside = new Uint8Array(FOLDS * total);
  for (let fold = 0; fold < FOLDS; fold++)
    for (const [row, own] of folds) inside[fold * total + row] = Number(own !== fold);
  const shape = { task: 'classification', width: set.width, outputs: V } as const;
  const slices: BuiltInSlice[] = [
    { kind: 'softmax', hidden: 0, ...shape },
    { kind: 'mlp', hidden: HIDDEN, ...shape },
  ];
  const tried: { readonly prior: Float64Array; readonly likelihood: number }[] = [];
  for (const slice of slices) {
    const { phi } = await trainEnsemble(
      {
        ...{ set, slice, recipe: plan.recipe, runtime: at.runtime },
        order: { name: 'base', models: FOLDS, inside, seed: keyOf(`${at.seed}/imputation`) },
      },
      (share) => at.progress(`${oneLine(values.column, 60)}, without the model`, share),
    );
    const leftOut = known.map((row) => logShare(phi[folds.get(row)! * total + row]!));
    tried.push({
      prior: priorOf(phi, { first: subject.rows.length, total, targets: targets.length, values: V }),
      likelihood: leftOut.reduce((sum, log) => sum + log, 0),
    });
  }
  return tried.reduce((best, one) => (one.likelihood > best.likelihood ? one : best)).prior;
}

/** Log probability by log odds. */
const logShare = (odds: number) => -Math.log1p(Math.exp(-Math.max(-700, odds)));

/** The rows without the sensitive column, with the label as features; behind them each target, asked about each value. */
function imputationSet(
  at: AttackRun,
  { block, of, features }: SensitiveValues,
  targets: readonly number[],
): TrainingSet {
  const { subject } = at.training!;
  const { set, rows } = subject;
  const classes = Math.max(1, at.pool.classes.length);
  const width = set.width + classes;
  const asked = targets.flatMap((row) => features.map((_, value) => ({ row, value })));
  const all = [...rows.map((_, row) => ({ row, value: Math.max(0, of[row]!) })), ...asked];
  const matrix = sharedFloats(all.length * width);
  all.forEach(({ row }, index) => {
    const start = index * width;
    matrix.set(set.features.subarray(row * set.width, (row + 1) * set.width), start);
    matrix.fill(0, start + block.offset, start + block.offset + block.width);
    matrix[start + set.width + (rows[row]!.label ?? 0)] = 1;
  });
  return {
    ...{ features: matrix, width },
    labels: Float64Array.from(all, ({ value }) => value),
    rowKeys: Uint32Array.from(all, ({ row }, index) => (index < rows.length ? set.rowKeys[row]! : index)),
  };
}

/** Mean over the classifiers, as log probabilities that sum to one: [K,V]. */
function priorOf(
  phi: Float32Array,
  { first, total, targets, values: V }: { first: number; total: number; targets: number; values: number },
): Float64Array {
  const prior = new Float64Array(targets * V);
  for (let target = 0; target < targets; target++) {
    const own = prior.subarray(target * V, (target + 1) * V);
    for (let value = 0; value < V; value++)
      for (let fold = 0; fold < FOLDS; fold++)
        own[value]! += logShare(phi[fold * total + first + target * V + value]!) / FOLDS;
    const top = Math.max(...own);
    const sum = top + Math.log(own.reduce((all, log) => all + Math.exp(log - top), 0));
    for (let value = 0; value < V; value++) own[value]! -= sum;
  }
  return prior;
}
