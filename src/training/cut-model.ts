import { UserError } from '../errors.ts';
import { checkTrainable } from '../gradients/check-trainable.ts';
import { type Candidate, slicesOf } from '../gradients/slices.ts';
import { forAnyBatch } from '../onnx/any-batch.ts';
import { cutsOf, sliceAt, trunkAt } from '../onnx/cut.ts';
import { foldConstants } from '../onnx/fold.ts';
import type { Graph, Tensor } from '../onnx/graph.ts';
import { inferShapes, knownShapes } from '../onnx/infer-shapes.ts';
import { isLinear, linearLogits, linearWeights } from '../onnx/linear-ml.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import { prune } from '../onnx/prune.ts';
import { refusedModel } from '../onnx/refuse.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type ModelSlice, parameterName } from './model-slice.ts';
import { glorot, type Parameter } from './parameter.ts';

/** A model that is to be cut: one answer. */
export interface CutModel {
  /** Upgraded to our operator set. */
  readonly graph: Graph;
  /** Shape of one row of each input. */
  readonly rows: Readonly<Record<string, Shape>>;
  /** The value that is the model's answer: its declared output, or what `logitsOf` says. */
  readonly output: string;
  /** Operator sets of the graph that are not ours, by domain. */
  readonly domains?: Readonly<Record<string, number>>;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Shapes that were found by running the trunk, for a batch of `PROBE` rows. */
  readonly told?: Readonly<Record<string, Shape>>;
}

/** Rows of the batch at which a model is looked at: no size of its own that could be mistaken for it. */
export const PROBE = 7;

function folded({ graph, rows, output }: CutModel, batch: number): Graph {
  const value = { name: output, type: 'float32' as const, shape: ['answer'] };
  const inputs = Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, [batch, ...row]]));
  const options = { inputs, keep: weightsOf(graph), isLenient: true };
  const open = Object.keys(rows).reduce(forAnyBatch, graph);
  return refusingNodes(() => foldConstants({ ...open, outputs: [value] }, options));
}

/**
 * What a model keeps its weights in: constants of floats with an axis or more, some exporters' nodes included. Without
 * axes they are factors and epsilons of the model's form.
 */
function weightsOf({ initializers, nodes }: Graph): ReadonlySet<string> {
  const names = new Set(initializers.map(({ name }) => name));
  const isWeight = (value: unknown) => {
    const { type, shape } = value as Tensor;
    return type === 'float32' && shape.length > 0;
  };
  const made = nodes.filter(({ op, inputs, attributes: { value } }) => {
    if (op === 'Constant') return typeof value === 'object' && 'data' in value && isWeight(value);
    // A state of the batch's own size is filled by a shape that is worked out.
    return op === 'ConstantOfShape' && names.has(inputs[0]!);
  });
  return new Set([
    ...initializers.filter(isWeight).map(({ name }) => name),
    ...made.map(({ outputs }) => outputs[0]!),
    ...nodes.filter(isLinear).flatMap(linearWeights),
  ]);
}

/** The slices of a model, the shallowest first, trainable or not; those whose first axis is not the batch are left out. */
export function foundSlices(model: CutModel): { readonly graph: Graph; readonly slices: readonly Candidate[] } {
  const graph = folded(model, PROBE);
  const slices = slicesOf(graph, model.output, { weights: weightsOf(model.graph), told: model.told });
  return { graph, slices: slices.filter((slice) => slice.graph.inputs[0]!.shape[0] === PROBE) };
}

/**
 * Values at which the model could be cut but for their shapes, which cannot be told from its nodes, and a graph of
 * `PROBE` rows that gives them; null where all are known.
 */
export function untoldCuts(model: CutModel): Graph | null {
  const graph = folded(model, PROBE);
  const shapes = knownShapes(graph);
  const untold = cutsOf(graph, model.output).filter(({ value }) => !shapes.has(value));
  if (untold.length === 0) return null;
  const outputs = untold.map(({ value: name }) => ({ name, type: 'float32' as const, shape: ['rows', 'width'] }));
  return prune({ ...graph, outputs });
}

/** Where the model can be cut, the shallowest slice first: those that can be trained. `whyUncut` says why there are none. */
export function candidatesOf(model: CutModel): Candidate[] {
  const { slices } = foundSlices(model);
  const isTrainable = (slice: Candidate) => {
    try {
      checkTrainable(slice, model.output);
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  // What a slice cannot do, a deeper one that holds it cannot, either.
  let [trained, tried] = [0, slices.length];
  for (let at = tried; trained < tried; at = (trained + tried + 1) >> 1)
    if (isTrainable(slices[at - 1]!)) trained = at;
    else tried = at - 1;
  return slices.slice(0, trained);
}

const COUNTED: Readonly<Record<ModelSlice['task'], string>> = {
  ...{ classification: 'classes', regression: 'target', tokens: 'words', 'multi-label': 'labels' },
};

/** The whole model up to its logits, or predictions: values a row, and the graph. Throws as `makeModelSlice` does. */
export function answersOf(
  model: CutModel,
  candidate: Candidate,
  { task, outputs }: Pick<ModelSlice, 'task' | 'outputs'>,
): { readonly width: number; graph(batch: number): Graph } {
  const shapes = refusingNodes(() => inferShapes(candidate.graph));
  const width = sizeOf(shapes.get(model.output)!) / PROBE;
  const fits = task === 'tokens' ? width % outputs === 0 : width === outputs;
  if (!fits && !(width === 1 && outputs === 2 && task === 'classification'))
    throw refusedModel(
      `it gives ${width} values a row, and the data has ${outputs} ${COUNTED[task]}`,
      'Name the output that holds the logits, and the classes in their order.',
    );
  return { width, graph: (batch) => trunkAt(folded(model, batch), { value: model.output, shape: [batch, width] }) };
}

/** The slice behind a cut. Throws a UserError where the model does not give one value for each class. */
export function makeModelSlice(
  model: CutModel,
  candidate: Candidate,
  { task, outputs }: Pick<ModelSlice, 'task' | 'outputs'>,
): ModelSlice {
  const { value, after, parameters, layers, flops } = candidate;
  const row = candidate.graph.inputs[0]!.shape.slice(1) as Shape;
  const graphs = new Map<number, Graph>();
  const { width: answers } = answersOf(model, candidate, { task, outputs });
  const percent = 100 * candidate.share;
  const share = `${percent.toFixed(percent < 10 ? 1 : 0)}%`;
  return {
    ...{ kind: 'model', task, outputs, answers, width: sizeOf(row) },
    hash: `${model.hash}/${model.output}/${value}`,
    title: `${layers} last layer${layers === 1 ? '' : 's'} of the model, behind ${after}: ${share} of its parameters`,
    parameters: parameters.map(parameterOf),
    flops: flops / PROBE,
    at(batch) {
      let graph = graphs.get(batch);
      graph ??= sliceAt(folded(model, batch), { value, output: model.output, shape: [batch, ...row] });
      graphs.set(batch, graph);
      return graph;
    },
    trunk: (batch) => trunkAt(folded(model, batch), { value, shape: [batch, ...row] }),
    domains: model.domains ?? {},
  };
}

/**
 * Weights begin around 0 at the scale that the model's own have (all alike, they would tell no units apart: then at
 * Glorot's); what lies along one axis begins around its own mean.
 */
function parameterOf({ name, shape, data }: Tensor): Parameter {
  const values = data as Float32Array;
  const isWeight = shape.length >= 2;
  const centre = isWeight ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const isAlike = values.every((value) => value === values[0]);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length;
  const bound = isWeight && isAlike ? glorot(sizeOf(shape.slice(1)), shape[0]!) : Math.sqrt(3 * variance);
  return { name: parameterName(name), shape, centre, bound, decays: isWeight };
}

/** What only arranges its input anew, or makes it sum to one, hides what it is given. */
export const ARRANGING: readonly string[] = ['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Normalizer', 'ZipMap'];

/**
 * The value before a last softmax or sigmoid: scores are computed from logits, without cancellation. An answer that is
 * said to be probabilities and ends in neither is refused with a UserError.
 */
export function logitsOf(graph: Graph, output: string, kind: 'logits' | 'probabilities' | null): string {
  if (kind === 'logits') return output;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  for (let last = makers.get(output); last; last = makers.get(last.inputs[0]!)) {
    if (isLinear(last)) return linearLogits(last);
    if (last.domain === '' && ['Softmax', 'LogSoftmax', 'Sigmoid'].includes(last.op)) return last.inputs[0]!;
    if (!ARRANGING.includes(last.op)) break;
  }
  if (kind === 'probabilities')
    throw refusedModel(
      'its output is said to be probabilities, and no Softmax or Sigmoid gives it',
      'Name the output that holds the logits.',
    );
  return output;
}
