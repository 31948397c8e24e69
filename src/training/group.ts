import { encodeModel } from '../onnx/encode.ts';
import { refusingRuntime } from '../onnx/refusing-runtime.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { batchStarts } from '../tensor/batches.ts';
import { sizeOf } from '../tensor/shape.ts';
import { noiseKey } from './gaussian-noise.ts';
import { objectives, trainedAs } from './objectives.ts';
import { initialWeights } from './parameter.ts';
import { cosineRate, type Recipe } from './recipe.ts';
import { groupBatches } from './run-batches.ts';
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
    stepsPerRun?: number | undefined;
  },
  progress: (share: number) => void,
): Promise<Weights> {
  const { set, slice, recipe, modelKeys, inside, stepsPerRun = STEPS_PER_RUN } = at;
  const runtime = runtimeOf(slice, at.runtime);
  const models = modelKeys.length;
  const { width: batch, from: batchesFrom } = groupBatches({
    inside,
    rowKeys: set.rowKeys,
    modelKeys,
    recipe,
    stepsPerRun,
  });
  const { graph, carried } = trainingGraph(slice, recipe, models, batch);
  const carry = Object.fromEntries(carried.map(({ name }) => [`${name}_end`, `${name}_start`]));
  const session = await runtime.create(encodeModel(withKernels(graph, runtime.provider)), carry);
  try {
    const parameters = new Map(
      parametersOf(slice).map((parameter, index) => [
        parameter.name,
        at.start?.[parameter.name] ?? initialWeights(parameter, index, modelKeys),
      ]),
    );
    const starts = carried.map(({ name, shape }): [string, Feed] => {
      const data = parameters.get(name) ?? new Float32Array(sizeOf(shape as number[]));
      return [`${name}_start`, { type: 'float32', shape: shape as number[], data }];
    });
    const shared = { features: matrix(set), labels: trainingLabels(set, slice) };
    let step = 0;
    let epoch = 0;
    for (let batches = batchesFrom(0); batches; ) {
      const { steps } = batches;
      const all = batches.stepsPerEpoch * recipe.epochs;
      const first = step;
      const feeds: Record<string, Feed> = {
        ...shared,
        rows: { type: 'int32', shape: [steps, models, batch], data: batches.rows },
        weights: { type: 'float32', shape: [steps, models, batch, 1], data: batches.weights },
        rate: {
          type: 'float32',
          shape: [steps],
          data: Float32Array.from({ length: steps }, (_, i) => cosineRate(recipe, first + i, all)),
        },
        first_step: { type: 'float32', shape: [], data: Float32Array.of(step + 1) },
        steps: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(steps)) },
        ...(recipe.privacy?.noise ? { noise: noiseFeed(modelKeys, first, steps) } : {}),
        ...(epoch === 0 ? Object.fromEntries(starts) : {}),
      };
      const running = session.run(feeds);
      step += steps;
      epoch += batches.epochs;
      // Where another thread or device trains, the next batches are ordered meanwhile.
      batches = batchesFrom(epoch);
      await running;
      progress(epoch / recipe.epochs);
    }
    const trained = await session.carried();
    return Object.fromEntries([...parameters.keys()].map((name) => [name, trained[`${name}_end`] as Float32Array]));
  } finally {
    await session.release();
  }
}

const noiseFeed = (modelKeys: readonly number[], first: number, steps: number): Feed => ({
  type: 'uint32',
  shape: [steps, modelKeys.length, 1],
  data: Uint32Array.from({ length: steps * modelKeys.length }, (_, cell) =>
    noiseKey(modelKeys[cell % modelKeys.length]!, first + Math.floor(cell / modelKeys.length)),
  ),
});

/** Asks the models of one group about every row; fills phi and right, both [M,N]. */
export async function scoreGroup(
  at: { set: TrainingSet; slice: Slice; runtime: Runtime; weights: Weights; models: number },
  into: { phi: Float32Array; right: Uint8Array },
): Promise<void> {
  const { set, slice, weights, models } = at;
  const runtime = runtimeOf(slice, at.runtime);
  const N = set.rowKeys.length;
  const rows = Math.min(N, SCORE_ROWS);
  const session = await runtime.create(encodeModel(withKernels(scoringGraph(slice, models, rows), runtime.provider)));
  try {
    const parameters = parameterFeeds(slice, weights, models);
    const each = set.labels.length / N;
    for (const start of batchStarts(N, rows)) {
      const part = {
        features: set.features.subarray(start * set.width, (start + rows) * set.width),
        width: set.width,
        labels: set.labels.subarray(start * each, (start + rows) * each),
      };
      const feeds = { ...parameters, features: matrix(part), labels: scoringLabels(part, slice) };
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

/** The parameters of M models as a graph takes them. */
export function parameterFeeds(slice: Slice, weights: Weights, models: number): Record<string, Feed> {
  return Object.fromEntries(
    parametersOf(slice).map(({ name, shape }) => [
      name,
      { type: 'float32', shape: [models, ...shape], data: weights[name]! } satisfies Feed,
    ]),
  );
}

const runtimeOf = (slice: Slice, runtime: Runtime) => (slice.kind === 'model' ? refusingRuntime(runtime) : runtime);

const matrix = (set: Pick<TrainingSet, 'features' | 'width'>): Feed => ({
  type: 'float32',
  shape: [set.features.length / set.width, set.width],
  data: set.features,
});

function trainingLabels({ labels }: Pick<TrainingSet, 'labels'>, slice: Slice): Feed {
  return labelFeed(labels, slice, trainedAs(slice.task));
}

function scoringLabels({ labels }: Pick<TrainingSet, 'labels'>, slice: Slice): Feed {
  return labelFeed(labels, slice, objectives[slice.task].labels);
}

function labelFeed(labels: Float64Array, slice: Slice, type: 'int32' | 'int64' | 'float32'): Feed {
  const axes = labelAxes(slice);
  const shape = [labels.length / sizeOf(axes), ...axes];
  if (type === 'int64') return { type, shape, data: BigInt64Array.from(labels, BigInt) };
  return { type, shape, data: type === 'int32' ? Int32Array.from(labels) : Float32Array.from(labels) };
}
