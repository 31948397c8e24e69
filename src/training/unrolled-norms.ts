import { UserError } from '../errors.ts';
import { backward } from '../gradients/backward.ts';
import { makeBuilder } from '../onnx/builder.ts';
import { float32, type Graph, type Value } from '../onnx/graph.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { RowNorms } from './affine-norms.ts';
import { objectives } from './objectives.ts';
import { forward, parametersOf, parameterValues, type Slice, sizesOf } from './slice.ts';

/** Weights that all rows of all models of a batch may have between them: a gradient of each is in memory at once. */
const MOST_WEIGHTS = 2 ** 26;

/**
 * The norms of rows' gradients through any network: each row of the batch stands as a model of its own with a batch of one,
 * M B of them side by side. Reads batch_features [M,B,D], batch_targets [M,B, ...] and the parameters.
 * Throws a UserError (`private-slice`) where that takes too much memory.
 */
export function unrolledNorms(slice: Slice, { models, batch }: { models: number; batch: number }): RowNorms {
  const rows = models * batch;
  const weights = parametersOf(slice).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (rows * weights > MOST_WEIGHTS)
    throw new UserError(
      'private-slice',
      `DP-SGD needs the gradient of each row apart: ${rows} of ${weights} weights are more than ${MOST_WEIGHTS} numbers.`,
      { hint: 'Cut the model further behind (models[].slice).' },
    );
  const build = makeBuilder('c_');
  const targets = objectives[slice.task].axes(sizesOf(slice));
  const outputs = forward(build, slice, { x: 'own_features', models: rows, batch: 1, isStacked: true });
  const ones = build.constant(float32('c_ones', [rows, 1, 1], new Float32Array(rows).fill(1)));
  const loss = objectives[slice.task].loss(build, {
    ...{ outputs, targets: 'own_targets', weights: ones, models: rows, batch: 1, classes: slice.outputs },
    tokens: slice.task === 'tokens' ? objectives.tokens.perRow(sizesOf(slice)) : 1,
  });
  const inputs: Value[] = [
    { name: 'own_features', type: 'float32', shape: [rows, 1, slice.width] },
    { name: 'own_targets', type: slice.task === 'tokens' ? 'int64' : 'float32', shape: [rows, 1, ...targets] },
    ...parameterValues(slice, rows),
  ];
  const asked = build.graph('rows', inputs, []);
  const wrt = parametersOf(slice).map(({ name }) => name);
  const { build: full, gradients } = refusingNodes(() => backward(asked, { loss, wrt, prefix: 'e_' }));
  const squares = gradients.map((gradient) =>
    full.add('ReduceSumSquare', [full.add('Reshape', [gradient, full.ints([models, batch, -1])]), full.ints([-1])], {
      keepdims: 1,
    }),
  );
  const norms = full.add('Sqrt', [squares.reduce((sum, one) => full.add('Add', [sum, one]))]);

  // The same names stand in the pass whose gradient is taken: those here are set apart.
  const unrolled = prefixed(full.graph('rows', [], []), 'own/');
  const lead = makeBuilder('b_', unrolled);
  const put = (op: string, from: readonly string[], name: string) =>
    lead.put({ op, domain: '', inputs: from, outputs: [`own/${name}`], attributes: {} });
  put('Reshape', ['batch_features', lead.ints([rows, 1, slice.width])], 'own_features');
  put('Reshape', ['batch_targets', lead.ints([rows, 1, ...targets])], 'own_targets');
  for (const { name, shape } of parametersOf(slice)) {
    const each = lead.add('Unsqueeze', [name, lead.ints([1])]);
    const repeated = lead.add('Expand', [each, lead.ints([models, batch, ...shape])]);
    put('Reshape', [repeated, lead.ints([rows, ...shape])], name);
  }
  // What leads in was written last and stands first.
  const { nodes, initializers } = lead.graph('', [], []);
  const count = unrolled.nodes.length;
  const sorted = { ...unrolled, nodes: [...nodes.slice(count), ...nodes.slice(0, count)], initializers };
  return { build: makeBuilder('f_', sorted), norms: `own/${norms}` };
}

function prefixed(graph: Graph, prefix: string): Graph {
  const named = (name: string) => (name === '' ? '' : prefix + name);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(named),
      outputs: node.outputs.map(named),
    })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: named(tensor.name) })),
  };
}
