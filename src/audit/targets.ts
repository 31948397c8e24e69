import type { Ensemble } from '../evidence/scores.ts';
import { trainedClasses } from '../evidence/trained-classes.ts';
import { armsOf, dPrime } from '../stats/arms.ts';
import { hash32, keyOf, permutation } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';

/** A row that is attacked, and the one wrong label that all its copies carry. */
export interface Target {
  readonly row: number;
  readonly wrong: number;
}

/** At most half of the rows that may be attacked, at random: targets should be few among many. */
export function randomTargets(at: Pick<AttackRun, 'pool' | 'options' | 'seed'>): Target[] {
  const rows = trainedClasses(at.pool).rows;
  const order = permutation(keyOf(`${at.seed}/targets`), rows.length);
  const count = Math.min(at.options.targets, Math.floor(rows.length / 2));
  return [...order.subarray(0, count)].map((index) => targetOf(at, rows[index]!));
}

/** As many rows, those that a first ensemble shows to leak most: it must not be one that they are judged by. */
export function worstTargets(at: Pick<AttackRun, 'pool' | 'options' | 'seed'>, first: Ensemble): Target[] {
  const rows = trainedClasses(at.pool).rows;
  const scored = rows.map((row) => {
    const score = dPrime(armsOf(first.phi, first.inside, { row, rows: first.rows }));
    return { row, score: Number.isFinite(score) ? score : Number.NEGATIVE_INFINITY };
  });
  scored.sort((x, y) => y.score - x.score || x.row - y.row);
  const count = Math.min(at.options.targets, Math.floor(rows.length / 2));
  return scored.slice(0, count).map(({ row }) => targetOf(at, row));
}

/** The wrong label is drawn by the row's own key, the same however targets are chosen. */
export function targetOf({ pool, seed }: Pick<AttackRun, 'pool' | 'seed'>, row: number): Target {
  const { id, label } = pool.rows[row]!;
  const others = trainedClasses(pool).large.filter((one) => one !== label);
  return { row, wrong: others[hash32(keyOf(`${seed}/wrong`), keyOf(id)) % others.length]! };
}
