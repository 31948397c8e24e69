import type { Part } from './leakage.ts';
import type { LiraScores } from './lira.ts';

/** Models that a query's usual rate counts as, beside a row's own: with a few models a row is always or never right. */
const NU = 2;

/** Answers of M models to Q queries about each of K rows: 1 for one, 0 for the other. */
export interface Answers {
  readonly rows: number;
  readonly queries: number;
  /** [M,K,Q] */
  readonly bits: Uint8Array;
  /** [M,K]: 1 where the row trained the model. */
  readonly inside: Uint8Array;
}

/**
 * LiRA where a model only answers yes or no [D]: queries as independent Bernoulli trials, each with a rate for models
 * that were trained on the row and one for those that were not, shrunk to the arm's rate over all rows; leave-one-out.
 * Rows with fewer than three models in an arm are left out, as by LiRA.
 */
export function bernoulliScores({ rows: K, queries: Q, bits, inside }: Answers, { models, rows }: Part): LiraScores {
  const counts = rows.map(() => [new Float64Array(Q + 1), new Float64Array(Q + 1)] as const);
  const usual = [new Float64Array(Q + 1), new Float64Array(Q + 1)] as const;
  const arm = (model: number, row: number) => inside[model * K + row]! as 0 | 1;
  for (const model of models)
    rows.forEach((row, at) => {
      for (const into of [counts[at]![arm(model, row)], usual[arm(model, row)]]) {
        for (let query = 0; query < Q; query++) into[query]! += bits[(model * K + row) * Q + query]!;
        into[Q]!++;
      }
    });
  const members: number[] = [];
  const others: number[] = [];
  for (const model of models)
    rows.forEach((row, at) => {
      if (counts[at]!.some((count) => count[Q]! < 3)) return;
      const own = arm(model, row);
      let score = 0;
      for (let query = 0; query < Q; query++) {
        const bit = bits[(model * K + row) * Q + query]!;
        const [out, into] = counts[at]!.map((count, which) => {
          const left = which === own ? 1 : 0;
          const prior = (usual[which]![query]! + 0.5) / (usual[which]![Q]! + 1);
          const rate = (count[query]! - left * bit + NU * prior) / (count[Q]! - left + NU);
          return Math.log(bit === 1 ? rate : 1 - rate);
        });
        score += into! - out!;
      }
      (own === 1 ? members : others).push(score);
    });
  return { members: Float64Array.from(members).sort(), others: Float64Array.from(others).sort() };
}
