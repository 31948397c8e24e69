import type { Known } from '../onnx/shape-rule.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Backprop, Rule } from './rule.ts';

/** An integer attribute, or its default. */
export const int = (at: Backprop, name: string, otherwise: number) =>
  (at.attributes[name] as number | undefined) ?? otherwise;

/** What a shape rule of the same node saw. */
export const knownOf = (at: Backprop): Known => ({
  node: { op: '', domain: '', inputs: at.inputs, outputs: at.outputs, attributes: at.attributes },
  shapes: at.inputs.map((name) => (name === '' ? [] : at.shape(name))),
  ints: at.ints,
});

/** Zeros of a shape. */
export const zeros = (at: Backprop, shape: readonly number[]) =>
  at.build.add('Expand', [at.build.scalar(0), at.build.ints(shape)]);

/** A row whose operator set has no end yet. */
export const row = (
  op: Rule['op'],
  since: number,
  inputs: Rule['inputs'],
  samples: Rule['samples'],
  keeps: Rule['keeps'] = [],
): Rule => ({
  ...{ op, opset: [since, 26] as const, keeps },
  inputs,
  samples,
});

/** A constant input of integers, for samples. */
export const fixed = (...values: readonly number[]) =>
  ({ type: 'int64', data: BigInt64Array.from(values, BigInt) }) as const;

/** Shapes of a sample: '2x3' is [2,3], '' a scalar. */
export const shapes = (...texts: readonly string[]): Shape[] =>
  texts.map((text) => (text === '' ? [] : text.split('x').map(Number)));
