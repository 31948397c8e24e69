import { compareLeakage } from '../stats/leakage.ts';
import type { AttackRun } from './attack.ts';
import { batchesOf, mostCopies, poisonTargets, type Targeted, type TargetedOrder } from './targeted.ts';
import type { Target } from './targets.ts';

/** Targets, and what models that are paired with the poisoned ones say of them without poison. */
export interface Untouched {
  /** In words, such as `random rows`. */
  readonly whom: string;
  readonly targets: readonly Target[];
  readonly seed: string;
  readonly clean: Targeted;
}

/** How targets are poisoned, for a line of the table. */
export interface Poisoning extends Pick<TargetedOrder, 'copies' | 'features' | 'recipe' | 'share' | 'without'> {
  /** In words, such as `4 copies`. */
  readonly name: string;
}

/** The same targets under one poisoning, beside no poison; one leakage a rate. */
export interface Compared extends Untouched {
  readonly poisoning: Poisoning;
  readonly poisoned: Targeted;
  readonly leakage: ReturnType<typeof compareLeakage>;
}

/** Trains what targets are compared with. */
export async function withoutPoison(
  at: AttackRun,
  { whom, targets, seed, recipe }: Omit<Untouched, 'clean'> & Pick<TargetedOrder, 'recipe'>,
): Promise<Untouched> {
  const order = { name: `${whom}, without poison`, seed, copies: targets.map(() => 0), ...(recipe ? { recipe } : {}) };
  return { whom, targets, seed, clean: await poisonTargets(at, targets, order) };
}

/** Poisons targets and compares LiRA on them, models paired one by one. @param rates false positive rates. */
export async function comparePoisoned(
  at: AttackRun,
  untouched: Untouched,
  poisoning: Poisoning,
  rates: readonly number[],
): Promise<Compared> {
  const { targets, seed, clean, whom } = untouched;
  const isNone = poisoning.copies.every((count) => count === 0);
  const poisoned = isNone
    ? clean
    : await poisonTargets(at, targets, { ...poisoning, name: `${whom}, ${poisoning.name}`, seed });
  const rows = targets.map((_, index) => index);
  return { ...untouched, poisoning, poisoned, leakage: compareLeakage(clean.scored, poisoned.scored, { rows, rates }) };
}

/** Ensembles that a number of copies of each target takes. */
export function ensemblesOf(at: Pick<AttackRun, 'pool'>, targets: readonly Target[], count: number): number {
  const copies = targets.map(() => count);
  return count === 0 ? 0 : batchesOf(targets, copies, mostCopies(at)).length;
}
