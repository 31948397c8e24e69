import { backward } from '../gradients/backward.ts';
import { type Builder, makeBuilder } from '../onnx/builder.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import { prune } from '../onnx/prune.ts';
import { clippedWeights } from './clipped-weights.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { objectives, trainedAs } from './objectives.ts';
import { optimizers } from './optimizers.ts';
import type { Recipe } from './recipe.ts';
import { forward, labelAxes, parametersOf, parameterValues, type Slice, sizesOf } from './slice.ts';

const value = (name: string, type: Value['type'], shape: readonly (number | string)[]): Value => ({
  name,
  type,
  shape,
});
const initial = (name: string) => `${name}_start`;
const final = (name: string) => `${name}_end`;

/**
 * The training graph of M models: S steps in one ONNX Loop, each of which gathers its batch inside the graph from one
 * shared feature matrix, differentiates the loss and moves the parameters.
 * Inputs: features [N,D], labels [N] or [N,L] (int32 classes, int64 words, float32 targets or labels), rows [S,M,B] int32, weights [S,M,B,1],
 * rate [S], first_step (float, counts from 1), steps (int64), with noise its keys [S,M,1] (uint32), and every parameter
 * and state `*_start`.
 * Outputs: every parameter and state `*_end`. Throws a UserError (`private-slice`) where a private recipe is asked of a
 * slice of too many weights for it.
 * @param batch B, the rows of a batch where that is not `recipe.batch`: the sum over rows is divided by that all the same.
 */
export function trainingGraph(
  slice: Slice,
  recipe: Recipe,
  models: number,
  batch = recipe.batch,
): { graph: Graph; carried: readonly Value[] } {
  const { width: D } = slice;
  const parameters = parameterValues(slice, models);
  const optimizer = optimizers[recipe.optimizer];
  const statesOf = (name: string) => optimizer.states.map((state) => `${name}_${state}`);
  const carried = parameters.flatMap((parameter) => [
    parameter,
    ...statesOf(parameter.name).map((name) => ({ ...parameter, name })),
  ]);

  const build = makeBuilder('s_');
  const outputs = forward(build, slice, { x: 'batch_features', models, batch, isStacked: true });
  const objective = objectives[slice.task];
  const sizes = sizesOf(slice);
  const loss = objective.loss(build, {
    ...{ outputs, targets: 'batch_targets', weights: 'batch_weights', models, batch, classes: slice.outputs },
    tokens: slice.task === 'tokens' ? objective.perRow(sizes) : 1,
  });
  const forwardGraph = build.graph(
    'forward',
    [
      value('batch_features', 'float32', [models, batch, D]),
      value('batch_targets', slice.task === 'tokens' ? 'int64' : 'float32', [models, batch, ...objective.axes(sizes)]),
      value('batch_weights', 'float32', [models, batch, 1]),
      ...parameters,
    ],
    [],
  );
  const differentiate = () => backward(forwardGraph, { loss, wrt: parameters.map(({ name }) => name) });
  const { build: full, gradients } = slice.kind === 'model' ? refusingNodes(differentiate) : differentiate();
  const noised = noisy(full, slice, recipe, models);
  const rate = full.add('Gather', ['rate', 'iteration'], { axis: 0 });
  const step = full.add('Add', ['first_step', full.add('Cast', ['iteration'], { to: 1 })]);
  const moved = parametersOf(slice).map(({ name, decays }, index) =>
    optimizer.update(full, {
      parameter: name,
      gradient: noised(gradients[index]!, index),
      states: statesOf(name),
      rate,
      step,
      decay: decays ? recipe.decay : 0,
    }),
  );
  const again = full.add('Identity', ['going']);
  const ends = moved.flatMap(({ parameter, states }) => [parameter, ...states]);
  const differentiated = full.graph('step', [], []);
  const gathered = batchNodes(slice, recipe.privacy ? 'given_weights' : 'batch_weights');
  const clipped = clipping(slice, recipe, { models, batch });
  const body = prune({
    name: 'step',
    nodes: [...gathered.nodes, ...clipped.nodes, ...differentiated.nodes],
    initializers: [...gathered.initializers, ...clipped.initializers, ...differentiated.initializers],
    inputs: [value('iteration', 'int64', []), value('going', 'bool', []), ...carried],
    outputs: [value(again, 'bool', []), ...carried.map((item, index) => ({ ...item, name: ends[index]! }))],
  });
  return { carried, graph: loopOver(body, carried, { slice, recipe, models, batch }) };
}

const NOTHING: Graph = { name: 'nothing', nodes: [], initializers: [], inputs: [], outputs: [] };

function clipping(slice: Slice, { privacy, batch }: Recipe, at: { models: number; batch: number }): Graph {
  if (!privacy) return NOTHING;
  // The loss is divided by the rows that a batch can hold, a private step by those that it holds on average.
  return clippedWeights(slice, privacy, { ...at, scale: at.batch / batch });
}

/** What becomes of the gradient of each parameter, by its number: noise of sigma C on the sum over rows. */
function noisy(build: Builder, slice: Slice, { privacy, batch }: Recipe, models: number) {
  if (!privacy || privacy.noise === 0) return (gradient: string) => gradient;
  const keys = build.add('Gather', ['noise', 'iteration'], { axis: 0 });
  const parameters = parametersOf(slice);
  return (gradient: string, index: number) => {
    const noise = gaussianNoise(build, { keys, models, shape: parameters[index]!.shape, index });
    return build.add('Add', [
      gradient,
      build.add('Mul', [noise, build.scalar((privacy.noise * privacy.clip) / batch)]),
    ]);
  };
}

/** Gathers features, targets and weights (under the name `weighing`) of this iteration's rows. */
function batchNodes(slice: Slice, weighing: string): Graph {
  const build = makeBuilder('g_');
  const rows = build.add('Gather', ['rows', 'iteration'], { axis: 0 });
  const named = (from: string, name: string) => ({
    op: 'Identity',
    domain: '',
    inputs: [from],
    outputs: [name],
    attributes: {},
  });
  const features = build.add('Gather', ['features', rows], { axis: 0 });
  const weights = build.add('Gather', ['weights', 'iteration'], { axis: 0 });
  const labels = build.add('Gather', ['labels', rows], { axis: 0 });
  const targets = objectives[slice.task].targets(build, labels, sizesOf(slice));
  const graph = build.graph('batch', [], []);
  return {
    ...graph,
    nodes: [
      ...graph.nodes,
      named(features, 'batch_features'),
      named(weights, weighing),
      named(targets, 'batch_targets'),
    ],
  };
}

function loopOver(
  body: Graph,
  carried: readonly Value[],
  { slice, recipe, models, batch }: { slice: Slice; recipe: Recipe; models: number; batch: number },
): Graph {
  const loop = {
    op: 'Loop',
    domain: '',
    inputs: ['steps', '', ...carried.map(({ name }) => initial(name))],
    outputs: carried.map(({ name }) => final(name)),
    attributes: { body },
  };
  return {
    name: 'training',
    nodes: [loop],
    initializers: [],
    inputs: [
      value('features', 'float32', ['N', slice.width]),
      value('labels', trainedAs(slice.task), ['N', ...labelAxes(slice)]),
      value('rows', 'int32', ['S', models, batch]),
      value('weights', 'float32', ['S', models, batch, 1]),
      value('rate', 'float32', ['S']),
      value('first_step', 'float32', []),
      ...(recipe.privacy?.noise ? [value('noise', 'uint32', ['S', models, 1])] : []),
      value('steps', 'int64', []),
      ...carried.map((item) => ({ ...item, name: initial(item.name) })),
    ],
    outputs: carried.map((item) => ({ ...item, name: final(item.name) })),
  };
}
