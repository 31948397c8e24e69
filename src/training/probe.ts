import { makeBuilder } from '../onnx/builder.ts';
import { float32, type Graph } from '../onnx/graph.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32, randomSequence } from '../tensor/random.ts';
import { sharedFloats } from '../tensor/shared.ts';
import { candidatesOf, makeModelSlice } from './cut-model.ts';
import { trainEnsemble } from './ensemble.ts';
import { type TrainingSet, trainGroup } from './group.ts';
import { GROUP, groupSize } from './groups.ts';
import type { ModelSlice } from './model-slice.ts';
import type { Recipe } from './recipe.ts';
import { type BuiltInSlice, flopsPerRow, type Slice } from './slice.ts';

/** Scores of a provider may differ so much from the processor's: absolutely below 1, else relatively. */
export const TOLERANCE = 1e-3;

const MLP: BuiltInSlice = { kind: 'mlp', task: 'classification', width: 20, hidden: 16, outputs: 5 };
const RECIPE: Recipe = { optimizer: 'sgd', rate: 0.1, decay: 0.001, batch: 16, epochs: 2 };
const ROWS = 48;
/** More than a block of models, and more than a run of steps: joined groups and carried weights are tried, too. */
const MODELS = GROUP + 2;
const STEPS_PER_RUN = 2;

const RATE_ROWS = 1024;
const RATE_EPOCHS = 8;
const RATE_SECONDS = 0.2;

/** A network of one convolution, a pool of averages (WebGPU trains no other) and a linear layer over square images. */
export function convolutionalSlice({
  side,
  channels,
  classes,
}: {
  side: number;
  channels: number;
  classes: number;
}): ModelSlice {
  const build = makeBuilder('c_');
  const random = randomSequence(17);
  const weight = (name: string, ...shape: number[]) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const scale = Math.sqrt(2 / (size / shape[0]!));
    return build.constant(
      float32(
        name,
        shape,
        Float32Array.from({ length: size }, () => scale * random.normal()),
      ),
    );
  };
  const half = side / 2;
  const windows = build.add('Conv', ['image', weight('filters', channels, 1, 3, 3), weight('offsets', channels)], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
  });
  const pooled = build.add('AveragePool', [build.add('Relu', [windows])], { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = build.add('Flatten', [pooled], { axis: 1 });
  const product = build.add('MatMul', [flat, weight('output', channels * half * half, classes)]);
  const logits = build.add('Add', [product, weight('bias', classes)]);
  const graph: Graph = build.graph(
    'probe',
    [{ name: 'image', type: 'float32', shape: ['batch', 1, side, side] }],
    [{ name: logits, type: 'float32', shape: ['batch', classes] }],
  );
  const model = { graph, rows: { image: [1, side, side] }, output: logits, hash: 'probe' };
  return makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: classes });
}

/** N rows drawn by a fixed rule, with classes that their first feature tells. */
export function drawnSet(rows: number, { width, outputs }: Pick<Slice, 'width' | 'outputs'>): TrainingSet {
  const features = sharedFloats(rows * width);
  for (let i = 0; i < features.length; i++) features[i] = hash32(i, 1) / 2 ** 31 - 1;
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    return Math.min(outputs - 1, Math.floor(((features[row * width]! + 1) / 2) * outputs));
  });
  return { features, width, labels, rowKeys: Uint32Array.from({ length: rows }, (_, row) => hash32(row, 3)) };
}

/** Scores of a stacked MLP's and of a convolutional network's shadow models: what providers are compared by. */
export async function probeScores(runtime: Runtime): Promise<Float32Array[]> {
  const scores: Float32Array[] = [];
  for (const slice of [MLP, convolutionalSlice({ side: 6, channels: 4, classes: 3 })]) {
    const inside = Uint8Array.from({ length: MODELS * ROWS }, (_, cell) => hash32(cell, 4) & 1);
    const order = { name: 'base' as const, models: MODELS, inside, seed: 7 };
    const at = { set: drawnSet(ROWS, slice), slice, recipe: RECIPE, order, runtime, stepsPerRun: STEPS_PER_RUN };
    scores.push((await trainEnsemble(at)).phi);
  }
  return scores;
}

/** The largest difference of two providers' scores, in parts of what is tolerated; not finite where one is not. */
export function worstDifference(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let worst = 0;
  expected.forEach((scores, index) => {
    scores.forEach((score, i) => {
      const difference = Math.abs(found[index]![i]! - score) / Math.max(1, Math.abs(score));
      if (!(difference <= worst)) worst = difference;
    });
  });
  return worst;
}

/**
 * Floating-point operations a second of one lane that trains one full group of these models, session and copies
 * counted in, the first compilation not. `batch` is B.
 */
export async function trainingRate(
  runtime: Runtime,
  slice: Slice,
  { batch, seconds }: { readonly batch: number; seconds(): number },
): Promise<number> {
  const models = groupSize(slice, batch, runtime.group);
  const set = drawnSet(RATE_ROWS, slice);
  const modelKeys = Array.from({ length: models }, (_, model) => hash32(model, 5));
  const train = async (rows: number, epochs: number) => {
    const inside = Uint8Array.from({ length: models * RATE_ROWS }, (_, cell) => Number(cell % RATE_ROWS < rows));
    const began = seconds();
    await trainGroup({ set, slice, runtime, modelKeys, inside, recipe: { ...RECIPE, batch, epochs } }, () => {});
    const took = seconds() - began;
    return { took, rate: (flopsPerRow(slice) * rows * epochs * models) / took };
  };
  await train(2 * batch, 1);
  const { took, rate } = await train(RATE_ROWS, 1);
  // A second look where the first was too short to tell.
  return took > RATE_SECONDS ? rate : (await train(RATE_ROWS, RATE_EPOCHS)).rate;
}
