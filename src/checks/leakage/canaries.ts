import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { hash32, permutation } from '../../tensor/random.ts';

const ID = 'privacy-audit/canaries';
/** Of a class with fewer rows, too few are in and out of a model. */
const FEWEST_OF_CLASS = 4;
/** Canaries cost little beside their models, but too many would be another data set. */
const [MOST, LARGEST_SHARE] = [200, 0.1];

/** What may be mislabelled: labelled training rows of head whose class has four or more, and those classes. */
export function mislabelledRows({ rows, classes }: Pick<Evidence, 'rows' | 'classes'>): {
  readonly rows: readonly number[];
  readonly classes: readonly number[];
} {
  const trained = rows.flatMap(({ inHead, split, label }, index) =>
    inHead && split === 'train' && label !== null ? [index] : [],
  );
  const counts = classes.map(() => 0);
  for (const row of trained) counts[rows[row]!.label!]!++;
  const isLarge = counts.map((count) => count >= FEWEST_OF_CLASS);
  return {
    rows: trained.filter((row) => isLarge[rows[row]!.label!]),
    classes: classes.flatMap((_, label) => (isLarge[label] ? [label] : [])),
  };
}

/**
 * Mislabelled canaries (Aerni, Zhang and Tramèr 2024, arXiv 2404.17399) in a replicate of their own: each takes the place
 * of its original, which no model trains on, and is in or out of each model by a fair coin. Null without two classes.
 */
export function canaryExperiment(
  evidence: Evidence,
  { shadows, privacy }: Pick<Experiment, 'shadows' | 'privacy'>,
): Experiment | null {
  const able = mislabelledRows(evidence);
  if (able.classes.length < 2) return null;
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
      const wrong = able.classes.filter((label) => label !== rows[row]!.label);
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
    population: mislabelledRows(evidence).rows.filter((row) => !originals.has(evidence.rows[row]!.unit)),
  };
}
