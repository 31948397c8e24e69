import type { InputGradients } from './gradients.ts';
import type { Revision } from './rows.ts';
import type { Ensemble } from './scores.ts';

/**
 * What a check may ask for after it has looked, and once more after it has seen what came back. Equal experiments (all
 * fields but `id`) of several checks run once.
 * `retrain`: fresh shadow models with fresh seeds; membership bits for base units, every change unit applied,
 * but `inside` units are forced in and `without` units are forced out (a removal: not applied). Two retrain experiments
 * with one seed share bits, initial weights and batch order.
 * `input-gradient`: the same, and how the models' logits answer to the inputs, where that can be told.
 * `plant`: a replicate of the screen in which `plant` rows are added, each a copy of a pool row under another label.
 * `revision`: where it takes place. At `base` no change unit is applied, and seeds depend on the repository alone: the
 * models are the same for every change of one base, and are kept with the base ensemble.
 */
export interface Experiment {
  readonly id: string;
  readonly kind: 'retrain' | 'input-gradient' | 'plant';
  readonly revision: Revision;
  readonly inside: readonly number[];
  readonly without: readonly number[];
  readonly plant: readonly PlantedRow[];
  /** Trained by DP-SGD: the norm that a row's gradient is cut to, and the noise in units of it. Absent: without noise. */
  readonly privacy?: { readonly clip: number; readonly noise: number };
  readonly seed: number;
  readonly shadows: number;
}

/** A wrong-label copy of a pool row, added for one experiment only. */
export interface PlantedRow {
  readonly copyOf: number;
  readonly label: number;
}

/** What came back. `ensemble` is null when the budget cut the experiment: the finding is then `unknown`. */
export interface ExperimentResult {
  readonly experiment: Experiment;
  /** For `plant`, rows N.. of the ensemble are the planted ones, in the order of `experiment.plant`. */
  readonly ensemble: Ensemble | null;
  /** Of an `input-gradient` experiment; null where they cannot be told. */
  readonly gradients?: InputGradients | null;
}
