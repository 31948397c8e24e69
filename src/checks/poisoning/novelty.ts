import type { Evidence } from '../../evidence/evidence.ts';
import { conformalPValues } from '../../stats/conformal.ts';
import { permutation } from '../../tensor/random.ts';

const REFERENCE = 200;
const QUERIES = 200;
const WORK = 2e9;

/**
 * Conformal p-values of rows lying far from the trusted ones: squared distance to the nearest trusted row against that
 * of trusted rows to theirs. Small means that they do not cover the place. At most 200 of `rows` are looked at.
 */
export function noveltyPValues(
  evidence: Evidence,
  rows: readonly number[],
  trusted: readonly number[],
): ReadonlyMap<number, number> {
  if (!evidence.features || rows.length === 0) return new Map();
  const drawn = permutation(evidence.seed, trusted.length);
  const queries = rows.slice(0, QUERIES);
  const reference = Array.from(drawn.subarray(0, REFERENCE), (index) => trusted[index]!);
  const most = Math.floor(WORK / Math.max(1, (queries.length + reference.length) * evidence.features.width));
  const among = Array.from(drawn.subarray(0, Math.max(1000, most)), (index) => trusted[index]!);
  const strange = (row: number) => -nearest(evidence, row, among);
  const p = conformalPValues(reference.map(strange), queries.map(strange));
  return new Map(queries.map((row, index) => [row, p[index]!]));
}

function nearest(evidence: Evidence, row: number, among: readonly number[]): number {
  const { values, width } = evidence.features!;
  const { unit } = evidence.rows[row]!;
  let best = Number.POSITIVE_INFINITY;
  for (const other of among) {
    if (other === row || evidence.rows[other]!.unit === unit) continue;
    let sum = 0;
    for (let d = 0; d < width && sum < best; d++) sum += (values[row * width + d]! - values[other * width + d]!) ** 2;
    if (sum < best) best = sum;
  }
  return best;
}
