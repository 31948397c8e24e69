import { makeBuilder } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import { forward, parameterValues, type Slice } from './slice.ts';

const FAR = 1e30;

/**
 * The scoring graph of n rows: features [n,D], labels [n] -> phi [M,n] and right [M,n] (1 where the model is right).
 * phi = z_y - log sum_{j != y} exp z_j, which is log p_y - log(1 - p_y) without cancellation (LiRA, arXiv 2112.03570,
 * section VI.A); for regression minus the squared error.
 */
export function scoringGraph(slice: Slice, models: number, rows: number): Graph {
  const build = makeBuilder('p_');
  const outputs = forward(build, slice, { x: 'features', models, batch: rows, isStacked: false });
  const named = (name: string, op: string, inputs: readonly string[], attributes = {}) => ({
    op,
    domain: '',
    inputs,
    outputs: [name],
    attributes,
  });
  const tail = slice.task === 'classification' ? classify(outputs) : regress(outputs);
  const graph = build.graph('score', [], []);

  function classify(logits: string) {
    const depth = build.constant({
      name: 'p_depth',
      type: 'int64',
      shape: [],
      data: BigInt64Array.of(BigInt(slice.outputs)),
    });
    const offOn = build.constant({ name: 'p_off_on', type: 'float32', shape: [2], data: Float32Array.of(0, 1) });
    const own = build.add('OneHot', ['labels', depth, offOn], { axis: -1 });
    const mine = build.add('ReduceSum', [build.add('Mul', [logits, own]), build.ints([-1])], { keepdims: 0 });
    const others = build.add('Sub', [logits, build.add('Mul', [own, build.scalar(FAR)])]);
    const rest = build.add('ReduceLogSumExp', [others, build.ints([-1])], { keepdims: 0 });
    const best = build.add('ReduceMax', [others, build.ints([-1])], { keepdims: 0 });
    const wins = build.add('Greater', [mine, best]);
    return [named('phi', 'Sub', [mine, rest]), named('right', 'Cast', [wins], { to: 1 })];
  }
  function regress(predictions: string) {
    const error = build.add('Sub', [build.add('Squeeze', [predictions, build.ints([-1])]), 'labels']);
    const square = build.add('Mul', [error, error]);
    const near = build.add('Less', [square, build.scalar(1)]);
    return [named('phi', 'Neg', [square]), named('right', 'Cast', [near], { to: 1 })];
  }

  return {
    ...graph,
    nodes: [...graph.nodes, ...tail],
    inputs: [
      { name: 'features', type: 'float32', shape: [rows, slice.width] },
      { name: 'labels', type: slice.task === 'classification' ? 'int64' : 'float32', shape: [rows] },
      ...parameterValues(slice, models),
    ],
    outputs: ['phi', 'right'].map((name) => ({ name, type: 'float32' as const, shape: [models, rows] })),
  };
}
