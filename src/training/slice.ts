import type { Builder } from '../onnx/builder.ts';
import type { Value } from '../onnx/graph.ts';
import {
  describeLanguage,
  forwardLanguage,
  type LanguageSlice,
  languageFlops,
  languageParameters,
} from './language-slice.ts';
import { forwardModel, type ModelSlice } from './model-slice.ts';
import { objectives } from './objectives.ts';
import { glorot, type Parameter } from './parameter.ts';

/** The trainable part: a built-in one, or the last layers of a model. Parameters carry a leading axis M. */
export type Slice = BuiltInSlice | LanguageSlice | ModelSlice;

/** Softmax regression, or an MLP with one hidden layer (relu). For regression the one output is the prediction. */
export interface BuiltInSlice {
  readonly kind: 'softmax' | 'mlp';
  readonly task: 'classification' | 'regression';
  /** D */
  readonly width: number;
  /** H; 0 for softmax regression. */
  readonly hidden: number;
  /** C; 1 for regression. */
  readonly outputs: number;
}

/** Values that a slice gives a row: C, but for tokens, and for two classes by one logit. */
export const sizesOf = (slice: Slice) => ({
  outputs: slice.outputs,
  answers: slice.kind === 'model' ? slice.answers : slice.outputs,
});

/** Axes of the labels as they are fed, behind N. */
export function labelAxes(slice: Slice): number[] {
  const count = objectives[slice.task].perRow(sizesOf(slice));
  return slice.task === 'classification' || slice.task === 'regression' ? [] : [count];
}

export function parametersOf(slice: Slice): readonly Parameter[] {
  if (slice.kind === 'model') return slice.parameters;
  if (slice.kind === 'language') return languageParameters(slice);
  const { kind, width, hidden, outputs } = slice;
  const layer = (name: string, from: number, to: number): Parameter[] => [
    { name: `${name}_weight`, shape: [from, to], bound: glorot(from, to), decays: true },
    { name: `${name}_bias`, shape: [1, to], bound: 0, decays: false },
  ];
  return kind === 'softmax'
    ? layer('output', width, outputs)
    : [...layer('hidden', width, hidden), ...layer('output', hidden, outputs)];
}

export function parameterValues(slice: Slice, models: number): Value[] {
  return parametersOf(slice).map(({ name, shape }) => ({ name, type: 'float32', shape: [models, ...shape] }));
}

/** Writes the forward pass: x [M,B,D] or, of all models at once, [B,D] -> logits [M,B,C]; reads the parameters by name. */
export function forward(
  build: Builder,
  slice: Slice,
  at: { readonly x: string; readonly models: number; readonly batch: number; readonly isStacked: boolean },
): string {
  if (slice.kind === 'model') return forwardModel(build, slice, at);
  if (slice.kind === 'language') return forwardLanguage(build, slice, at);
  return affineLayers(build, slice, at.x).at(-1)!.output;
}

/** Whether a slice is affine maps with a relu between: what has closed forms. */
export const isAffine = (slice: Slice): slice is BuiltInSlice => slice.kind === 'softmax' || slice.kind === 'mlp';

/** The same, layer by layer: what each affine map takes in and gives, [M,B, ...]. The last one gives the logits. */
export function affineLayers(build: Builder, slice: BuiltInSlice, x: string): { input: string; output: string }[] {
  const layer = (input: string, name: string) => ({
    input,
    output: build.add('Add', [build.add('MatMul', [input, `${name}_weight`]), `${name}_bias`]),
  });
  if (slice.kind === 'softmax') return [layer(x, 'output')];
  const hidden = layer(x, 'hidden');
  return [hidden, layer(build.add('Relu', [hidden.output]), 'output')];
}

/** Floating-point operations of one pass forwards and backwards over one row by one model. */
export function flopsPerRow(slice: Slice): number {
  if (slice.kind === 'model') return slice.flops;
  if (slice.kind === 'language') return languageFlops(slice);
  const { kind, width, hidden, outputs } = slice;
  return kind === 'softmax' ? 2 * 2 * width * outputs : 2 * (2 * width * hidden + 3 * hidden * outputs);
}

export function describeSlice(slice: Slice): string {
  if (slice.kind === 'model') return slice.title;
  if (slice.kind === 'language') return describeLanguage(slice);
  const { kind, task, width, hidden, outputs } = slice;
  const sizes = kind === 'softmax' ? `${width}-${outputs}` : `${width}-${hidden}-${outputs}`;
  return `built-in ${task === 'regression' ? 'regression' : 'classifier'}: ${kind === 'softmax' ? 'linear' : 'MLP'} ${sizes}`;
}
