import { BROADCASTS, OPSET, pass, SHAPES, spread } from './local.ts';
import { floats } from './row.ts';
import type { Rule, Sample } from './rule.ts';

const flat = (op: Rule['op'], samples: readonly Sample[], inputs: number): Rule => ({
  ...{ op, opset: OPSET, keeps: [] },
  inputs: Array.from({ length: inputs }, () => 'constant' as const),
  samples,
});
const comparison = (op: Rule['op']) => flat(op, BROADCASTS, 2);
const step = (op: Rule['op']) => flat(op, SHAPES, 1);

/** Operators that jump, and between their jumps are flat, or as steep as their input. */
export const steps = {
  ...{ Greater: comparison('Greater'), GreaterOrEqual: comparison('GreaterOrEqual') },
  ...{ Less: comparison('Less'), LessOrEqual: comparison('LessOrEqual'), Equal: comparison('Equal') },
  ...{ And: comparison('And'), Or: comparison('Or'), Xor: comparison('Xor'), Not: step('Not') },
  ...{ Sign: step('Sign'), Floor: step('Floor'), Ceil: step('Ceil'), Round: step('Round') },
  ...{ IsNaN: step('IsNaN'), IsInf: step('IsInf') },
  /** Of whole numbers nothing asks for a gradient; of floats (fmod) a - b trunc(a/b). */
  Mod: {
    ...{ op: 'Mod', opset: [13, 26], keeps: ['inputs', 'output'] },
    inputs: [
      spread(0, pass),
      spread(1, (at) => {
        const whole = at.build.add('Div', [at.build.add('Sub', [at.output, at.inputs[0]!]), at.inputs[1]!]);
        return at.build.add('Mul', [at.gradient, whole]);
      }),
    ],
    samples: [
      { shapes: [[5], [1]], fixed: { 1: floats(0.83) }, attributes: { fmod: 1 } },
      { shapes: [[1], [4]], fixed: { 0: floats(3.1) }, attributes: { fmod: 1 }, range: [0.9, 1.3] },
      { shapes: [[2, 1], [3]], fixed: { 0: floats(-2.5, 3.1) }, attributes: { fmod: 1 }, range: [0.9, 1.3] },
    ],
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
