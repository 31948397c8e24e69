import { BROADCASTS, OPSET, SHAPES } from './local.ts';
import type { Rule, Sample } from './rule.ts';

const flat = (op: Rule['op'], samples: readonly Sample[], inputs: number): Rule => ({
  ...{ op, opset: OPSET, keeps: [] },
  inputs: Array.from({ length: inputs }, () => 'constant' as const),
  samples,
});
const comparison = (op: Rule['op']) => flat(op, BROADCASTS, 2);
const step = (op: Rule['op']) => flat(op, SHAPES, 1);

/** Operators that are flat between their jumps: no gradient flows. */
export const steps = {
  ...{ Greater: comparison('Greater'), GreaterOrEqual: comparison('GreaterOrEqual') },
  ...{ Less: comparison('Less'), LessOrEqual: comparison('LessOrEqual'), Equal: comparison('Equal') },
  ...{ And: comparison('And'), Or: comparison('Or'), Xor: comparison('Xor'), Not: step('Not') },
  ...{ Sign: step('Sign'), Floor: step('Floor'), Ceil: step('Ceil'), Round: step('Round') },
  ...{ IsNaN: step('IsNaN'), IsInf: step('IsInf') },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
