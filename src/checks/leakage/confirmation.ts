import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { freshPair } from './arms.ts';
import type { Shortlist, Suspect } from './shortlist.ts';
import type { Trial } from './trial.ts';

const ARMS = {
  applied: 'amplification/confirm/with',
  without: 'amplification/confirm/without',
  withoutDecoys: 'amplification/confirm/without-decoys',
} as const;
const LAST = { applied: 'amplification/last/with', without: 'amplification/last/without' } as const;

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
export function confirmingExperiments(evidence: Evidence, list: Shortlist, trial: Trial): Experiment[] {
  const accused = accusedBy(trial);
  if (accused.length === 0) return [];
  const decoys = unitsOf(list.decoys);
  const pair = freshPair(evidence, ARMS, { salt: 0xc0f1, factor: FRESH, without: accused, inside: decoys });
  const shadows = evidence.scores.base?.models ?? 0;
  return [...pair, { ...pair[0], id: ARMS.withoutDecoys, shadows, without: decoys }];
}

/**
 * Asked once the confirmation is in, where it clears some of the accused, since what these do beside the named is not laid
 * to the named; and where a claim is in doubt, since the largest of many rises is mostly one that luck made larger.
 */
export function lastExperiments(
  evidence: Evidence,
  trial: Trial,
  { named, isDoubtful }: { readonly named: readonly Suspect[]; readonly isDoubtful: boolean },
): Experiment[] {
  const without = unitsOf(named);
  const isCleared = without.length < accusedBy(trial).length;
  if (without.length === 0 || !(isDoubtful || isCleared)) return [];
  // Decoys come and go here like other rows, as they do in the models that the claim is about.
  return [...freshPair(evidence, LAST, { salt: 0x1a57, factor: FRESH, without })];
}

const accusedBy = ({ accusations }: Trial) => unitsOf([...accusations.values()].flat());

const unitsOf = (suspects: readonly Suspect[]) => [...new Set(suspects.map(({ unit }) => unit))];

/** Null when one of the ensembles has not come back: the budget cut it. */
export function confirmationOf({ experiments }: Evidence): Confirmation | null {
  const arm = (id: string) => experiments.find(({ experiment }) => experiment.id === id)?.ensemble;
  const [applied, without, withoutDecoys] = [arm(ARMS.applied), arm(ARMS.without), arm(ARMS.withoutDecoys)];
  const [again, withoutNamed] = [arm(LAST.applied), arm(LAST.without)];
  const last = again && withoutNamed ? { applied: again, without: withoutNamed } : null;
  return applied && without && withoutDecoys ? { applied, without, withoutDecoys, last } : null;
}
