import { shapes } from './row.ts';
import { type Backprop, type Formula, type Rule, type Sample, sumTo } from './rule.ts';

/** Operator sets of operators that broadcast as numpy does, from the first one that does on. */
export const OPSET = [7, 26] as const;

export const BROADCASTS: readonly Sample[] = [
  { shapes: shapes('2x3', '2x3') },
  { shapes: shapes('2x3', '3') },
  { shapes: shapes('4x2x3', '4x1x3') },
  { shapes: shapes('2x1', '4x1x3') },
];
export const SHAPES: readonly Sample[] = ['5', '2x3', '4x2x3'].map((text) => ({ shapes: shapes(text) }));

export const within = (samples: readonly Sample[], range: readonly [number, number]): readonly Sample[] =>
  samples.map((sample) => ({ ...sample, range }));
export const positive = (samples: readonly Sample[]): readonly Sample[] => within(samples, [0.5, 2]);

/** The gradient with respect to input `index` of a broadcasting operator: a local formula, then the sum over copies. */
export const spread =
  (index: number, local: Formula): Formula =>
  (at) =>
    sumTo(at.build, local(at), at.shape(at.output), at.shape(at.inputs[index]!));

/** d(out)/d(in) times the gradient. */
export const times =
  (factor: (at: Backprop, x: string, y: string) => string): Formula =>
  (at) =>
    at.build.add('Mul', [at.gradient, factor(at, at.inputs[0]!, at.output)]);

export const unary = (op: Rule['op'], keeps: Rule['keeps'], formula: Formula, samples = SHAPES): Rule => ({
  ...{ op, opset: OPSET, keeps },
  inputs: [formula],
  samples,
});

export const neg: Formula = (at) => at.build.add('Neg', [at.gradient]);
export const pass: Formula = (at) => at.gradient;

/** Truth values as 1 and 0; other numbers as floats. */
export const toFloat = (at: Backprop, name: string): string => at.build.add('Cast', [name], { to: 1 });

/** 1 where x > bound, else 0. */
export const above = (at: Backprop, x: string, bound = 0): string =>
  toFloat(at, at.build.add('Greater', [x, at.build.scalar(bound)]));

/** 1 + x y, 1 - x y and the like: `sign` 1 or -1. */
export const onePlus = (at: Backprop, sign: 1 | -1, x: string, y = x): string =>
  at.build.add(sign === 1 ? 'Add' : 'Sub', [at.build.scalar(1), at.build.add('Mul', [x, y])]);
