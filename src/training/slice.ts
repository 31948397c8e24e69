import type { Builder } from '../onnx/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { hash32 } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/**
 * The trainable part: softmax regression, or an MLP with one hidden layer (relu). For regression the one output is
 * the prediction. Parameters carry a leading axis M.
 */
export interface Slice {
  readonly kind: 'softmax' | 'mlp';
  readonly task: 'classification' | 'regression';
  /** D */
  readonly width: number;
  /** H; 0 for softmax regression. */
  readonly hidden: number;
  /** C; 1 for regression. */
  readonly outputs: number;
}

export interface Parameter {
  readonly name: string;
  /** Without the leading axis M. */
  readonly shape: Shape;
  /** Half-width of the uniform distribution that initial weights are drawn from (Glorot and Bengio 2010, eq. 16). */
  readonly bound: number;
}

const glorot = (inputs: number, outputs: number) => Math.sqrt(6 / (inputs + outputs));

export function parametersOf({ kind, width, hidden, outputs }: Slice): readonly Parameter[] {
  const layer = (name: string, from: number, to: number): Parameter[] => [
    { name: `${name}_weight`, shape: [from, to], bound: glorot(from, to) },
    { name: `${name}_bias`, shape: [1, to], bound: 0 },
  ];
  return kind === 'softmax'
    ? layer('output', width, outputs)
    : [...layer('hidden', width, hidden), ...layer('output', hidden, outputs)];
}

export function parameterValues(slice: Slice, models: number): Value[] {
  return parametersOf(slice).map(({ name, shape }) => ({ name, type: 'float32', shape: [models, ...shape] }));
}

/** Writes the forward pass: x [M,B,D] or [B,D] -> logits [M,B,C]; reads the parameters by name. */
export function forward(build: Builder, { kind }: Slice, x: string): string {
  const affine = (from: string, name: string) =>
    build.add('Add', [build.add('MatMul', [from, `${name}_weight`]), `${name}_bias`]);
  return kind === 'softmax' ? affine(x, 'output') : affine(build.add('Relu', [affine(x, 'hidden')]), 'output');
}

/** Initial weights [M, ...] of one parameter: a pure function of each model's key, so that ensembles can share them. */
export function initialWeights(parameter: Parameter, index: number, modelKeys: readonly number[]): Float32Array {
  const size = sizeOf(parameter.shape);
  const weights = new Float32Array(modelKeys.length * size);
  if (parameter.bound === 0) return weights;
  const scale = (2 * parameter.bound) / 0x1_0000_0000;
  modelKeys.forEach((key, model) => {
    for (let i = 0; i < size; i++) weights[model * size + i] = hash32(key, i, index) * scale - parameter.bound;
  });
  return weights;
}

/** Floating-point operations of one pass forwards and backwards over one row by one model. */
export function flopsPerRow({ kind, width, hidden, outputs }: Slice): number {
  return kind === 'softmax' ? 2 * 2 * width * outputs : 2 * (2 * width * hidden + 3 * hidden * outputs);
}

export function describeSlice({ kind, task, width, hidden, outputs }: Slice): string {
  const sizes = kind === 'softmax' ? `${width}-${outputs}` : `${width}-${hidden}-${outputs}`;
  return `built-in ${task === 'regression' ? 'regression' : 'classifier'}: ${kind === 'softmax' ? 'linear' : 'MLP'} ${sizes}`;
}
