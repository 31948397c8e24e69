/** How each class's logit answers to each input of the slice. */
export interface InputGradients {
  readonly models: number;
  /** C */
  readonly classes: number;
  /** D */
  readonly width: number;
  /** [M,C,D] row-major: mean over rows of d(z_c - mean of all z)/dx, nats a unit of the input. */
  readonly values: Float32Array;
}
