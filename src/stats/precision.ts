import type { LiraScores } from './lira.ts';
import { countBelow } from './sorted-counts.ts';

/** Where an attack calls just so many members by name. */
export interface RecallPoint {
  /** The realised share of members at and above the threshold. */
  readonly tpr: number;
  readonly fpr: number;
  readonly falsePositives: number;
}

/** The strictest threshold that at least this share of the members reaches. Scores sorted ascending. */
export function atRecall({ members, others }: LiraScores, recall: number): RecallPoint {
  const wanted = Math.min(members.length, Math.max(1, Math.ceil(recall * members.length)));
  const threshold = members[members.length - wanted] ?? Number.POSITIVE_INFINITY;
  const hits = countFrom(members, threshold);
  const falsePositives = countFrom(others, threshold);
  return { tpr: hits / members.length, fpr: falsePositives / others.length, falsePositives };
}

/** Share of those called members who are, where `prior` of all who are asked about are: in [0,1], NaN where none is called. */
export function precisionOf({ tpr, fpr }: Pick<RecallPoint, 'tpr' | 'fpr'>, prior: number): number {
  const right = prior * tpr;
  return right / (right + (1 - prior) * fpr);
}

const countFrom = (sorted: Float64Array, threshold: number): number => sorted.length - countBelow(sorted, threshold);
