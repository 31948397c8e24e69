import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import { hash32 } from '../../tensor/random.ts';

/** Ids under which the ensembles of a pair come back. */
export interface PairIds {
  readonly applied: string;
  readonly without: string;
}

/**
 * Two fresh ensembles that share bits, weights and order: the whole change, and all of it but some units.
 * @param of.salt keeps the pair's seeds apart from those of others. @param of.factor models per model of base's ensemble.
 * @param of.inside base units that are in every model.
 */
export function freshPair(
  { scores, seed }: Evidence,
  ids: PairIds,
  of: {
    readonly salt: number;
    readonly factor: number;
    readonly without: readonly number[];
    readonly inside?: readonly number[];
  },
): readonly [Experiment, Experiment] {
  const { salt, factor, without, inside = [] } = of;
  const shadows = factor * (scores.base?.models ?? 0);
  const arm = { kind: 'retrain', revision: 'head', plant: [], inside, seed: hash32(seed, salt), shadows } as const;
  return [
    { ...arm, id: ids.applied, without: [] },
    { ...arm, id: ids.without, without },
  ];
}
