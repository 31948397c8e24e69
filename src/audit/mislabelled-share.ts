import type { Ensemble } from '../evidence/scores.ts';
import { trainedClasses } from '../evidence/trained-classes.ts';
import { keyOf, permutation } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';

/** Of more, so many are drawn: the figures are averages over them. */
const MOST_JUDGED = 20_000;

/** Who owns what, where an attacker contributes a share of the rows. */
export interface Shares {
  readonly share: number;
  /** The attacker's rows, with the label that the rule gives each. */
  readonly owned: ReadonlyMap<number, number>;
  /** Everyone else's rows. */
  readonly others: readonly number[];
}

/**
 * The attacker's rows are drawn by the seed, and those of a smaller share are among those of a larger. The rule names the
 * class after a row's own: (c + 1) mod C, where small classes are passed over.
 */
export function divideRows(at: Pick<AttackRun, 'pool' | 'seed'>, share: number): Shares {
  const { rows, large } = trainedClasses(at.pool);
  const after = (label: number) => large[(large.indexOf(label) + 1) % large.length]!;
  const order = [...permutation(keyOf(`${at.seed}/owned`), rows.length)].map((index) => rows[index]!);
  const count = Math.max(1, Math.round(share * rows.length));
  const owned = new Map(order.slice(0, count).map((row) => [row, after(at.pool.rows[row]!.label!)]));
  // From the other end: those who are judged are the same at every share, as far as they are not the attacker's.
  const others = order.slice(count).reverse().slice(0, MOST_JUDGED);
  return { share, owned, others: others.sort((x, y) => x - y) };
}

/**
 * Two ensembles that share bits, weights and order: the attacker's rows are in every model of both, with their right
 * labels, then with the rule's; everyone else's are in a fair half of each.
 */
export async function trainShare(
  at: AttackRun,
  { share, owned }: Shares,
): Promise<{ readonly right: Ensemble; readonly wrong: Ensemble }> {
  const order = { seed: at.seed, models: at.training!.plan.models, always: new Set(owned.keys()) };
  const name = `${Math.round(100 * share)}% of the rows`;
  const right = await at.train({ ...order, name: `${name}, right labels` });
  const wrong = await at.train({ ...order, name: `${name}, wrong labels`, relabelled: owned });
  return { right, wrong };
}
