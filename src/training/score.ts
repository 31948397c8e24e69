import { type Builder, makeBuilder } from '../onnx/builder.ts';
import { type Graph, int64 } from '../onnx/graph.ts';
import { type Objective, objectives } from './objectives.ts';
import { forward, labelAxes, parameterValues, type Slice, sizesOf } from './slice.ts';

const FAR = 1e30;

interface Asked {
  /** [M,n,C], of tokens [M,n,TC] */
  readonly outputs: string;
  readonly models: number;
  readonly rows: number;
  readonly slice: Slice;
}

/** phi and whether the model is right (bool), both [M,n]. */
type Score = (build: Builder, at: Asked) => { readonly phi: string; readonly right: string };

const last = (build: Builder) => build.ints([-1]);
const mean = (build: Builder, name: string) => build.add('ReduceMean', [name, last(build)], { keepdims: 0 });

const scores: Readonly<Record<Objective, Score>> = {
  classification(build, { outputs: logits, slice }) {
    const depth = build.constant(int64('p_depth', [], [slice.outputs]));
    const offOn = build.constant({ name: 'p_off_on', type: 'float32', shape: [2], data: Float32Array.of(0, 1) });
    const own = build.add('OneHot', ['labels', depth, offOn], { axis: -1 });
    const mine = build.add('ReduceSum', [build.add('Mul', [logits, own]), last(build)], { keepdims: 0 });
    const others = build.add('Sub', [logits, build.add('Mul', [own, build.scalar(FAR)])]);
    const rest = build.add('ReduceLogSumExp', [others, last(build)], { keepdims: 0 });
    const best = build.add('ReduceMax', [others, last(build)], { keepdims: 0 });
    return { phi: build.add('Sub', [mine, rest]), right: build.add('Greater', [mine, best]) };
  },
  regression(build, { outputs }) {
    const error = build.add('Sub', [build.add('Squeeze', [outputs, last(build)]), 'labels']);
    const square = build.add('Mul', [error, error]);
    return { phi: build.add('Neg', [square]), right: build.add('Less', [square, build.scalar(1)]) };
  },
  tokens(build, { outputs, models, rows, slice }) {
    const shape = [models, rows, objectives.tokens.perRow(sizesOf(slice)), slice.outputs];
    const logs = build.add('LogSoftmax', [build.add('Reshape', [outputs, build.ints(shape)])], { axis: -1 });
    const none = build.constant(int64('p_none', [], [0]));
    const words = build.add('Expand', [
      build.add('Unsqueeze', [build.add('Max', ['labels', none]), last(build)]),
      build.ints([...shape.slice(0, 3), 1]),
    ]);
    const own = build.add('Squeeze', [build.add('GatherElements', [logs, words], { axis: -1 }), last(build)]);
    const best = build.add('ReduceMax', [logs, last(build)], { keepdims: 0 });
    const asked = build.add('Cast', [build.add('GreaterOrEqual', ['labels', none])], { to: 1 });
    const some = build.add('Max', [build.add('ReduceSum', [asked, last(build)], { keepdims: 0 }), build.scalar(1)]);
    const share = (name: string) =>
      build.add('Div', [build.add('ReduceSum', [build.add('Mul', [name, asked]), last(build)], { keepdims: 0 }), some]);
    const hits = build.add('Cast', [build.add('Equal', [own, best])], { to: 1 });
    return { phi: share(own), right: build.add('Greater', [share(hits), build.scalar(0.5)]) };
  },
  'multi-label'(build, { outputs }) {
    const sides = build.add('Sub', [build.add('Mul', ['labels', build.scalar(2)]), build.scalar(1)]);
    const margins = build.add('Mul', [outputs, sides]);
    const worst = build.add('ReduceMin', [margins, last(build)], { keepdims: 0 });
    return { phi: mean(build, margins), right: build.add('Greater', [worst, build.scalar(0)]) };
  },
};

/**
 * The scoring graph of n rows: features [n,D], labels [n] or [n,L] -> phi [M,n] and right [M,n] (1 where the model is
 * right; of tokens where most are). phi = z_y - log sum_{j != y} exp z_j, which is log p_y - log(1 - p_y) without
 * cancellation (LiRA, arXiv 2112.03570, section VI.A); for several labels their mean; for regression minus the squared
 * error; for tokens their mean log-likelihood, nats.
 */
export function scoringGraph(slice: Slice, models: number, rows: number): Graph {
  const build = makeBuilder('p_');
  const outputs = forward(build, slice, { x: 'features', models, batch: rows, isStacked: false });
  const { phi, right } = scores[slice.task](build, { outputs, models, rows, slice });
  const put = (name: string, op: string, from: string, attributes = {}) =>
    build.put({ op, domain: '', inputs: [from], outputs: [name], attributes });
  put('phi', 'Identity', phi);
  put('right', 'Cast', right, { to: 1 });
  const { labels } = objectives[slice.task];
  return build.graph(
    'score',
    [
      { name: 'features', type: 'float32', shape: [rows, slice.width] },
      { name: 'labels', type: labels, shape: [rows, ...labelAxes(slice)] },
      ...parameterValues(slice, models),
    ],
    ['phi', 'right'].map((name) => ({ name, type: 'float32' as const, shape: [models, rows] })),
  );
}
