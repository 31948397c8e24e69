import type { Graph } from '../onnx/graph.ts';
import { affineNorms } from './affine-norms.ts';
import type { Privacy } from './recipe.ts';
import { isAffine, type Slice } from './slice.ts';
import { unrolledNorms } from './unrolled-norms.ts';

/**
 * What each row may weigh in a batch's loss so that its own gradient is no longer than C: min(1, C / norm).
 * @param at.scale what every weight is multiplied by besides.
 * @returns nodes that read batch_features [M,B,D], batch_targets [M,B, ...], given_weights [M,B,1] and the parameters, and
 * give batch_weights [M,B,1]. They stand before the loss, whose gradient takes the weights for constants.
 */
export function clippedWeights(
  slice: Slice,
  { clip }: Privacy,
  at: { readonly models: number; readonly batch: number; readonly scale: number },
): Graph {
  const { build, norms } = isAffine(slice) ? affineNorms(slice, at) : unrolledNorms(slice, at);
  // A gradient of zero gives C / 0, which is infinite, and keeps the weight of one.
  const share = build.add('Min', [build.add('Div', [build.scalar(clip), norms]), build.scalar(1)]);
  const kept = build.add('Mul', [share, build.scalar(at.scale)]);
  build.put({ op: 'Mul', domain: '', inputs: ['given_weights', kept], outputs: ['batch_weights'], attributes: {} });
  return build.graph('clipped weights', [], []);
}
