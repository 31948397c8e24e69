/** Which shadow models an ensemble holds; see docs/method.md. */
export type EnsembleName = 'base' | 'with' | 'screen' | 'without';

/** The answers of M shadow models about N pool rows. */
export interface Ensemble {
  readonly name: EnsembleName;
  readonly models: number;
  readonly rows: number;
  /** [M,N] row-major: log p_y - log sum of the others (nats); minus scaled squared error for regression. */
  readonly phi: Float32Array;
  /** [M,N] row-major: 1 where the row was in the training set of the model. */
  readonly inside: Uint8Array;
  /** Mean accuracy over the shadow models (regression: R squared), in [0, 1], on their own and on held-back rows. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** What was measured per revision, and which ensembles were trained; where base has no labelled rows, `screen` alone. */
export interface Scores {
  readonly base: Ensemble | null;
  readonly with: Ensemble | null;
  readonly screen: Ensemble | null;
}

/** The models that are asked about rows by themselves: base's, or, where base has no labelled rows, those of the new ones. */
export const ownEnsemble = ({ base, screen }: Scores): Ensemble | null => base ?? screen;
