import type { InputGradients } from './gradients.ts';

/** What a model that is submitted, or was merged before, itself says of every row of the pool. */
export interface ReleasedScores {
  /** [N] log p_y - log sum of the others (nats), minus the squared error for regression; NaN without a label. */
  readonly phi: Float32Array;
  /** [N] class with the largest answer; -1 for regression. */
  readonly predicted: Int32Array;
  /** [N] softmax probability of that class, in [0, 1]; NaN for regression. */
  readonly confidence: Float32Array;
}

/** The submitted model and the one it replaces. A side is null where there is none. */
export interface Release {
  readonly base: ReleasedScores | null;
  readonly head: ReleasedScores | null;
  /** False where both are the same file. */
  readonly changed: boolean;
  /** Of head's slice with the weights it came with; null where it cannot be told, or was not asked for. */
  readonly gradients: InputGradients | null;
}
