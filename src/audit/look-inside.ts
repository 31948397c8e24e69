import { type Builder, makeBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { type Graph, int64, type Value } from '../onnx/graph.ts';
import { refusingRuntime } from '../onnx/refusing-runtime.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { batchStarts } from '../tensor/batches.ts';
import { parameterFeeds, type Weights } from '../training/group.ts';
import { type BuiltInSlice, forward, isAffine, parameterValues, type Slice } from '../training/slice.ts';

const ROWS_AT_ONCE = 512;

/** What trained models hold of n rows: the first for any slice of classes, the rest as far as its layers are known. */
export interface Inside {
  /** [M,n,C] */
  readonly logits: Float32Array;
  /** [M,n,H]: what the last layer takes in; null where that is the row itself, or a model's own layer. */
  readonly hidden: Float32Array | null;
  /** [M,n]: squared length of the loss's gradient for the row by all parameters; null for a model's own layers. */
  readonly gradient: Float32Array | null;
}

/** Rows that are asked about. */
export interface AskedRows {
  /** [n,D] */
  readonly features: Float32Array;
  /** [n] */
  readonly labels: readonly number[];
}

/** Asks the models of a group about rows. @param slice of classes. */
export async function lookInside(
  { slice, runtime, weights, models }: { slice: Slice; runtime: Runtime; weights: Weights; models: number },
  { features, labels }: AskedRows,
): Promise<Inside> {
  const n = labels.length;
  const rows = Math.min(n, ROWS_AT_ONCE);
  const { graph, widths } = insideGraph(slice, models, rows);
  const found = Object.fromEntries(
    Object.entries(widths).map(([name, width]) => [name, new Float32Array(models * n * width)]),
  );
  const compute = slice.kind === 'model' ? refusingRuntime(runtime) : runtime;
  const session = await compute.create(encodeModel(withKernels(graph, compute.provider)));
  try {
    const parameters = parameterFeeds(slice, weights, models);
    const { width } = slice;
    for (const start of batchStarts(n, rows)) {
      const data = features.subarray(start * width, (start + rows) * width);
      const own = BigInt64Array.from(labels.slice(start, start + rows), BigInt);
      const part = await session.run({
        ...parameters,
        features: { type: 'float32', shape: [rows, width], data },
        ...(slice.kind === 'model' ? {} : { labels: { type: 'int64', shape: [rows], data: own } }),
      });
      for (const [name, each] of Object.entries(widths))
        for (let model = 0; model < models; model++) {
          const cells = (part[name] as Float32Array).subarray(model * rows * each, (model + 1) * rows * each);
          found[name]!.set(cells, (model * n + start) * each);
        }
    }
  } finally {
    await session.release();
  }
  return { logits: found.logits!, hidden: found.hidden ?? null, gradient: found.gradient ?? null };
}

/** features [n,D], labels [n] and the parameters -> what is asked for, and how many numbers a row each output has. */
function insideGraph(slice: Slice, models: number, rows: number): { graph: Graph; widths: Record<string, number> } {
  const build = makeBuilder('a_');
  const widths: Record<string, number> = { logits: slice.outputs };
  if (!isAffine(slice)) {
    const logits = forward(build, slice, { x: 'features', models, batch: rows, isStacked: false });
    put(build, 'logits', logits);
  } else {
    const { logits, hidden, gradient } = builtIn(build, slice);
    put(build, 'logits', logits);
    put(build, 'gradient', gradient);
    widths.gradient = 1;
    if (hidden !== null) {
      put(build, 'hidden', hidden);
      widths.hidden = slice.hidden;
    }
  }
  const inputs: Value[] = [
    { name: 'features', type: 'float32', shape: [rows, slice.width] },
    ...(isAffine(slice) ? [{ name: 'labels', type: 'int64', shape: [rows] } as const] : []),
    ...parameterValues(slice, models),
  ];
  const outputs = Object.entries(widths).map(([name, width]): Value => {
    const shape = name === 'gradient' ? [models, rows] : [models, rows, width];
    return { name, type: 'float32', shape };
  });
  return { graph: build.graph('inside', inputs, outputs), widths };
}

const put = (build: Builder, name: string, from: string) =>
  build.put({ op: 'Identity', domain: '', inputs: [from], outputs: [name], attributes: {} });

/**
 * The gradient's length in closed form: of an affine layer with input a and error d at its output it is d a^T, and d
 * itself for the bias, so that its square is |d|^2 (|a|^2 + 1) (Goodfellow 2015, arXiv 1510.01799); summed over layers,
 * as whoever holds the parameters can tell it (Nasr et al., S&P 2019, arXiv 1812.00910).
 */
function builtIn(build: Builder, { kind, outputs }: BuiltInSlice) {
  const affine = (from: string, name: string) =>
    build.add('Add', [build.add('MatMul', [from, `${name}_weight`]), `${name}_bias`]);
  const sum = (name: string, keepdims: 0 | 1) => build.add('ReduceSum', [name, build.ints([-1])], { keepdims });
  const squared = (name: string) => sum(build.add('Mul', [name, name]), 0);
  const withBias = (name: string) => build.add('Add', [squared(name), build.scalar(1)]);
  const hidden = kind === 'softmax' ? null : build.add('Relu', [affine('features', 'hidden')]);
  const input = hidden ?? 'features';
  const logits = affine(input, 'output');
  const depth = build.constant(int64('a_depth', [], [outputs]));
  const own = build.add('OneHot', ['labels', depth, build.floats([0, 1])], { axis: -1 });
  const others = build.add('Mul', [
    build.add('Softmax', [logits], { axis: -1 }),
    build.add('Sub', [build.scalar(1), own]),
  ]);
  // The own class's error is p - 1: taken as minus the sum of the others, it does not vanish where p rounds to 1.
  const error = build.add('Sub', [others, build.add('Mul', [own, sum(others, 1)])]);
  const last = build.add('Mul', [squared(error), withBias(input)]);
  if (hidden === null) return { logits, hidden, gradient: last };
  const back = build.add('MatMul', [error, build.add('Transpose', ['output_weight'], { perm: [0, 2, 1] })]);
  const isOn = build.add('Cast', [build.add('Greater', [hidden, build.scalar(0)])], { to: 1 });
  const first = build.add('Mul', [squared(build.add('Mul', [back, isOn])), withBias('features')]);
  return { logits, hidden, gradient: build.add('Add', [last, first]) };
}
