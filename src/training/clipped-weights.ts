import { backward } from '../gradients/backward.ts';
import { makeBuilder } from '../onnx/builder.ts';
import { float32, type Graph, type Value } from '../onnx/graph.ts';
import { objectives } from './objectives.ts';
import type { Privacy } from './recipe.ts';
import { affineLayers, type BuiltInSlice, parameterValues } from './slice.ts';

/**
 * What each row may weigh in a batch's loss so that its own gradient is no longer than C: min(1, C / norm), without any
 * row's gradient being written out. A row's gradient of an affine layer is the outer product of the layer's input a
 * and of its error delta, so its squared norm is |delta|^2 (|a|^2 + 1), and the norms of layers add up (Goodfellow
 * 2015, arXiv 1510.01799; ghost clipping: Li et al. 2022, arXiv 2110.05679, section 4).
 * @param at.scale what every weight is multiplied by besides.
 * @returns nodes that read batch_features [M,B,D], batch_targets [M,B,C], given_weights [M,B,1] and the parameters, and
 * give batch_weights [M,B,1]. They stand before the loss, whose gradient takes the weights for constants.
 */
export function clippedWeights(
  slice: BuiltInSlice,
  { clip }: Privacy,
  at: { readonly models: number; readonly batch: number; readonly scale: number },
): Graph {
  const { models, batch } = at;
  const build = makeBuilder('c_');
  const layers = affineLayers(build, slice, 'batch_features');
  const ones = build.constant(float32('c_ones', [models, batch, 1], new Float32Array(models * batch).fill(1)));
  const loss = objectives[slice.task].loss(build, {
    ...{ outputs: layers.at(-1)!.output, targets: 'batch_targets', weights: ones },
    // The loss is divided by its batch: each row's own is asked for here.
    ...{ models, batch: 1, classes: slice.outputs, tokens: 1 },
  });
  const inputs: Value[] = [
    { name: 'batch_features', type: 'float32', shape: [models, batch, slice.width] },
    { name: 'batch_targets', type: 'float32', shape: [models, batch, slice.outputs] },
    ...parameterValues(slice, models),
  ];
  const { build: full, gradients } = backward(build.graph('rows', inputs, []), {
    ...{ loss, wrt: layers.map(({ output }) => output), prefix: 'e_' },
  });
  const squares = (name: string) => full.add('ReduceSumSquare', [name, full.ints([-1])], { keepdims: 1 });
  const norms = layers.map(({ input }, layer) =>
    full.add('Mul', [squares(gradients[layer]!), full.add('Add', [squares(input), full.scalar(1)])]),
  );
  const norm = full.add('Sqrt', [norms.reduce((sum, one) => full.add('Add', [sum, one]))]);
  // A gradient of zero gives C / 0, which is infinite, and keeps the weight of one.
  const share = full.add('Min', [full.add('Div', [full.scalar(clip), norm]), full.scalar(1)]);
  const kept = full.add('Mul', [share, full.scalar(at.scale)]);
  full.put({ op: 'Mul', domain: '', inputs: ['given_weights', kept], outputs: ['batch_weights'], attributes: {} });
  return full.graph('clipped weights', [], []);
}
