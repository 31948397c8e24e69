import { readFileSync } from 'node:fs';
import { randomSequence } from '../../src/tensor/random.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import type { ModelSlice } from '../../src/training/model-slice.ts';
import { cosineRate, type Recipe } from '../../src/training/recipe.ts';
import { convolutional, perceptron, transformer } from './networks.ts';

export const STEPS = 100;
const BATCH = 8;

/** One training: a network, its first weights and batches, all drawn from seeds, and how it is trained. */
export interface Trajectory {
  readonly name: string;
  readonly model: CutModel;
  readonly slice: ModelSlice;
  readonly recipe: Recipe;
  /** [S] */
  readonly rates: Float32Array;
  readonly parameters: readonly { readonly name: string; readonly shape: Shape; readonly decays: boolean; readonly data: Float32Array }[]; // biome-ignore format: one line
  /** [S B, D] */
  readonly features: Float32Array;
  /** [S B] */
  readonly labels: Float64Array;
}

/** What PyTorch gave: bench/peers/trajectories.ts writes it. */
export interface Told {
  readonly name: string;
  /** Of each step's batch, before the step; nats. */
  readonly losses: readonly number[];
  /** Of each parameter at the end, by its place: sum, and sum of squares. */
  readonly ends: readonly (readonly [sum: number, squares: number])[];
}

const models: Readonly<Record<string, () => CutModel>> = { perceptron, convolutional, transformer };
const optimizers = [
  { optimizer: 'sgd', rate: 0.05 },
  { optimizer: 'adamw', rate: 0.01 },
] as const;

function trajectory(which: string, { optimizer, rate }: (typeof optimizers)[number]): Trajectory {
  const model = models[which]!();
  const slice = makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: 2 });
  const recipe: Recipe = { optimizer, rate, decay: 0.01, batch: BATCH, epochs: 1 };
  const random = randomSequence(23);
  const labels = Float64Array.from({ length: STEPS * BATCH }, () => random.below(2));
  const features = Float32Array.from({ length: labels.length * slice.width }, (_, at) => {
    const label = labels[Math.floor(at / slice.width)]!;
    return 'ids' in model.rows ? random.below(6) + 4 * label : random.normal() + (at % 3 === 0 ? label : 0);
  });
  const first = new Map(model.graph.initializers.map((tensor) => [`w/${tensor.name}`, tensor.data as Float32Array]));
  return {
    ...{ name: `${which} ${optimizer}`, model, slice, recipe, features, labels },
    rates: Float32Array.from({ length: STEPS }, (_, step) => cosineRate(recipe, step, STEPS)),
    parameters: slice.parameters.map(({ name, shape, decays }) => ({ name, shape, decays, data: first.get(name)! })),
  };
}

export const trajectories = (): Trajectory[] =>
  Object.keys(models).flatMap((which) => optimizers.map((each) => trajectory(which, each)));

export const TOLD = new URL('../fixtures/trajectories.json', import.meta.url);

export const told = (): readonly Told[] => JSON.parse(readFileSync(TOLD, 'utf8'));

/** Sum and sum of squares, in double precision. */
export function checksum(values: ArrayLike<number>): [sum: number, squares: number] {
  const all = Array.from(values);
  return [all.reduce((sum, value) => sum + value, 0), all.reduce((sum, value) => sum + value * value, 0)];
}
