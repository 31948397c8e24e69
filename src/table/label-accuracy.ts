import type { ColumnPlan } from './columns.ts';

const BINS = 20;

/**
 * How well one column alone tells the label, in [0, 1]: the majority label of each value (numbers in 20 quantile bins)
 * fitted on one half of the rows and scored on the other, both ways. Regression: R squared of the means, not below 0.
 * An unseen value gets the majority (the mean) of the fitting half. `halves` holds 0 or 1 per row; labels of a
 * classification are whole numbers from 0 on; rows without label are left out.
 */
export function labelAccuracy(
  plan: ColumnPlan,
  values: readonly (string | null)[],
  labels: readonly (number | null)[],
  halves: Uint8Array,
  regression: boolean,
): number | null {
  const kept = labels.flatMap((label, at) => (label === null ? [] : [at]));
  if (kept.length < 4 || new Set(kept.map((at) => halves[at])).size < 2) return null;
  const keys = plan.numeric && plan.kind !== 'boolean' ? binned(values, kept) : values.map((value) => value ?? '');
  const groups = new Map<string, number[]>();
  for (const at of kept) {
    const group = groups.get(keys[at]!);
    if (group) group.push(at);
    else groups.set(keys[at]!, [at]);
  }
  const score = regression ? scoreMeans : scoreMajority;
  const given = labels as readonly number[];
  const scores = [0, 1].map((fit) => score([...groups.values()], kept, (at) => halves[at] === fit, given));
  return (scores[0]! + scores[1]!) / 2;
}

/** The quantile bin of every number as text; empty for a missing one. */
function binned(values: readonly (string | null)[], kept: readonly number[]): string[] {
  const numbers = values.map((value) => (value === null ? Number.NaN : Number(value)));
  const sorted = Float64Array.from(kept.map((at) => numbers[at]!).filter(Number.isFinite)).sort();
  const edges = Array.from(
    { length: BINS - 1 },
    (_, bin) => sorted[Math.floor(((bin + 1) / BINS) * sorted.length)] ?? 0,
  );
  const names = Array.from({ length: BINS }, (_, bin) => String(bin));
  return numbers.map((value) => {
    if (!Number.isFinite(value)) return '';
    const above = edges.findIndex((edge) => value < edge);
    return names[above < 0 ? BINS - 1 : above]!;
  });
}

/** The share of rows outside the fitting half whose label is the fitting half's majority in their group. */
function scoreMajority(
  groups: readonly (readonly number[])[],
  kept: readonly number[],
  fits: (at: number) => boolean,
  labels: readonly number[],
): number {
  const tally = new Int32Array(kept.reduce((most, at) => Math.max(most, labels[at]!), 0) + 1);
  // Ties go to the lowest class, so that the answer does not hang on the order of rows.
  const majority = (rows: readonly number[], fallback: number) => {
    let best = fallback;
    let count = 0;
    for (const at of rows) if (fits(at)) tally[labels[at]!]! += 1;
    for (const at of rows) {
      const label = labels[at]!;
      if (tally[label]! < count || tally[label] === 0 || (tally[label] === count && label >= best)) continue;
      best = label;
      count = tally[label]!;
    }
    for (const at of rows) tally[labels[at]!] = 0;
    return best;
  };
  const fallback = majority(kept, 0);
  let [right, tested] = [0, 0];
  for (const rows of groups) {
    const guess = majority(rows, fallback);
    for (const at of rows) {
      if (fits(at)) continue;
      tested += 1;
      if (labels[at] === guess) right += 1;
    }
  }
  return right / tested;
}

function scoreMeans(
  groups: readonly (readonly number[])[],
  kept: readonly number[],
  fits: (at: number) => boolean,
  labels: readonly number[],
): number {
  const mean = (rows: readonly number[]) => rows.reduce((sum, at) => sum + labels[at]!, 0) / rows.length;
  const fallback = mean(kept.filter(fits));
  const centre = mean(kept.filter((at) => !fits(at)));
  let [left, total] = [0, 0];
  for (const rows of groups) {
    const known = rows.filter(fits);
    const guess = known.length > 0 ? mean(known) : fallback;
    for (const at of rows) {
      if (fits(at)) continue;
      left += (labels[at]! - guess) ** 2;
      total += (labels[at]! - centre) ** 2;
    }
  }
  return total === 0 ? 0 : Math.max(0, 1 - left / total);
}
