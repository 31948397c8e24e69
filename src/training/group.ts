import { encodeModel } from '../onnx/encode.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { batchStarts } from '../tensor/batches.ts';
import { sizeOf } from '../tensor/shape.ts';
import { objectives } from './objectives.ts';
import { epochBatches } from './order.ts';
import { initialWeights } from './parameter.ts';
import { cosineRate, type Recipe } from './recipe.ts';
import { scoringGraph } from './score.ts';
import { labelAxes, parametersOf, type Slice } from './slice.ts';
import { trainingGraph } from './step.ts';

/** Steps of one `session.run`: enough that its start does not count, few enough that progress is seen. */
const STEPS_PER_RUN = 256;
const SCORE_ROWS = 1024;

/** The rows that shadow models train on and are asked about. */
export interface TrainingSet {
  /** [N,D] */
  readonly features: Float32Array;
  readonly width: number;
  /** [N] class index, or target for regression; [N,L] words of tokens, or labels of 0 and 1. Rows without a label are never inside. */
  readonly labels: Float64Array;
  /** [N] */
  readonly rowKeys: Uint32Array;
}

/** Parameters [M, ...] by name. */
export type Weights = Record<string, Float32Array>;

/** Trains the models of one group side by side in one graph. */
export async function trainGroup(
  at: {
    set: TrainingSet;
    slice: Slice;
    recipe: Recipe;
    runtime: Runtime;
    /** Keys of initial weights and batch order, one a model. */
    modelKeys: readonly number[];
    /** [M,N]: 1 where the row trains the model. */
    inside: Uint8Array;
    /** Weights to begin with; drawn by the keys where left out. */
    start?: Weights;
  },
  progress: (share: number) => void,
): Promise<Weights> {
  const { set, slice, recipe, runtime, modelKeys, inside } = at;
  const models = modelKeys.length;
  const { graph, carried } = trainingGraph(slice, recipe, models);
  const session = await runtime.create(encodeModel(graph));
  try {
    const parameters = new Map(
      parametersOf(slice).map((parameter, index) => [
        parameter.name,
        at.start?.[parameter.name] ?? initialWeights(parameter, index, modelKeys),
      ]),
    );
    let weights: Weights = Object.fromEntries(
      carried.map(({ name, shape }) => [name, parameters.get(name) ?? new Float32Array(sizeOf(shape as number[]))]),
    );
    const shared = { features: matrix(set), labels: labelFeed(set, slice) };
    let step = 0;
    for (let epoch = 0; epoch < recipe.epochs; ) {
      const batches = runBatches({ inside, rowKeys: set.rowKeys, modelKeys, epoch, recipe });
      const { steps } = batches;
      const all = batches.stepsPerEpoch * recipe.epochs;
      const feeds: Record<string, Feed> = {
        ...shared,
        rows: { type: 'int32', shape: [steps, models, recipe.batch], data: batches.rows },
        weights: { type: 'float32', shape: [steps, models, recipe.batch, 1], data: batches.weights },
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
      epoch += batches.epochs;
      progress(epoch / recipe.epochs);
    }
    return Object.fromEntries([...parameters.keys()].map((name) => [name, weights[name]!]));
  } finally {
    await session.release();
  }
}

/** The batches of the epochs from `epoch` on that one run holds: at least one epoch. */
function runBatches(at: {
  inside: Uint8Array;
  rowKeys: Uint32Array;
  modelKeys: readonly number[];
  epoch: number;
  recipe: Recipe;
}) {
  const { epoch, recipe } = at;
  const first = epochBatches({ ...at, batch: recipe.batch });
  const epochs = Math.min(recipe.epochs - epoch, Math.max(1, Math.floor(STEPS_PER_RUN / first.steps)));
  const cells = first.rows.length;
  const rows = new Int32Array(epochs * cells);
  const weights = new Float32Array(epochs * cells);
  for (let i = 0; i < epochs; i++) {
    const one = i === 0 ? first : epochBatches({ ...at, epoch: epoch + i, batch: recipe.batch });
    rows.set(one.rows, i * cells);
    weights.set(one.weights, i * cells);
  }
  return { rows, weights, epochs, stepsPerEpoch: first.steps, steps: epochs * first.steps };
}

/** Asks the models of one group about every row; fills phi and right, both [M,N]. */
export async function scoreGroup(
  at: { set: TrainingSet; slice: Slice; runtime: Runtime; weights: Weights; models: number },
  into: { phi: Float32Array; right: Uint8Array },
): Promise<void> {
  const { set, slice, runtime, weights, models } = at;
  const N = set.rowKeys.length;
  const rows = Math.min(N, SCORE_ROWS);
  const session = await runtime.create(encodeModel(scoringGraph(slice, models, rows)));
  try {
    const parameters = Object.fromEntries(
      parametersOf(slice).map(({ name, shape }) => [
        name,
        { type: 'float32', shape: [models, ...shape], data: weights[name]! } satisfies Feed,
      ]),
    );
    const each = set.labels.length / N;
    for (const start of batchStarts(N, rows)) {
      const part = {
        features: set.features.subarray(start * set.width, (start + rows) * set.width),
        width: set.width,
        labels: set.labels.subarray(start * each, (start + rows) * each),
      };
      const feeds = { ...parameters, features: matrix(part), labels: labelFeed(part, slice) };
      const { phi, right } = await session.run(feeds);
      for (let model = 0; model < models; model++) {
        const own = [model * rows, (model + 1) * rows] as const;
        into.phi.set((phi as Float32Array).subarray(...own), model * N + start);
        into.right.set((right as Float32Array).subarray(...own), model * N + start);
      }
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

function labelFeed({ labels }: Pick<TrainingSet, 'labels'>, slice: Slice): Feed {
  const axes = labelAxes(slice);
  const shape = [labels.length / sizeOf(axes), ...axes];
  return objectives[slice.task].labels === 'int64'
    ? { type: 'int64', shape, data: BigInt64Array.from(labels, BigInt) }
    : { type: 'float32', shape, data: Float32Array.from(labels) };
}
