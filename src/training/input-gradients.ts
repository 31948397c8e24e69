import { UserError } from '../errors.ts';
import type { InputGradients } from '../evidence/gradients.ts';
import { backward } from '../gradients/backward.ts';
import { makeBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import { prune } from '../onnx/prune.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { batchStarts } from '../tensor/batches.ts';
import type { EachGroup } from './ensemble.ts';
import { parameterFeeds, type TrainingSet, type Weights } from './group.ts';
import { type ModelSlice, parameterName, takesFloats } from './model-slice.ts';
import { forward, parameterValues, type Slice } from './slice.ts';
import { type TrainingSubject, trainingRows } from './subject.ts';

/** Passes forwards and backwards of one model, one a row and class: a small part of what its training took. */
const PASSES = 2048;
const MOST_ROWS = 128;
const ROWS_AT_ONCE = 16;
/** C x D that a hundred models are held against each other over in a second or two. */
const MOST_GRADIENTS = 100_000;

interface GradientRun {
  readonly subject: TrainingSubject;
  readonly plan: { readonly slice: Slice };
  readonly runtime: Runtime;
}

/** Whether the classes' answers to a slice's inputs can be told: no token ids, not too many, and operators that let them through. */
function hasInputGradients(slice: Slice): boolean {
  if (slice.task !== 'classification' || slice.outputs * slice.width > MOST_GRADIENTS) return false;
  if (slice.kind !== 'model') return true;
  if (!takesFloats(slice)) return false;
  try {
    gradientGraph(slice, 1, ROWS_AT_ONCE);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

const wholeBatches = (rows: number) => rows - (rows % ROWS_AT_ONCE);

/** Rows, spread over all that may train, at which the gradients are taken. */
function probedRows({ rows }: Pick<TrainingSubject, 'rows'>, classes: number): number[] {
  const trained = new Set(trainingRows(rows));
  const own = Array.from(rows.keys()).filter((row) => trained.has(rows[row]!));
  const most = Math.max(ROWS_AT_ONCE, Math.min(MOST_ROWS, Math.floor(PASSES / classes)));
  // Whole batches: no row counts twice.
  const count = own.length < ROWS_AT_ONCE ? own.length : wholeBatches(Math.min(own.length, most));
  return Array.from({ length: count }, (_, at) => own[Math.floor((at * own.length) / count)]!);
}

/** The weights that a model came with, in the form of one trained model. */
function releasedWeights(slice: ModelSlice): Weights {
  const given = slice.at(1).initializers;
  return Object.fromEntries(
    slice.parameters.map(({ name }) => [
      name,
      given.find((tensor) => parameterName(tensor.name) === name)!.data as Float32Array,
    ]),
  );
}

/** Collects the input gradients of an ensemble while its groups are trained; null where they cannot be told. */
export function gatherGradients(
  { subject, plan: { slice }, runtime }: GradientRun,
  models: number,
): { readonly each: EachGroup; readonly gradients: InputGradients } | null {
  if (!hasInputGradients(slice)) return null;
  const { outputs: classes, width } = slice;
  const gradients = { models, classes, width, values: new Float32Array(models * classes * width) };
  const order = { set: subject.set, slice, runtime, rows: probedRows(subject, classes) };
  return {
    gradients,
    async each(weights, { first, models: own }) {
      const { values } = await inputGradients({ ...order, weights, models: own });
      gradients.values.set(values, first * classes * width);
    },
  };
}

/** The same of a model as it was submitted; null where they cannot be told. */
export async function releasedGradients({
  subject,
  plan: { slice },
  runtime,
}: GradientRun): Promise<InputGradients | null> {
  if (slice.kind !== 'model' || !hasInputGradients(slice)) return null;
  const rows = probedRows(subject, slice.outputs);
  return await inputGradients({ set: subject.set, slice, runtime, weights: releasedWeights(slice), models: 1, rows });
}

/** Asks trained models how their logits answer to their inputs, on average over the rows. */
export async function inputGradients(at: {
  readonly set: Pick<TrainingSet, 'features' | 'width'>;
  readonly slice: Slice;
  readonly runtime: Runtime;
  readonly weights: Weights;
  readonly models: number;
  readonly rows: readonly number[];
}): Promise<InputGradients> {
  const { set, slice, runtime, weights, models, rows } = at;
  const { width, outputs: classes } = slice;
  const values = new Float32Array(models * classes * width);
  const size = Math.min(ROWS_AT_ONCE, rows.length);
  const graph = gradientGraph(slice, models, size);
  const session = await runtime.create(encodeModel(withKernels(graph, runtime.provider)));
  try {
    const starts = batchStarts(rows.length, size);
    const parameters = parameterFeeds(slice, weights, models);
    for (const start of starts) {
      const inputs = new Float32Array(models * size * width);
      for (let cell = 0; cell < models * size; cell++) {
        const row = rows[start + (cell % size)]!;
        inputs.set(set.features.subarray(row * width, (row + 1) * width), cell * width);
      }
      for (let own = 0; own < classes; own++) {
        const direction = new Float32Array(classes).fill(-1 / classes);
        direction[own]! += 1;
        const { gradient } = await session.run({
          ...parameters,
          inputs: { type: 'float32', shape: [models, size, width], data: inputs },
          direction: { type: 'float32', shape: [classes], data: direction },
        });
        (gradient as Float32Array).forEach((value, cell) => {
          const model = Math.floor(cell / width);
          values[(model * classes + own) * width + (cell % width)]! += value / starts.length;
        });
      }
    }
  } finally {
    await session.release();
  }
  return { models, classes, width, values };
}

/** inputs [M,n,D], direction [C] and the parameters -> gradient [M,D]: the mean over rows of d(direction z)/dx. */
function gradientGraph(slice: Slice, models: number, rows: number): Graph {
  const build = makeBuilder('q_');
  const value = (name: string, shape: readonly number[]): Value => ({ name, type: 'float32', shape });
  const outputs = forward(build, slice, { x: 'inputs', models, batch: rows, isStacked: true });
  const loss = build.add('ReduceSum', [build.add('Mul', [outputs, 'direction'])], { keepdims: 0 });
  const inputs = [
    value('inputs', [models, rows, slice.width]),
    value('direction', [slice.outputs]),
    ...parameterValues(slice, models),
  ];
  const asked = build.graph('answer', inputs, []);
  const { build: full, gradients } = refusingNodes(() => backward(asked, { loss, wrt: ['inputs'] }));
  full.put({
    ...{ op: 'ReduceMean', domain: '', attributes: { keepdims: 0 } },
    ...{ inputs: [gradients[0]!, full.ints([1])], outputs: ['gradient'] },
  });
  return prune(full.graph('input gradients', inputs, [value('gradient', [models, slice.width])]));
}
