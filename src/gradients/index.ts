import type { SliceOp } from '../onnx/schema.ts';
import { elementwise } from './elementwise.ts';
import { linear } from './linear.ts';
import { movement } from './movement.ts';
import { reductions } from './reductions.ts';
import type { Rule } from './rule.ts';
import { softmax } from './softmax.ts';

/** Every operator of a slice has a row; a missing one does not compile. */
export const rules: Readonly<Record<SliceOp, Rule>> = {
  ...elementwise,
  ...linear,
  ...movement,
  ...reductions,
  ...softmax,
};
