import { median } from '../stats/lira.ts';
import type { ScoredModels } from '../stats/paired.ts';
import type { Recipe } from '../training/recipe.ts';
import type { AttackRun } from './attack.ts';
import type { ExtraRow } from './shadows.ts';
import type { Target } from './targets.ts';

/** Copies together are at most this share of the data set: more would be an attack on the model's use, and be seen. */
const LARGEST_SHARE = 0.05;

/** How targets are poisoned and models trained. */
export interface TargetedOrder {
  /** For the progress line. */
  readonly name: string;
  /** Copies of each target. */
  readonly copies: readonly number[];
  /** Keys bits, weights and batch order; equal seeds are paired. */
  readonly seed: string;
  /** Share of the data set that copies in one ensemble may be; `LARGEST_SHARE` when left out. */
  readonly share?: number;
  /** Features [D] of a target's copies; the target's own when left out. */
  readonly features?: (target: Target) => Float32Array;
  readonly recipe?: Recipe;
  /** What a defence takes out before training. */
  readonly without?: (copies: readonly ExtraRow[]) => Defended | Promise<Defended>;
}

/** What is left of rows and copies behind a defence. */
export interface Defended {
  /** Rows of the data set that no model trains on. */
  readonly rows: ReadonlySet<number>;
  /** By the number of a copy: which models are trained on it after all. */
  readonly copies: ReadonlyMap<number, ExtraRow['trained']>;
}

/** What shadow models say of targets under poison. */
export interface Targeted {
  /** [M,K] of the targets alone. */
  readonly scored: ScoredModels;
  /** Mean accuracy of the models on rows that they were not trained on. */
  readonly accuracy: number;
  /** Ensembles that it took: each holds the copies of some targets. */
  readonly batches: number;
}

/** The largest number of copies that one ensemble is given. */
export function mostCopies({ pool }: Pick<AttackRun, 'pool'>, share = LARGEST_SHARE): number {
  const rows = pool.rows.filter(({ split, label }) => split === 'train' && label !== null).length;
  return Math.max(1, Math.floor(share * rows));
}

/** Targets in batches whose copies fit one ensemble. */
export function batchesOf(targets: readonly Target[], copies: readonly number[], most: number): number[][] {
  const batches: number[][] = [];
  let room = -1;
  targets.forEach((_, index) => {
    const own = copies[index]!;
    if (room < own) {
      batches.push([]);
      room = most;
    }
    batches.at(-1)!.push(index);
    room -= own;
  });
  return batches;
}

/**
 * Targeted poisoning (Tramèr et al. 2022, section 4.1): each target's wrong-label copies are in every shadow model, the
 * target itself in a fair half of them. Equal seeds give the same models but for the copies.
 */
export async function poisonTargets(
  at: AttackRun,
  targets: readonly Target[],
  { name, copies, seed, features, recipe, without, share }: TargetedOrder,
): Promise<Targeted> {
  const { models } = at.training!.plan;
  const K = targets.length;
  const phi = new Float32Array(models * K);
  const inside = new Uint8Array(models * K);
  const accuracies: number[] = [];
  const batches = batchesOf(targets, copies, mostCopies(at, share));
  for (const [index, batch] of batches.entries()) {
    const planted = batch.flatMap((target): ExtraRow[] => {
      const { row, wrong } = targets[target]!;
      const own = features?.(targets[target]!);
      const copy: ExtraRow = { copyOf: row, label: wrong, trained: 'always', ...(own ? { features: own } : {}) };
      return Array.from({ length: copies[target]! }, () => copy);
    });
    const left = await without?.(planted);
    const extra = planted.map((row, i) => ({ ...row, trained: left?.copies.get(i) ?? row.trained }));
    const ensemble = await at.train({
      name: batches.length > 1 ? `${name}, ${index + 1} of ${batches.length}` : name,
      ...{ seed, models, extra },
      ...(recipe ? { recipe } : {}),
      ...(left ? { without: left.rows } : {}),
    });
    accuracies.push(ensemble.testAccuracy);
    for (const target of batch)
      for (let model = 0; model < models; model++) {
        const from = model * ensemble.rows + targets[target]!.row;
        phi[model * K + target] = ensemble.phi[from]!;
        inside[model * K + target] = ensemble.inside[from]!;
      }
  }
  return { scored: { models, rows: K, phi, inside }, accuracy: median(accuracies), batches: batches.length };
}
