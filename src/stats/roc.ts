import type { LiraScores } from './lira.ts';
import { countBelow, countUpTo } from './sorted-counts.ts';

/** A point of the ROC curve that was realised, with the counts behind it. */
export interface OperatingPoint {
  readonly tpr: number;
  readonly fpr: number;
  readonly falsePositives: number;
  readonly threshold: number;
}

/**
 * The largest TPR whose realised FPR is at most `fpr`. Scores sorted ascending; higher means member. All of it is NaN
 * without members or others, or where a score is not a number.
 */
export function tprAt({ members, others }: LiraScores, fpr: number): OperatingPoint {
  if (!isMeasured({ members, others })) return UNMEASURED;
  const allowed = Math.floor(fpr * others.length);
  const threshold = others[others.length - 1 - allowed] ?? Number.NEGATIVE_INFINITY;
  const falsePositives = others.length - countUpTo(others, threshold);
  const hits = members.length - countUpTo(members, threshold);
  return { tpr: hits / members.length, fpr: falsePositives / others.length, falsePositives, threshold };
}

const UNMEASURED: OperatingPoint = {
  tpr: Number.NaN,
  fpr: Number.NaN,
  falsePositives: Number.NaN,
  threshold: Number.NaN,
};

/** Sorting puts what is not a number behind all. */
const isMeasured = ({ members, others }: LiraScores) =>
  [members, others].every((scores) => scores.length > 0 && !Number.isNaN(scores.at(-1)));

/** Area under the ROC curve, ties counted half; NaN as in `tprAt`. */
export function areaUnder({ members, others }: LiraScores): number {
  if (!isMeasured({ members, others })) return Number.NaN;
  let area = 0;
  for (const score of members) area += (countBelow(others, score) + countUpTo(others, score)) / 2;
  return area / (members.length * others.length);
}

/** At most `points` points [fpr, tpr], spaced evenly in log FPR. */
export function rocCurve(scores: LiraScores, points: number): [number, number][] {
  const lowest = Math.log10(1 / scores.others.length);
  return Array.from({ length: points }, (_, index) => {
    const fpr = 10 ** (lowest - (lowest * index) / (points - 1));
    return [fpr, tprAt(scores, Math.min(fpr, 1 - 1 / scores.others.length)).tpr];
  });
}
