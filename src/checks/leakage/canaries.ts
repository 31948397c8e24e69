import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { trainedClasses } from '../../evidence/trained-classes.ts';
import { hash32, permutation } from '../../tensor/random.ts';

const ID = 'privacy-audit/canaries';
/** Canaries cost little beside their models, but too many would be another data set. */
const [MOST, LARGEST_SHARE] = [200, 0.1];

/**
 * Mislabelled canaries (Aerni, Zhang and Tramèr 2024, arXiv 2404.17399) in a replicate of their own: each takes the place
 * of its original, which no model trains on, and is in or out of each model by a fair coin. Null without two classes.
 */
export function canaryExperiment(
  evidence: Evidence,
  { shadows, privacy }: Pick<Experiment, 'shadows' | 'privacy'>,
): Experiment | null {
  const able = trainedClasses(evidence);
  if (able.large.length < 2) return null;
  const { rows, seed } = evidence;
  const order = permutation(hash32(seed, 0xca4a), able.rows.length);
  const units = new Map(Array.from(order, (at) => able.rows[at]!).map((row) => [rows[row]!.unit, row]));
  const chosen = [...units].slice(0, Math.min(MOST, Math.floor(LARGEST_SHARE * units.size)));
  return {
    id: ID,
    kind: 'plant',
    revision: 'head',
    inside: [],
    without: chosen.map(([unit]) => unit),
    plant: chosen.map(([, row]) => {
      const wrong = able.large.filter((label) => label !== rows[row]!.label);
      return { copyOf: row, label: wrong[hash32(seed, row, 0xca4a7) % wrong.length]! };
    }),
    seed: hash32(seed, 0xca4a7),
    shadows,
    ...(privacy ? { privacy } : {}),
  };
}

/** What came back: the models, and which of their rows are canaries and which are others that may be attacked. */
export interface Canaries {
  readonly ensemble: Ensemble;
  readonly canaries: readonly number[];
  readonly population: readonly number[];
}

/** Null where the budget cut the experiment. */
export function plantedCanaries(evidence: Evidence): Canaries | null {
  const result = evidence.experiments.find(({ experiment }) => experiment.id === ID);
  if (!result?.ensemble) return null;
  const { plant, without } = result.experiment;
  const originals = new Set(without);
  return {
    ensemble: result.ensemble,
    canaries: plant.map((_, index) => evidence.rows.length + index),
    population: trainedClasses(evidence).rows.filter((row) => !originals.has(evidence.rows[row]!.unit)),
  };
}
