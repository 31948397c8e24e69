import { backward } from '../gradients/backward.ts';
import { makeBuilder } from '../onnx/builder.ts';
import { float32, type Graph, type Tensor, type Value } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import { crossEntropy, squaredError } from './losses.ts';
import { optimizers } from './optimizers.ts';
import type { Recipe } from './recipe.ts';
import { forward, parametersOf, parameterValues, type Slice } from './slice.ts';

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
 * Inputs: features [N,D], labels [N] (int32 class, since devices have no int64, or float32 target), rows [S,M,B] int32, weights [S,M,B,1],
 * rate [S], first_step (float, counts from 1), steps (int64), and every parameter and state `*_start`.
 * Outputs: every parameter and state `*_end`.
 */
export function trainingGraph(
  slice: Slice,
  recipe: Recipe,
  models: number,
): { graph: Graph; carried: readonly Value[] } {
  const { width: D, outputs: C } = slice;
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
  const loss = (slice.task === 'classification' ? crossEntropy : squaredError)(build, {
    outputs,
    targets: 'batch_targets',
    weights: 'batch_weights',
    batch: B,
  });
  const forwardGraph = build.graph(
    'forward',
    [
      value('batch_features', 'float32', [models, B, D]),
      value('batch_targets', 'float32', [models, B, C]),
      value('batch_weights', 'float32', [models, B, 1]),
      ...parameters,
    ],
    [],
  );
  const { build: full, gradients } = backward(forwardGraph, { loss, wrt: parameters.map(({ name }) => name) });
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

/** The identity matrix [C,C]: a row of it is a one-hot target, gathered several times faster than by OneHot. */
function identity(C: number): Tensor {
  const data = new Float32Array(C * C);
  for (let c = 0; c < C; c++) data[c * C + c] = 1;
  return float32('g_identity', [C, C], data);
}

/** Gathers features, targets and weights of this iteration's rows. */
function batchNodes({ task, outputs: C }: Slice): Graph {
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
  const targets =
    task === 'classification'
      ? build.add('Gather', [build.constant(identity(C)), labels], { axis: 0 })
      : build.add('Unsqueeze', [labels, build.ints([-1])]);
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
      value('labels', slice.task === 'classification' ? 'int32' : 'float32', ['N']),
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
