import type { Task } from '../evidence/evidence.ts';
import type { ModelSlice } from './model-slice.ts';
import { epochsFor, type Recipe } from './recipe.ts';
import { type BuiltInSlice, describeSlice, flopsPerRow, type Slice } from './slice.ts';

/** What is trained, and for how long: fixed before training from sizes alone, not from this machine's speed. */
export interface Plan {
  /** Drawn after the head revision is fixed; keys the suspicion bits. */
  readonly nonce: string;
  /** Keys the membership bits of base units; the same on every run of a repository. */
  readonly membershipKey: string;
  readonly slice: Slice;
  readonly recipe: Recipe;
  readonly models: number;
}

/** Floating-point operations a second that plans count with, on two cores. */
export const REFERENCE_RATE = 50e9;
/** Share of the budget that a plan may use at the reference rate: a machine little more than half as fast still ends inside it. */
export const PLANNED_SHARE = 0.55;

export interface Sizes {
  readonly task: Task;
  readonly width: number;
  readonly classes: number;
  readonly trainingRows: number;
}

const WIDTHS = [128, 96, 64, 32] as const;
const BATCH = 128;
const SMALL_BATCH = 64;
/** Chosen, with rate and batch, for LiRA's power on Location-30 with seeds below 100 (docs/results.md). */
const DECAY = 0.001;
/**
 * A whole review counted in ensembles: base, with, screen and power; two of a trial; and to confirm what it accuses two
 * of twice the models, and one for decoys.
 */
export const ENSEMBLES = 11;

/**
 * Chooses slice and recipe: the widest hidden layer whose whole review fits the budget at the reference rate, else
 * softmax regression. @param cut chooses a slice of a model instead, and is told what fits.
 */
export function makePlan(
  { task, width, classes, trainingRows }: Sizes,
  limits: { nonce: string; membershipKey: string; models: number; budgetSeconds: number; epochs: number | 'auto' },
  cut: ((fits: (slice: Slice) => boolean) => ModelSlice) | null = null,
): Plan {
  const batch = trainingRows < 1000 ? SMALL_BATCH : BATCH;
  const epochs = limits.epochs === 'auto' ? epochsFor(trainingRows, batch) : limits.epochs;
  const kind = task === 'regression' ? 'regression' : 'classification';
  const outputs = kind === 'regression' ? 1 : classes;
  const slices: BuiltInSlice[] = [
    ...WIDTHS.map((hidden) => ({ kind: 'mlp' as const, task: kind, width, hidden, outputs }) satisfies BuiltInSlice),
    { kind: 'softmax', task: kind, width, hidden: 0, outputs },
  ];
  const fits = (slice: Slice) =>
    ensembleFlops(slice, epochs, trainingRows, limits.models) * ENSEMBLES <=
    limits.budgetSeconds * PLANNED_SHARE * REFERENCE_RATE;
  const slice = cut ? cut(fits) : (slices.find(fits) ?? slices.at(-1)!);
  const shared = { decay: DECAY, batch, epochs };
  const recipe: Recipe =
    slice.kind === 'model'
      ? { optimizer: 'adamw', rate: rateOf(slice), ...shared }
      : { optimizer: 'sgd', rate: kind === 'regression' ? 0.02 : 0.2, ...shared };
  return { nonce: limits.nonce, membershipKey: limits.membershipKey, models: limits.models, slice, recipe };
}

/** Share of its own size by which AdamW may move a weight in a step. */
const STRIDE = 0.03;
const [SLOWEST, FASTEST] = [1e-4, 0.1];

/** A model's inputs and weights have any scale: AdamW does not mind the one, and its rate follows the other. */
function rateOf({ parameters }: ModelSlice): number {
  const sizes = parameters.filter(({ decays }) => decays).map(({ bound }) => bound / Math.sqrt(3));
  const middle = sizes.sort((x, y) => x - y)[Math.floor(sizes.length / 2)] ?? 0;
  return Math.min(FASTEST, Math.max(SLOWEST, STRIDE * middle));
}

/** Training operations of one ensemble: half of the rows, every epoch, every model. */
export function ensembleFlops(slice: Slice, epochs: number, trainingRows: number, models: number): number {
  return (flopsPerRow(slice) * epochs * trainingRows * models) / 2;
}

export function describePlan(plan: Plan): string {
  return `${describeSlice(plan.slice)}, ${plan.recipe.epochs} epochs of ${plan.recipe.optimizer}`;
}
