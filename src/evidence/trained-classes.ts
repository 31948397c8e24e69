import type { PoolRow } from './rows.ts';

/** Of a class with fewer rows, too few are in and out of a model. */
export const FEWEST_OF_CLASS = 4;

/** Which classes can be told apart by models, and by which rows. */
export interface TrainedClasses {
  /** Labelled training rows of head whose class has enough of them: those that may be attacked, or put under a wrong label. */
  readonly rows: readonly number[];
  /** Classes with enough rows. */
  readonly large: readonly number[];
  /** Classes without. */
  readonly small: readonly number[];
}

/** Attacks ask for each of their targets: the same rows are counted once. */
const counted = new WeakMap<readonly PoolRow[], TrainedClasses>();

export function trainedClasses(of: {
  readonly rows: readonly PoolRow[];
  readonly classes: readonly string[];
}): TrainedClasses {
  const known = counted.get(of.rows);
  if (known) return known;
  const found = countClasses(of);
  counted.set(of.rows, found);
  return found;
}

function countClasses({ rows, classes }: Parameters<typeof trainedClasses>[0]): TrainedClasses {
  const trained = rows.flatMap(({ inHead, split, label }, row) =>
    inHead && split === 'train' && label !== null ? [row] : [],
  );
  const counts = classes.map(() => 0);
  for (const row of trained) counts[rows[row]!.label!]!++;
  const isLarge = (label: number) => counts[label]! >= FEWEST_OF_CLASS;
  const all = classes.map((_, label) => label);
  return {
    rows: trained.filter((row) => isLarge(rows[row]!.label!)),
    large: all.filter(isLarge),
    small: all.filter((label) => !isLarge(label)),
  };
}
