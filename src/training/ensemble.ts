import type { Ensemble, EnsembleName } from '../evidence/scores.ts';
import { encodeModel } from '../onnx/encode.ts';
import { hash32 } from '../tensor/random.ts';
import { sizeOf } from '../tensor/shape.ts';
import { epochBatches } from './order.ts';
import { cosineRate, type Recipe } from './recipe.ts';
import { refuseDivergence } from './refuse-divergence.ts';
import type { Feed, Runtime, Session } from './runtime.ts';
import { scoringGraph } from './score.ts';
import { initialWeights, parametersOf, type Slice } from './slice.ts';
import { trainingGraph } from './step.ts';

/** Models that are trained together: their weights should sit in the cache. */
export const GROUP = 16;
const SCORE_ROWS = 1024;

/** The rows that shadow models train on and are asked about. */
export interface TrainingSet {
  /** [N,D] */
  readonly features: Float32Array;
  readonly width: number;
  /** [N] class index, or target for regression; rows without a label are never inside. */
  readonly labels: Float64Array;
  /** [N] */
  readonly rowKeys: Uint32Array;
}

export interface EnsembleOrder {
  readonly name: EnsembleName;
  readonly models: number;
  /** [M,N]: 1 where the row trains the model. */
  readonly inside: Uint8Array;
  /** Keys initial weights and batch order; ensembles with equal seeds share both. */
  readonly seed: number;
}

/** Keeps trained weights by content, so that an unchanged base is not trained twice. */
export interface WeightStore {
  /** Null when nothing is kept under the key, or what is kept is damaged. */
  get(key: string): Promise<Record<string, Float32Array> | null>;
  put(key: string, weights: Readonly<Record<string, Float32Array>>): Promise<void>;
}

/** Trains M shadow models in groups and asks each about every row. `progress` is told each finished share in [0,1]. */
export async function trainEnsemble(
  at: {
    set: TrainingSet;
    slice: Slice;
    recipe: Recipe;
    order: EnsembleOrder;
    runtime: Runtime;
    /** With a store, groups are looked up under this key first. */
    kept?: { store: WeightStore; key: string } | undefined;
  },
  progress: (share: number) => void = () => {},
): Promise<Ensemble> {
  const { set, slice, order } = at;
  const N = set.rowKeys.length;
  const phi = new Float32Array(order.models * N);
  const right = new Uint8Array(order.models * N);
  for (let first = 0; first < order.models; first += GROUP) {
    const models = Math.min(GROUP, order.models - first);
    const key = `${at.kept?.key}-${first}-${models}`;
    let group = (await at.kept?.store.get(key)) ?? null;
    if (!group) {
      group = await trainGroup({ ...at, first, models }, (share) => progress((first + share * models) / order.models));
      await at.kept?.store.put(key, group);
    }
    await scoreGroup({ set, slice, runtime: at.runtime, weights: group, models }, (start, phis, rights, n) => {
      for (let model = 0; model < models; model++)
        for (let i = 0; i < n; i++) {
          phi[(first + model) * N + start + i] = phis[model * n + i]!;
          right[(first + model) * N + start + i] = rights[model * n + i]!;
        }
    });
  }
  const { name, models, inside } = order;
  refuseDivergence(phi, name);
  return { name, models, rows: N, phi, inside, ...accuracies(right, inside) };
}

type Weights = Record<string, Float32Array>;

async function trainGroup(
  at: {
    set: TrainingSet;
    slice: Slice;
    recipe: Recipe;
    order: EnsembleOrder;
    runtime: Runtime;
    first: number;
    models: number;
  },
  progress: (share: number) => void,
): Promise<Weights> {
  const { set, slice, recipe, order, runtime, first, models } = at;
  const N = set.rowKeys.length;
  const modelKeys = Array.from({ length: models }, (_, model) => hash32(order.seed, first + model, 0x30de1));
  const { graph, carried } = trainingGraph(slice, recipe, models);
  const session = await runtime.create(encodeModel(graph));
  try {
    const parameters = new Map(
      parametersOf(slice).map((parameter, index) => [parameter.name, initialWeights(parameter, index, modelKeys)]),
    );
    let weights: Weights = Object.fromEntries(
      carried.map(({ name, shape }) => [name, parameters.get(name) ?? new Float32Array(sizeOf(shape as number[]))]),
    );
    const inside = order.inside.subarray(first * N, (first + models) * N);
    const shared = { features: matrix(set), labels: labelFeed(set, slice) };
    let step = 0;
    for (let epoch = 0; epoch < recipe.epochs; epoch++) {
      const {
        steps,
        rows,
        weights: batchWeights,
      } = epochBatches({ inside, rowKeys: set.rowKeys, modelKeys, epoch, batch: recipe.batch });
      const all = steps * recipe.epochs;
      const feeds: Record<string, Feed> = {
        ...shared,
        rows: { type: 'int32', shape: [steps, models, recipe.batch], data: rows },
        weights: { type: 'float32', shape: [steps, models, recipe.batch, 1], data: batchWeights },
        rate: {
          type: 'float32',
          shape: [steps],
          data: Float32Array.from({ length: steps }, (_, i) => cosineRate(recipe, step + i, all)),
        },
        first_step: { type: 'float32', shape: [], data: Float32Array.of(step + 1) },
        steps: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(steps)) },
      };
      for (const { name, shape } of carried)
        feeds[`${name}_start`] = { type: 'float32', shape: shape as number[], data: weights[name]! };
      const results = await session.run(feeds);
      weights = Object.fromEntries(carried.map(({ name }) => [name, results[`${name}_end`] as Float32Array]));
      step += steps;
      progress((epoch + 1) / recipe.epochs);
    }
    return Object.fromEntries([...parameters.keys()].map((name) => [name, weights[name]!]));
  } finally {
    await session.release();
  }
}

async function scoreGroup(
  at: { set: TrainingSet; slice: Slice; runtime: Runtime; weights: Weights; models: number },
  take: (start: number, phi: Float32Array, right: Float32Array, rows: number) => void,
): Promise<void> {
  const { set, slice, runtime, weights, models } = at;
  const N = set.rowKeys.length;
  const session: Session = await runtime.create(encodeModel(scoringGraph(slice, models)));
  try {
    const parameters = Object.fromEntries(
      parametersOf(slice).map(({ name, shape }) => [
        name,
        { type: 'float32', shape: [models, ...shape], data: weights[name]! } satisfies Feed,
      ]),
    );
    for (let start = 0; start < N; start += SCORE_ROWS) {
      const end = Math.min(N, start + SCORE_ROWS);
      const part = {
        ...set,
        features: set.features.subarray(start * set.width, end * set.width),
        labels: set.labels.subarray(start, end),
      };
      const { phi, right } = await session.run({
        ...parameters,
        features: matrix(part),
        labels: labelFeed(part, slice),
      });
      take(start, phi as Float32Array, right as Float32Array, end - start);
    }
  } finally {
    await session.release();
  }
}

const matrix = (set: Pick<TrainingSet, 'features' | 'width'>): Feed => ({
  type: 'float32',
  shape: [set.features.length / set.width, set.width],
  data: set.features,
});

function labelFeed({ labels }: Pick<TrainingSet, 'labels'>, { task }: Slice): Feed {
  return task === 'classification'
    ? { type: 'int64', shape: [labels.length], data: BigInt64Array.from(labels, BigInt) }
    : { type: 'float32', shape: [labels.length], data: Float32Array.from(labels) };
}

function accuracies(right: Uint8Array, inside: Uint8Array): { trainAccuracy: number; testAccuracy: number } {
  const hits = [0, 0];
  const counts = [0, 0];
  for (let i = 0; i < right.length; i++) {
    const arm = inside[i]!;
    hits[arm]! += right[i]!;
    counts[arm]!++;
  }
  return { trainAccuracy: hits[1]! / Math.max(1, counts[1]!), testAccuracy: hits[0]! / Math.max(1, counts[0]!) };
}
