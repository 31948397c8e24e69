import type { SliceOp } from '../onnx/schema.ts';
import { activations } from './activations.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { elementwise } from './elementwise.ts';
import { gathering } from './gathering.ts';
import { linear } from './linear.ts';
import { movement } from './movement.ts';
import { normalisation } from './normalisation.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reductions.ts';
import type { Rule } from './rule.ts';
import { softmax } from './softmax.ts';
import { steps } from './steps.ts';

/** Every operator of a slice has a row; a missing one does not compile. */
export const rules: Readonly<Record<SliceOp, Rule>> = {
  ...elementwise,
  ...activations,
  ...steps,
  ...linear,
  ...movement,
  ...cutting,
  ...gathering,
  ...reductions,
  ...softmax,
  ...convolution,
  ...pooling,
  ...normalisation,
};
