import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment, PlantedRow } from '../../evidence/experiment.ts';
import type { Power } from '../../evidence/finding.ts';
import { makeScreen, strongestEffects } from '../../stats/interaction.ts';
import { hash32, permutation } from '../../tensor/random.ts';
import type { Shortlist } from './shortlist.ts';

const PLANTED = 20;
const RANK = 0.01;
/** A change of at most this share of base's units is in nobody's way. */
const SMALL = 0.1;
const ID = 'amplification/power';

/**
 * A replicate of the screen in which wrong-label copies of base rows are planted: beside the change where that is large
 * enough to be in the way, else in base alone, which is kept from one change to the next.
 */
export function powerExperiment(evidence: Evidence, list: Shortlist): Experiment {
  const isSmall = list.screened <= SMALL * list.reference.length;
  const seed = isSmall ? 0 : evidence.seed;
  return {
    id: ID,
    kind: 'plant',
    revision: isSmall ? 'base' : 'head',
    inside: [],
    without: [],
    plant: plantedRows(evidence, list, seed),
    seed: hash32(seed, 0x91a7),
    shadows: evidence.scores.base?.models ?? 0,
  };
}

/** Base rows and wrong labels, drawn by the seed. */
function plantedRows({ rows, classes }: Evidence, { screen }: Shortlist, seed: number): PlantedRow[] {
  const order = permutation(hash32(seed, 0x9057), screen.rows.length);
  return Array.from(order.slice(0, PLANTED), (at) => {
    const copyOf = screen.rows[at]!;
    const turn = 1 + (hash32(seed, copyOf, 0x1abe1) % Math.max(1, classes.length - 1));
    return { copyOf, label: (rows[copyOf]!.label! + turn) % classes.length };
  });
}

/** A planted copy is found when it ranks in the shortlist and its original is its strongest victim but two. */
export function measuredPower(evidence: Evidence, { screen, reference }: Shortlist): Power | null {
  const result = evidence.experiments.find(({ experiment }) => experiment.id === ID);
  if (!result?.ensemble) return null;
  const { ensemble, experiment } = result;
  const replicate = makeScreen(ensemble.phi, ensemble.inside, ensemble.rows, screen.rows);
  const first = evidence.rows.length;
  const units = experiment.plant.map((_, index) => ({
    unit: -1 - index,
    bits: Uint8Array.from(
      { length: ensemble.models },
      (_, model) => ensemble.inside[model * ensemble.rows + first + index]!,
    ),
    own: new Set<number>(),
  }));
  const found = strongestEffects(replicate, units, 3).filter((effects, index) => {
    const p = (1 + reference.filter((strength) => strength >= (effects[0]?.t ?? -1)).length) / (1 + reference.length);
    return p <= RANK && effects.some(({ row }) => row === experiment.plant[index]!.copyOf);
  });
  return { planted: units.length, found: found.length };
}
