import { createHash } from 'node:crypto';
import type { Task } from '../evidence/evidence.ts';
import type { Experiment, PlantedRow } from '../evidence/experiment.ts';
import type { PoolRow } from '../evidence/rows.ts';
import { hash32, keyOf } from '../tensor/random.ts';
import { sharedFloats } from '../tensor/shared.ts';
import type { TrainingSet } from './group.ts';
import type { Plan } from './plan.ts';
import type { Units } from './units.ts';

/** What shadow models are trained on: one pool, encoded. */
export interface TrainingSubject {
  readonly rows: readonly PoolRow[];
  readonly units: Units;
  readonly set: TrainingSet;
}

/** Rows that half of the shadow models train on: base's, or head's where base has none with a label. */
export function trainingRows(rows: readonly PoolRow[]): readonly PoolRow[] {
  const labelled = rows.filter(({ split, label }) => split === 'train' && label !== null);
  return hasLabelledBase(rows) ? labelled.filter(({ inBase }) => inBase) : labelled;
}

export function hasLabelledBase(rows: readonly PoolRow[]): boolean {
  return rows.some(({ split, label, inBase }) => split === 'train' && label !== null && inBase);
}

/** Rows without a label get class 0 and never train. Equal rows have equal keys but for their ordinal in the id. */
export function makeSubject(
  rows: readonly PoolRow[],
  units: Units,
  features: { values: Float32Array; width: number },
  task: Task,
): TrainingSubject {
  const labels = Float64Array.from(rows, (row) => row.label ?? 0);
  return {
    rows,
    units,
    set: {
      features: features.values,
      width: features.width,
      labels: task === 'regression' ? standardised(labels, rows) : labels,
      rowKeys: Uint32Array.from(rows, (row) => keyOf(`${row.id}\n${row.contentHash}`)),
    },
  };
}

const FARTHEST = 10;

/** Targets in units of their own spread on the training rows, by median and interquartile range, clipped. */
function standardised(labels: Float64Array, rows: readonly PoolRow[]): Float64Array {
  const own = Float64Array.from(trainingRows(rows), ({ label }) => label!).sort();
  const quantile = (share: number) => own[Math.floor(share * (own.length - 1))] ?? 0;
  const spread = (quantile(0.75) - quantile(0.25)) / 1.349 || 1;
  return labels.map((label) => Math.max(-FARTHEST, Math.min(FARTHEST, (label - quantile(0.5)) / spread)));
}

/** The subject with planted rows behind its own: copies of pool rows under another label, each a unit of the change. */
export function withPlanted(subject: TrainingSubject, plant: readonly PlantedRow[], seed: number): TrainingSubject {
  const { rows, units, set } = subject;
  const N = rows.length;
  const features = sharedFloats((N + plant.length) * set.width);
  features.set(set.features);
  plant.forEach(({ copyOf }, index) => {
    features.set(set.features.subarray(copyOf * set.width, (copyOf + 1) * set.width), (N + index) * set.width);
  });
  const planted = plant.map(({ copyOf, label }, index): PoolRow => {
    const id = `planted/${seed}/${index}`;
    return {
      ...rows[copyOf]!,
      id,
      label,
      inBase: false,
      inHead: true,
      change: 'added',
      split: 'train',
      unit: units.names.length + index,
    };
  });
  return {
    rows: [...rows, ...planted],
    units: {
      of: Int32Array.from([...units.of, ...planted.map(({ unit }) => unit)]),
      names: [...units.names, ...planted.map(({ id }) => id)],
    },
    set: {
      features,
      width: set.width,
      labels: Float64Array.from([...set.labels, ...plant.map(({ label }) => label)]),
      rowKeys: Uint32Array.from([...set.rowKeys, ...plant.map((_, index) => hash32(seed, index, 0x91a27))]),
    },
  };
}

/** Units of the change: what arrives and what leaves. */
export function changeUnits({ rows, units }: TrainingSubject): number[] {
  return rows.flatMap(({ inBase, inHead }, index) => (inBase === inHead ? [] : [units.of[index]!]));
}

/** Content key of an experiment at base: the base's own key, and what is done to it. */
export function experimentKey(base: string, { set, units }: TrainingSubject, experiment: Experiment): string {
  const { kind, inside, without, plant, seed, shadows, privacy } = experiment;
  const names = (list: readonly number[]) => list.map((unit) => units.names[unit]);
  const planted = plant.map(({ copyOf, label }) => [set.rowKeys[copyOf], label]);
  const done = { kind, inside: names(inside), without: names(without), planted, seed, shadows, privacy };
  return createHash('sha256')
    .update(`${base}\n${JSON.stringify(done)}`)
    .digest('hex');
}

/** Content key of the base ensemble: everything that its weights depend on. */
export function baseKey(subject: TrainingSubject, plan: Plan, runtime: string): string {
  const { set, rows, units } = subject;
  const hash = createHash('sha256');
  const { slice, recipe, models, membershipKey } = plan;
  hash.update(JSON.stringify({ version: 2, slice, recipe, models, membershipKey, runtime }));
  const columns = new Float32Array(set.width);
  rows.forEach((row, index) => {
    if (!row.inBase || row.split === 'holdout' || row.label === null) return;
    columns.set(set.features.subarray(index * set.width, (index + 1) * set.width));
    hash.update(`${set.rowKeys[index]} ${units.names[units.of[index]!]} ${row.label}\n`);
    hash.update(columns);
  });
  return hash.digest('hex');
}
