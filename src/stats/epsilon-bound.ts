import { clopperPearson } from './interval.ts';

/** What one attack with one threshold did: members that it called so, and others that it took for members. */
export interface AttackCounts {
  readonly truePositives: number;
  readonly members: number;
  readonly falsePositives: number;
  readonly others: number;
}

/** A lower bound is wrong with a probability of at most 1 - `confidence`, all rates taken together. */
export interface BoundOptions {
  /** Of (epsilon, delta)-differential privacy, in [0, 1). */
  readonly delta: number;
  readonly confidence: number;
  /**
   * Thresholds that were tried on these very counts, which share the error between them (union bound). 1 only where the
   * threshold was fixed on other data: the best of many on the same data is no bound.
   */
  readonly tried: number;
}

/** What is surely true of an attack, and what it says of epsilon. */
export interface EpsilonBound {
  /** Nats; at least 0, which every mechanism keeps. */
  readonly epsilon: number;
  /** The attack's rates hold `tpr >= tprLow` and `fpr <= fprHigh`, both at once. */
  readonly tprLow: number;
  readonly fprHigh: number;
  /** Whose surer recognition gave the bound: members' (TPR over FPR), or others' (1 - FPR over 1 - TPR). */
  readonly by: 'members' | 'others';
}

/**
 * Lower bound of epsilon from what an attack did: (epsilon, delta)-differential privacy keeps every attack to
 * TPR <= e^epsilon FPR + delta and 1 - FPR <= e^epsilon (1 - TPR) + delta (Kairouz et al. 2015, theorem 2.1). The rates
 * are bounded by Clopper and Pearson, half of the error to each (Jagielski et al. 2020, arXiv 2006.07709, algorithm 2;
 * Nasr et al. 2021, arXiv 2101.04535): both directions lean on the same two bounds.
 * The trials must be independent. Null without members or others. Throws a plain Error on what are no counts.
 */
export function epsilonBound(counts: AttackCounts, options: BoundOptions): EpsilonBound | null {
  const { truePositives, members, falsePositives, others } = counts;
  demand(counts, options);
  if (members === 0 || others === 0) return null;
  const confidence = 1 - (1 - options.confidence) / options.tried;
  const tprLow = clopperPearson(truePositives, members, confidence).low;
  const fprHigh = clopperPearson(falsePositives, others, confidence).high;
  const byMembers = logRatio(tprLow - options.delta, fprHigh);
  const byOthers = logRatio(1 - fprHigh - options.delta, 1 - tprLow);
  return {
    epsilon: Math.max(0, byMembers, byOthers),
    tprLow,
    fprHigh,
    by: byOthers > byMembers ? 'others' : 'members',
  };
}

const logRatio = (top: number, bottom: number) => (top > 0 ? Math.log(top / bottom) : Number.NEGATIVE_INFINITY);

function demand(counts: AttackCounts, { delta, confidence, tried }: BoundOptions): void {
  const { truePositives, members, falsePositives, others } = counts;
  const areCounts = [truePositives, members, falsePositives, others].every((n) => Number.isInteger(n) && n >= 0);
  if (!areCounts || truePositives > members || falsePositives > others)
    throw new Error(`${truePositives} of ${members} and ${falsePositives} of ${others} are no counts of an attack`);
  if (!(delta >= 0 && delta < 1 && confidence > 0 && confidence < 1 && Number.isInteger(tried) && tried >= 1))
    throw new Error(`a bound at delta ${delta}, confidence ${confidence}, ${tried} tried`);
}
