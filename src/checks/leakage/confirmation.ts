import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { hash32 } from '../../tensor/random.ts';
import type { Shortlist, Suspect } from './shortlist.ts';
import type { Trial } from './trial.ts';

const ARMS = {
  applied: 'amplification/confirm/with',
  without: 'amplification/confirm/without',
  withoutDecoys: 'amplification/confirm/without-decoys',
  lastApplied: 'amplification/last/with',
  lastWithout: 'amplification/last/without',
} as const;

/** Models of a confirming ensemble per model of another: at 64, the error of D alone hid one harmed row in twelve. */
export const FRESH = 2;

/** Fresh ensembles with bits and seeds in common: the first models of any two are pairs. */
export interface Confirmation {
  readonly applied: Ensemble;
  /** All but the accused. */
  readonly without: Ensemble;
  /** All but the decoys; fewer models. Were decoys left out beside the accused, their effects would add to D. */
  readonly withoutDecoys: Ensemble;
  /** Null where nobody is named, or where what is claimed is beyond doubt. */
  readonly last: LastRound | null;
}

/** Fresh once more: the whole change, and all but those whom the finding names. */
export interface LastRound {
  readonly applied: Ensemble;
  readonly without: Ensemble;
}

/**
 * Asked once the trial is in, with seeds of its own: what was picked by one ensemble is not confirmed by the same. Only
 * those whom the finding would name are left out: what others do beside them is not laid to them.
 */
export function confirmingExperiments({ scores, seed }: Evidence, list: Shortlist, trial: Trial): Experiment[] {
  const accused = accusedBy(trial);
  if (accused.length === 0) return [];
  const models = scores.base?.models ?? 0;
  const arm = armOf(seed, list);
  return [
    { ...arm, id: ARMS.applied, shadows: FRESH * models, without: [] },
    { ...arm, id: ARMS.without, shadows: FRESH * models, without: accused },
    { ...arm, id: ARMS.withoutDecoys, shadows: models, without: arm.inside },
  ];
}

/**
 * Asked once the confirmation is in, where it clears some of the accused, since what these do beside the named is not laid
 * to the named; and where a claim is in doubt, since the largest of many rises is mostly one that luck made larger.
 */
export function lastExperiments(
  { scores, seed }: Evidence,
  trial: Trial,
  { named, isDoubtful }: { readonly named: readonly Suspect[]; readonly isDoubtful: boolean },
): Experiment[] {
  const without = unitsOf(named);
  const isCleared = without.length < accusedBy(trial).length;
  if (without.length === 0 || !(isDoubtful || isCleared)) return [];
  const shadows = FRESH * (scores.base?.models ?? 0);
  // Decoys come and go here like other rows, as they do in the models that the claim is about.
  const arm = {
    kind: 'retrain',
    revision: 'head',
    plant: [],
    inside: [],
    seed: hash32(seed, 0x1a57),
    shadows,
  } as const;
  return [
    { ...arm, id: ARMS.lastApplied, without: [] },
    { ...arm, id: ARMS.lastWithout, without },
  ];
}

function armOf(seed: number, { decoys }: Shortlist) {
  const inside = decoys.map(({ unit }) => unit);
  return { kind: 'retrain', revision: 'head', plant: [], inside, seed: hash32(seed, 0xc0f1) } as const;
}

const accusedBy = ({ accusations }: Trial) => unitsOf([...accusations.values()].flat());

const unitsOf = (suspects: readonly Suspect[]) => [...new Set(suspects.map(({ unit }) => unit))];

/** Null when one of the ensembles has not come back: the budget cut it. */
export function confirmationOf({ experiments }: Evidence): Confirmation | null {
  const arm = (id: string) => experiments.find(({ experiment }) => experiment.id === id)?.ensemble;
  const [applied, without, withoutDecoys] = [arm(ARMS.applied), arm(ARMS.without), arm(ARMS.withoutDecoys)];
  const [again, withoutNamed] = [arm(ARMS.lastApplied), arm(ARMS.lastWithout)];
  const last = again && withoutNamed ? { applied: again, without: withoutNamed } : null;
  return applied && without && withoutDecoys ? { applied, without, withoutDecoys, last } : null;
}
