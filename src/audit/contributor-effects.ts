import type { Ensemble } from '../evidence/scores.ts';
import { armsOf, dPrime } from '../stats/arms.ts';
import { holm } from '../stats/fdr.ts';
import { normalCdf } from '../stats/gaussian.ts';
import { compareLeakage } from '../stats/leakage.ts';
import type { PairedEffect, ScoredModels } from '../stats/paired.ts';
import { pickAndJudge } from '../stats/pick-and-judge.ts';
import { hash32, keyOf, permutation } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';
import type { Contributor } from './contributors-of.ts';

/** Fewer models than this cannot pick rows by one half and judge them by the other. */
export const FEWEST_TO_NAME = 32;
/** Rows that one half of the models picks, for each contributor. */
const PICKED = 40;
/** When a row counts as exposed: as the check `exposed-rows` has it, and where it was not recognised anyway. */
const EXPOSED = { difference: 2.5, lower: 1.5, tpr: 0.1, q: 0.01, before: 3 } as const;
/** Rows that are judged; of more, so many are drawn. */
const MOST_JUDGED = 20_000;

/** What all rows of one contributor do to everyone else's. */
export interface ContributorEffect {
  readonly contributor: Contributor;
  readonly judged: number;
  /** d' with the contributor less d' without, a row each. */
  readonly rises: readonly number[];
  /** The same where, model by model, it is a coin that says which of the two was with them. */
  readonly byChance: readonly number[];
  /** One a false positive rate. */
  readonly leakage: ReturnType<typeof compareLeakage>;
  readonly judgedEffects: readonly PairedEffect[];
}

/** A row that somebody's rows expose. */
export interface Exposure {
  readonly by: Contributor;
  readonly effect: PairedEffect;
}

/** Trains with all of the contributor's rows in every model, and with none of them; everything else is paired. */
export async function weighContributor(
  at: AttackRun,
  contributor: Contributor,
  rates: readonly number[],
): Promise<ContributorEffect> {
  const own = new Set(contributor.rows);
  const order = { seed: at.seed, models: at.training!.plan.models };
  const without = await at.train({ ...order, name: `without ${contributor.name}`, without: own });
  const applied = await at.train({ ...order, name: `with ${contributor.name}`, always: own });
  const rows = othersOf(at, own);
  const before = dPrimesOf(without, rows);
  const rises = dPrimesOf(applied, rows).map((value, index) => value - before[index]!);
  const [one, other] = byCoin(without, applied, keyOf(`${at.seed}/${contributor.rows[0]}`));
  const shuffled = dPrimesOf(one, rows);
  return {
    ...{ contributor, judged: rows.length, rises },
    byChance: dPrimesOf(other, rows).map((value, index) => value - shuffled[index]!),
    leakage: rates.length === 0 ? [] : compareLeakage(without, applied, { rows, rates }),
    judgedEffects: order.models < FEWEST_TO_NAME ? [] : pickAndJudge(without, applied, rows, PICKED).effects,
  };
}

/** Everyone else's labelled training rows. */
function othersOf({ pool, seed }: AttackRun, own: ReadonlySet<number>): number[] {
  const rows = pool.rows.flatMap(({ split, label }, row) =>
    split === 'train' && label !== null && !own.has(row) ? [row] : [],
  );
  if (rows.length <= MOST_JUDGED) return rows;
  const drawn = permutation(keyOf(`${seed}/judged`), rows.length).subarray(0, MOST_JUDGED);
  return [...drawn].map((index) => rows[index]!).sort((x, y) => x - y);
}

const dPrimesOf = ({ phi, inside, rows: width }: ScoredModels, rows: readonly number[]): number[] =>
  rows.map((row) => dPrime(armsOf(phi, inside, { row, rows: width })));

/** Two ensembles that are paired, each pair of models exchanged or not. Bits of everyone else's rows are equal in both. */
function byCoin(one: Ensemble, other: Ensemble, key: number): [ScoredModels, ScoredModels] {
  const { models, rows, inside } = one;
  const [first, second] = [one.phi.slice(), other.phi.slice()];
  for (let model = 0; model < models; model++) {
    if (hash32(key, model, 0xc01) % 2 === 0) continue;
    const cells = [model * rows, (model + 1) * rows] as const;
    first.set(other.phi.subarray(...cells), cells[0]);
    second.set(one.phi.subarray(...cells), cells[0]);
  }
  return [
    { models, rows, phi: first, inside },
    { models, rows, phi: second, inside },
  ];
}

/** Rows that are clearly exposed: what is asked about all contributors' rows is one family (Holm). The worst first. */
export function exposuresOf(effects: readonly ContributorEffect[]): Exposure[] {
  const all = effects.flatMap(({ contributor, judgedEffects }) =>
    judgedEffects.map((effect): Exposure => ({ by: contributor, effect })),
  );
  const adjusted = holm(all.map(({ effect }) => effect.p));
  return all
    .filter(({ effect: { difference, lower, tpr, before } }, index) => {
      const isLarge = difference >= EXPOSED.difference && lower >= EXPOSED.lower && tpr >= EXPOSED.tpr;
      return isLarge && before < EXPOSED.before && adjusted[index]! <= EXPOSED.q;
    })
    .sort((x, y) => y.effect.difference - x.effect.difference || x.effect.row - y.effect.row);
}

/** For each contributor, the chance of such a rise of the TPR at the lowest rate if there is none, adjusted (Holm). */
export function adjustedRises(effects: readonly ContributorEffect[]): number[] {
  return holm(
    effects.map(({ leakage }) => {
      const last = leakage[0];
      if (!last) return 1;
      return last.error > 0 ? 1 - normalCdf(last.difference / last.error) : last.difference > 0 ? 0 : 1;
    }),
  );
}
