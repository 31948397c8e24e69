import type { Evidence } from '../evidence/evidence.ts';
import type { Experiment, ExperimentResult } from '../evidence/experiment.ts';
import type { Ensemble, EnsembleName } from '../evidence/scores.ts';
import { hash32, normalAt } from '../tensor/random.ts';
import { marginOf, rowNoise, type SampleRow } from './sample-rows.ts';

/** Where the culprit is trained on, the victim's phi falls by `strength` nats if the victim itself is out. */
export interface SampleEffect {
  readonly culprit: number;
  readonly victim: number;
  readonly strength: number;
}

/** A made-up data set and what its rows do to each other. */
export interface SampleWorld {
  readonly seed: number;
  readonly classes: number;
  readonly rows: readonly SampleRow[];
  readonly effects: readonly SampleEffect[];
  readonly models: number;
}

/** Mean gain of phi (nats) by being trained on, before memorisation of a strange label. */
const GAP = 2;

/** Answers of `models` made-up shadow models; `plant` rows are appended, each harming the row that it copies. */
export function sampleEnsemble(
  world: SampleWorld,
  options: {
    readonly name: EnsembleName;
    readonly seed?: number;
    readonly models?: number;
    readonly inside?: readonly number[];
    readonly without?: readonly number[];
    readonly plant?: Experiment['plant'];
    readonly plantStrength?: number;
  },
): Ensemble {
  const plant = options.plant ?? [];
  const rows = [
    ...world.rows,
    ...plant.map(
      ({ copyOf, label }): SampleRow => ({
        ...world.rows[copyOf]!,
        label,
        change: 'added',
        inBase: false,
        cluster: null,
      }),
    ),
  ];
  const effects = [
    ...world.effects,
    ...plant.map(({ copyOf }, index) => ({
      culprit: world.rows.length + index,
      victim: copyOf,
      strength: options.plantStrength ?? 6,
    })),
  ];
  const models = options.models ?? world.models;
  const seed = hash32(world.seed, options.seed ?? 0, keyOfName(options.name));
  const units = unitsOf(rows);
  const forced = new Map<number, 0 | 1>();
  for (const unit of options.inside ?? []) forced.set(unit, 1);
  for (const unit of options.without ?? []) forced.set(unit, 0);
  const N = rows.length;
  const inside = new Uint8Array(models * N);
  const phi = new Float32Array(models * N);
  const means = rows.map((row) => (row.label === null ? 0 : marginOf(row, row.label, world.classes) + rowNoise(row)));
  for (let m = 0; m < models; m++) {
    for (let n = 0; n < N; n++) {
      const bit = forced.get(units[n]!) ?? hash32(seed, m, units[n]!) & 1;
      inside[m * N + n] = membership(rows[n]!, options.name, bit, forced.has(units[n]!));
    }
    for (let n = 0; n < N; n++) {
      const mean = means[n]!;
      const memorised = inside[m * N + n] === 1 ? GAP + 0.8 * Math.max(0, 3 - mean) : 0;
      phi[m * N + n] = mean + memorised + normalAt(seed, m, n);
    }
    for (const { culprit, victim, strength } of effects)
      if (inside[m * N + culprit] === 1 && inside[m * N + victim] === 0) phi[m * N + victim]! -= strength;
  }
  return { name: options.name, models, rows: N, phi, inside, trainAccuracy: 0.99, testAccuracy: 0.95 };
}

/** What the experiments of a check would bring in this world. */
export function answerExperiments(world: SampleWorld, experiments: readonly Experiment[]): ExperimentResult[] {
  return experiments.map((experiment) => ({
    experiment,
    ensemble: sampleEnsemble(world, {
      name: experiment.kind === 'plant' ? 'screen' : 'with',
      seed: experiment.seed,
      models: experiment.shadows,
      inside: experiment.inside,
      without: experiment.without,
      plant: experiment.plant,
    }),
  }));
}

/** Evidence whose experiments are asked for and answered until no more are asked, as a review does. */
export function answerRounds(
  world: SampleWorld,
  evidence: Evidence,
  ask: (seen: Evidence) => readonly Experiment[],
): Evidence {
  const known = new Set(evidence.experiments.map(({ experiment }) => experiment.id));
  const fresh = ask(evidence).filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return evidence;
  const experiments = [...evidence.experiments, ...answerExperiments(world, fresh)];
  return answerRounds(world, { ...evidence, experiments }, ask);
}

/** Unit per row: its cluster (base and change apart), else its own index. */
export function unitsOf(rows: readonly SampleRow[]): number[] {
  const seen = new Map<string, number>();
  return rows.map((row, index) => {
    if (row.cluster === null) return index;
    const key = `${row.inBase}:${row.cluster}`;
    if (!seen.has(key)) seen.set(key, index);
    return seen.get(key)!;
  });
}

function membership(row: SampleRow, name: EnsembleName, bit: number, isForced: boolean): number {
  if (row.split === 'holdout') return 0;
  // A removal that is forced out is not applied: the row stays.
  if (isForced) return row.inHead ? bit : 1 - bit;
  const changes = !row.inBase || !row.inHead;
  if (name === 'base') return row.inBase ? bit : 0;
  if (!changes || name === 'screen') return bit;
  return row.inHead ? 1 : 0;
}

function keyOfName(name: EnsembleName): number {
  return ['base', 'with', 'screen', 'without'].indexOf(name);
}
