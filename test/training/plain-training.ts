import type { Recipe } from '../../src/training/recipe.ts';
import type { BuiltInSlice } from '../../src/training/slice.ts';

/** One model's parameters (and optimizer states), by name; double precision, row-major. */
export type Parameters = Record<string, Float64Array>;

/** One step's batch of one model: row numbers and weights [B]. */
export interface Batch {
  readonly rows: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

export interface Rows {
  /** [N,D] */
  readonly features: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** x [n,from] times w [from,to], plus b [to]. */
function affine(x: Float64Array, w: Float64Array, b: Float64Array): Float64Array {
  const to = b.length;
  const from = w.length / to;
  const n = x.length / from;
  const out = new Float64Array(n * to);
  for (let row = 0; row < n; row++)
    for (let j = 0; j < to; j++) {
      let sum = b[j]!;
      for (let i = 0; i < from; i++) sum += x[row * from + i]! * w[i * to + j]!;
      out[row * to + j] = sum;
    }
  return out;
}

/** Logits or predictions [n,C] of one model about rows, and the hidden layer before and after relu. */
export function predict(
  slice: BuiltInSlice,
  p: Parameters,
  x: Float64Array,
): { hidden: Float64Array | null; outputs: Float64Array } {
  if (slice.kind === 'softmax') return { hidden: null, outputs: affine(x, p.output_weight!, p.output_bias!) };
  const hidden = affine(x, p.hidden_weight!, p.hidden_bias!).map((value) => Math.max(0, value));
  return { hidden, outputs: affine(hidden, p.output_weight!, p.output_bias!) };
}

/** d(loss)/d(outputs) [B,C]: softmax less one-hot, or prediction less target, each row by its weight over B. */
function errors(
  slice: BuiltInSlice,
  outputs: Float64Array,
  targets: number[],
  weights: ArrayLike<number>,
): Float64Array {
  const C = slice.outputs;
  const B = targets.length;
  const delta = new Float64Array(B * C);
  for (let row = 0; row < B; row++) {
    const z = outputs.subarray(row * C, (row + 1) * C);
    const top = Math.max(...z);
    const total = z.reduce((sum, value) => sum + Math.exp(value - top), 0);
    for (let j = 0; j < C; j++) {
      const error =
        slice.task === 'regression'
          ? z[j]! - targets[row]!
          : Math.exp(z[j]! - top) / total - (targets[row] === j ? 1 : 0);
      delta[row * C + j] = (error * weights[row]!) / B;
    }
  }
  return delta;
}

/** Gradients of one affine layer: x' delta [from,to] and the column sums [to]. */
function layerGradients(x: Float64Array, delta: Float64Array, to: number): [Float64Array, Float64Array] {
  const n = delta.length / to;
  const from = x.length / n;
  const weight = new Float64Array(from * to);
  const bias = new Float64Array(to);
  for (let row = 0; row < n; row++)
    for (let j = 0; j < to; j++) {
      const d = delta[row * to + j]!;
      bias[j]! += d;
      for (let i = 0; i < from; i++) weight[i * to + j]! += x[row * from + i]! * d;
    }
  return [weight, bias];
}

function gradientsOf(slice: BuiltInSlice, p: Parameters, { features, labels }: Rows, batch: Batch): Parameters {
  const D = slice.width;
  const picked = Array.from(batch.rows);
  const x = Float64Array.from(picked.flatMap((row) => Array.from(features.subarray(row * D, (row + 1) * D))));
  const { hidden, outputs } = predict(slice, p, x);
  const targets = picked.map((row) => labels[row]!);
  const delta = errors(slice, outputs, targets, batch.weights);
  const [output_weight, output_bias] = layerGradients(hidden ?? x, delta, slice.outputs);
  if (!hidden) return { output_weight, output_bias };
  const C = slice.outputs;
  const H = slice.hidden;
  const below = new Float64Array(hidden.length);
  for (let row = 0; row < picked.length; row++)
    for (let i = 0; i < H; i++) {
      if (hidden[row * H + i]! <= 0) continue;
      for (let j = 0; j < C; j++) below[row * H + i]! += delta[row * C + j]! * p.output_weight![i * C + j]!;
    }
  const [hidden_weight, hidden_bias] = layerGradients(x, below, H);
  return { hidden_weight, hidden_bias, output_weight, output_bias };
}

/** A model that is trained step by step in plain loops, to compare the ONNX Loop with. */
export function plainTraining(slice: BuiltInSlice, recipe: Recipe, start: Parameters, rows: Rows) {
  const weights: Parameters = Object.fromEntries(
    Object.entries(start).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const zeros = () => Object.fromEntries(Object.entries(start).map(([name, w]) => [name, new Float64Array(w.length)]));
  const [first, second] = [zeros(), zeros()];
  let steps = 0;
  const step = (batch: Batch, rate: number) => {
    steps++;
    for (const [name, gradient] of Object.entries(gradientsOf(slice, weights, rows, batch))) {
      const [w, m, v] = [weights[name]!, first[name]!, second[name]!];
      const decay = name.endsWith('_weight') ? recipe.decay : 0;
      gradient.forEach((g, i) => {
        if (recipe.optimizer === 'sgd') {
          m[i] = 0.9 * m[i]! + g + decay * w[i]!;
          w[i]! -= rate * m[i]!;
        } else {
          m[i] = 0.9 * m[i]! + 0.1 * g;
          v[i] = 0.999 * v[i]! + 0.001 * g * g;
          const mean = m[i]! / (1 - 0.9 ** steps);
          const root = Math.sqrt(v[i]! / (1 - 0.999 ** steps)) + 1e-8;
          w[i]! -= rate * (mean / root + decay * w[i]!);
        }
      });
    }
  };
  return { weights, step };
}
