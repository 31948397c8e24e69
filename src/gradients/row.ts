import type { Shape } from '../tensor/shape.ts';
import type { Backprop, Rule } from './rule.ts';

/** Zeros of a shape. */
export const zeros = (at: Backprop, shape: readonly number[]) =>
  at.build.add('Expand', [at.build.scalar(0), at.build.ints(shape)]);

/** The permutation that undoes one. */
export const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** The permutation that brings an axis to the front. */
export const toFront = (axis: number, rank: number): number[] => [
  axis,
  ...Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis),
];

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

export const floats = (...values: readonly number[]) => ({ type: 'float32', data: Float32Array.from(values) }) as const;

/** Shapes of a sample: '2x3' is [2,3], '' a scalar. */
export const shapes = (...texts: readonly string[]): Shape[] =>
  texts.map((text) => (text === '' ? [] : text.split('x').map(Number)));
