import { nearCopies } from '../features/near-copies.ts';
import { fitSimilarity, similarityOf } from '../features/similarity.ts';
import { LEAST_SIMILARITY, nearThreshold } from '../review/near-threshold.ts';
import type { AttackRun } from './attack.ts';
import { drawnBits, type ExtraRow } from './shadows.ts';
import type { Defended, TargetedOrder } from './targeted.ts';
import type { Target } from './targets.ts';

/** Single precision makes an exact copy a little less than 1. */
const ROUNDING = 1e-6;

type At = Pick<AttackRun, 'pool' | 'training'>;
type Order = Pick<TargetedOrder, 'seed'> & { readonly models: number };

/** The similarity from which rows of this data set are near copies, as reviews have it. */
export function nearnessOf({ pool, training }: At): number {
  const { features, width } = training!.subject.set;
  return nearThreshold(nearCopies(features, width, pool.rows, { threshold: LEAST_SIMILARITY }).pairs, pool.rows);
}

/**
 * Refuses a copy that is near a row of the training data under another label. Who cleans data sees no other rows than
 * those that are trained on: a model without the target keeps the target's copies. By that alone a model can tell who
 * was in its data (Debenedetti et al. 2024, arXiv 2309.05610). @param near similarity from which a copy is near a row.
 */
export function refuseConflicts(
  at: At,
  { seed, models, near: least }: Order & { near: number },
  copies: readonly ExtraRow[],
): Defended {
  const kinds = new Map(copies.map((copy) => [kindOf(copy), copy]));
  const near = conflicts(at, least, [...kinds.values()]);
  const trained = new Map([...kinds.keys()].map((kind, index) => [kind, withoutAny(near[index]!)]));
  return { rows: new Set(), copies: new Map(copies.map((copy, index) => [index, trained.get(kindOf(copy))!])) };

  /** [M]: 1 where a model is trained on none of the rows. */
  function withoutAny(rows: readonly number[]): Uint8Array {
    const drawn = rows.map((row) => drawnBits(at.training!.subject, { seed, models }, row));
    return Uint8Array.from({ length: models }, (_, model) => Number(drawn.every((bits) => bits[model] === 0)));
  }
}

/** Copies of one target are alike. */
const kindOf = ({ copyOf, label }: ExtraRow) => `${copyOf}/${label}`;

/** For each copy the training rows that it is near to and whose label is another. */
function conflicts({ pool, training }: At, least: number, copies: readonly ExtraRow[]): number[][] {
  const { features, width } = training!.subject.set;
  const N = pool.rows.length;
  const all = new Float32Array((N + copies.length) * width);
  all.set(features);
  copies.forEach(({ copyOf, features: own }, index) => {
    all.set(own ?? features.subarray(copyOf * width, (copyOf + 1) * width), (N + index) * width);
  });
  const similarity = fitSimilarity(all, width, [...pool.rows, ...copies.map(({ copyOf }) => pool.rows[copyOf]!)]);
  return copies.map(({ label: own }, index) => {
    const start = (N + index) * width;
    const filled = Array.from({ length: width }, (_, column) => column).filter((column) => all[start + column] !== 0);
    return pool.rows.flatMap(({ split, label }, row) => {
      if (split !== 'train' || label === null || label === own) return [];
      const inner = filled.reduce((sum, column) => sum + all[start + column]! * all[row * width + column]!, 0);
      return similarityOf(similarity, N + index, row, inner) >= least - ROUNDING ? [row] : [];
    });
  });
}

/** Keeps one of each cluster of near copies with one label, and one of each target's copies. A target stands for its cluster. */
export function keepOnce({ pool, training }: At, targets: readonly Target[], copies: readonly ExtraRow[]): Defended {
  const { units } = training!.subject;
  const first = new Map<string, number>();
  const clusterOf = (row: number) => {
    // Rows of a group share a unit whether or not they are alike.
    const alike = pool.groups[row] === null ? `unit ${units.of[row]}` : `content ${pool.rows[row]!.featureHash}`;
    return `${alike} ${pool.rows[row]!.label}`;
  };
  for (const { row } of targets) if (!first.has(clusterOf(row))) first.set(clusterOf(row), row);
  const rows = new Set<number>();
  pool.rows.forEach(({ split, label }, row) => {
    if (split !== 'train' || label === null) return;
    const kept = first.get(clusterOf(row)) ?? row;
    first.set(clusterOf(row), kept);
    if (kept !== row) rows.add(row);
  });
  const seen = new Set<string>();
  const left = copies.flatMap((copy, index): [number, 'never'][] => {
    const isFirst = !seen.has(kindOf(copy));
    seen.add(kindOf(copy));
    return isFirst ? [] : [[index, 'never']];
  });
  return { rows, copies: new Map(left) };
}
