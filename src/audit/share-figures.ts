import type { Ensemble } from '../evidence/scores.ts';
import { armsOf, dPrime } from '../stats/arms.ts';
import { crossedError, crossedScores } from '../stats/leakage.ts';
import type { LiraScores } from '../stats/lira.ts';
import { atRecall, precisionOf } from '../stats/precision.ts';
import { tprAt } from '../stats/roc.ts';
import type { Measure } from './audit.ts';
import { bounded, plain } from './measures.ts';
import type { Shares } from './mislabelled-share.ts';

/** Where precision is read: the attack names this share of the members, who are this share of those asked about. */
export const POINTS = [
  { recall: 0.1, prior: 0.5 },
  { recall: 0.1, prior: 0.01 },
  { recall: 0.5, prior: 0.01 },
] as const;

/** A figure of an ensemble, and what it is when each group of models, then of rows, is left out. */
export interface Crossed {
  readonly value: number;
  readonly parts: readonly number[];
}

/** LiRA on rows under one ensemble. */
export interface Judged {
  readonly dPrimes: readonly number[];
  readonly tprs: readonly (Crossed & { readonly rate: number; readonly falsePositives: number; readonly n: number })[];
  /** At each of `POINTS`. */
  readonly precisions: readonly Crossed[];
  /** Mean of the models on rows that did not train them. */
  readonly accuracy: number;
}

/** One share of the rows: everyone else's where the attacker's labels are right, and where they are wrong. */
export interface ShareLine {
  readonly shares: Shares;
  readonly right: Judged;
  readonly wrong: Judged;
}

/** What LiRA makes of everyone else's rows. @param rates false positive rates. */
export function judgeOthers(ensemble: Ensemble, others: readonly number[], rates: readonly number[]): Judged {
  const read = (scores: LiraScores) => ({
    tprs: rates.map((rate) => tprAt(scores, rate).tpr),
    precisions: POINTS.map(({ recall, prior }) => precisionOf(atRecall(scores, recall), prior)),
  });
  const { scores, parts } = crossedScores(ensemble, others, read);
  const { tprs, precisions } = read(scores);
  return {
    dPrimes: others.map((row) => dPrime(armsOf(ensemble.phi, ensemble.inside, { row, rows: ensemble.rows }))),
    tprs: tprs.map((value, at) => ({
      ...{ value, parts: parts.map((part) => part.tprs[at]!), rate: rates[at]!, n: scores.members.length },
      falsePositives: tprAt(scores, rates[at]!).falsePositives,
    })),
    precisions: precisions.map((value, at) => ({ value, parts: parts.map((part) => part.precisions[at]!) })),
    accuracy: ensemble.testAccuracy,
  };
}

/** Of models that are paired, the difference of a figure with its interval. */
export const riseOf = (before: Crossed, after: Crossed, n: number): Measure =>
  bounded(after.value - before.value, crossedError(after.parts.map((value, at) => value - before.parts[at]!)), {
    ...{ unit: 'rate', n, floor: -1 },
  });

/** The same, how many times as large it becomes; without a value where it was nothing, without an interval where a part was. */
export function factorOf(before: Crossed, after: Crossed, n: number): Measure {
  const value = after.value / before.value;
  const parts = after.parts.map((part, at) => part / before.parts[at]!);
  if (!Number.isFinite(value) || !parts.every(Number.isFinite)) return plain(value, 'factor', n);
  return bounded(value, crossedError(parts), { unit: 'factor', n, floor: 0, ceiling: Number.MAX_VALUE });
}
