/** DP-SGD (Abadi et al. 2016, arXiv 1607.00133, algorithm 1): what a row may do to a step, and what hides it. */
export interface Privacy {
  /** C: the norm that a row's own gradient is cut to. */
  readonly clip: number;
  /** Standard deviation of the noise on the sum of a batch's gradients, in units of C; 0 clips alone and promises nothing. */
  readonly noise: number;
}

/** How a shadow model is trained: fixed in the plan, the same for every ensemble. */
export interface Recipe {
  readonly optimizer: 'sgd' | 'adamw';
  /** Peak learning rate of the cosine schedule. */
  readonly rate: number;
  /** Weight decay, on weights but not on biases. */
  readonly decay: number;
  /** B */
  readonly batch: number;
  readonly epochs: number;
  /** With it batches are drawn by Poisson sampling, `batch` rows on average: what its accountant assumes. */
  readonly privacy?: Privacy;
}

/** Cosine schedule from the peak to zero (Loshchilov and Hutter 2017, eq. 5, one cycle). `step` counts from 0. */
export function cosineRate(recipe: Recipe, step: number, steps: number): number {
  return 0.5 * recipe.rate * (1 + Math.cos((Math.PI * step) / steps));
}

const STEPS_WANTED = 480;

/**
 * Epochs so that the models fit what the data allow: about 480 steps, at least 10 epochs and at most 60. Depends on
 * the number of training rows alone, so that every machine plans the same.
 */
export function epochsFor(trainingRows: number, batch: number): number {
  const stepsPerEpoch = Math.max(1, Math.ceil(trainingRows / 2 / batch));
  return Math.min(60, Math.max(10, Math.ceil(STEPS_WANTED / stepsPerEpoch)));
}
