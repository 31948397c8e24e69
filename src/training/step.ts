import { backward } from '../gradients/backward.ts';
import { makeBuilder } from '../onnx/builder.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import { prune } from '../onnx/prune.ts';
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
 * rate [S], first_step (float, counts from 1), steps (int64), and every parameter and state `*_start`.
 * Outputs: every parameter and state `*_end`.
 */
export function trainingGraph(
  slice: Slice,
  recipe: Recipe,
  models: number,
): { graph: Graph; carried: readonly Value[] } {
  const { width: D } = slice;
  const B = recipe.batch;
  const parameters = parameterValues(slice, models);
  const optimizer = optimizers[recipe.optimizer];
  const statesOf = (name: string) => optimizer.states.map((state) => `${name}_${state}`);
  const carried = parameters.flatMap((parameter) => [
    parameter,
    ...statesOf(parameter.name).map((name) => ({ ...parameter, name })),
  ]);

  const build = makeBuilder('s_');
  const outputs = forward(build, slice, { x: 'batch_features', models, batch: B, isStacked: true });
  const objective = objectives[slice.task];
  const sizes = sizesOf(slice);
  const loss = objective.loss(build, {
    ...{ outputs, targets: 'batch_targets', weights: 'batch_weights', models, batch: B, classes: slice.outputs },
    tokens: slice.task === 'tokens' ? objective.perRow(sizes) : 1,
  });
  const forwardGraph = build.graph(
    'forward',
    [
      value('batch_features', 'float32', [models, B, D]),
      value('batch_targets', slice.task === 'tokens' ? 'int64' : 'float32', [models, B, ...objective.axes(sizes)]),
      value('batch_weights', 'float32', [models, B, 1]),
      ...parameters,
    ],
    [],
  );
  const differentiate = () => backward(forwardGraph, { loss, wrt: parameters.map(({ name }) => name) });
  const { build: full, gradients } = slice.kind === 'model' ? refusingNodes(differentiate) : differentiate();
  const rate = full.add('Gather', ['rate', 'iteration'], { axis: 0 });
  const step = full.add('Add', ['first_step', full.add('Cast', ['iteration'], { to: 1 })]);
  const moved = parametersOf(slice).map(({ name, decays }, index) =>
    optimizer.update(full, {
      parameter: name,
      gradient: gradients[index]!,
      states: statesOf(name),
      rate,
      step,
      decay: decays ? recipe.decay : 0,
    }),
  );
  const again = full.add('Identity', ['going']);
  const ends = moved.flatMap(({ parameter, states }) => [parameter, ...states]);
  const differentiated = full.graph('step', [], []);
  const batch = batchNodes(slice);
  const body = prune({
    name: 'step',
    nodes: [...batch.nodes, ...differentiated.nodes],
    initializers: [...batch.initializers, ...differentiated.initializers],
    inputs: [value('iteration', 'int64', []), value('going', 'bool', []), ...carried],
    outputs: [value(again, 'bool', []), ...carried.map((item, index) => ({ ...item, name: ends[index]! }))],
  });
  return { carried, graph: loopOver(body, carried, slice, models, B) };
}

/** Gathers features, targets and weights of this iteration's rows. */
function batchNodes(slice: Slice): Graph {
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
      named(weights, 'batch_weights'),
      named(targets, 'batch_targets'),
    ],
  };
}

function loopOver(body: Graph, carried: readonly Value[], slice: Slice, models: number, batch: number): Graph {
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
      value('steps', 'int64', []),
      ...carried.map((item) => ({ ...item, name: initial(item.name) })),
    ],
    outputs: carried.map((item) => ({ ...item, name: final(item.name) })),
  };
}
