import type { LiraScores } from './lira.ts';

/** A point of the ROC curve that was realised, with the counts behind it. */
export interface OperatingPoint {
  readonly tpr: number;
  readonly fpr: number;
  readonly falsePositives: number;
  readonly threshold: number;
}

/** The largest TPR whose realised FPR is at most `fpr`. Scores sorted ascending; higher means member. */
export function tprAt({ members, others }: LiraScores, fpr: number): OperatingPoint {
  const allowed = Math.floor(fpr * others.length);
  const threshold = others[others.length - 1 - allowed] ?? Number.NEGATIVE_INFINITY;
  const falsePositives = others.length - upperBound(others, threshold);
  const hits = members.length - upperBound(members, threshold);
  return { tpr: hits / members.length, fpr: falsePositives / others.length, falsePositives, threshold };
}

/** Area under the ROC curve, ties counted half. */
export function areaUnder({ members, others }: LiraScores): number {
  let area = 0;
  for (const score of members) area += (lowerBound(others, score) + upperBound(others, score)) / 2;
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

/** Number of sorted values that are at most `x`. */
function upperBound(sorted: Float64Array, x: number): number {
  return search(sorted, (value) => value <= x);
}

/** Number of sorted values below `x`. */
function lowerBound(sorted: Float64Array, x: number): number {
  return search(sorted, (value) => value < x);
}

function search(sorted: Float64Array, goesLeft: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (goesLeft(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
