import { keyOf } from '../tensor/random.ts';
import type { ColumnPlan } from './columns.ts';

const BINS = 20;

/**
 * How well one column alone tells the label, in [0, 1]: the majority label of each value (numbers in 20 quantile bins)
 * fitted on one half of the rows by hash and scored on the other, both ways. Regression: R squared of the means, not
 * below 0. An unseen value gets the majority (the mean) of the fitting half.
 */
export function labelAccuracy(
  plan: ColumnPlan,
  values: readonly (string | null)[],
  labels: readonly (number | null)[],
  hashes: readonly string[],
  regression: boolean,
): number | null {
  const kept = labels.flatMap((label, at) => (label === null ? [] : [at]));
  if (kept.length < 4) return null;
  const keys = plan.numeric && plan.kind !== 'boolean' ? binned(values, kept) : values.map((value) => value ?? '');
  const half = (at: number) => keyOf(hashes[at]!) % 2;
  const score = regression ? scoreMeans : scoreMajority;
  const scores = [0, 1].map((side) => {
    const [fit, test] = [kept.filter((at) => half(at) === side), kept.filter((at) => half(at) !== side)];
    return fit.length && test.length ? score(fit, test, keys, labels as readonly number[]) : null;
  });
  const [a, b] = scores;
  return a == null || b == null ? null : (a + b) / 2;
}

function binned(values: readonly (string | null)[], kept: readonly number[]): string[] {
  const numbers = values.map((value) => (value === null ? Number.NaN : Number(value)));
  const sorted = Float64Array.from(kept.map((at) => numbers[at]!).filter(Number.isFinite)).sort();
  const edges = Array.from(
    { length: BINS - 1 },
    (_, bin) => sorted[Math.floor(((bin + 1) / BINS) * sorted.length)] ?? 0,
  );
  return numbers.map((value) => (Number.isFinite(value) ? String(edges.filter((edge) => value >= edge).length) : ''));
}

function scoreMajority(
  fit: readonly number[],
  test: readonly number[],
  keys: readonly string[],
  labels: readonly number[],
): number {
  const counts = new Map<string, Map<number, number>>([['', new Map()]]);
  const all = new Map<number, number>();
  for (const at of fit) {
    const group = counts.get(keys[at]!) ?? new Map<number, number>();
    counts.set(keys[at]!, group);
    for (const tally of [group, all]) tally.set(labels[at]!, (tally.get(labels[at]!) ?? 0) + 1);
  }
  const top = (tally: ReadonlyMap<number, number>) => [...tally].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
  const rule = new Map([...counts].map(([key, tally]) => [key, top(tally)]));
  const fallback = top(all);
  return test.filter((at) => (rule.get(keys[at]!) ?? fallback) === labels[at]).length / test.length;
}

function scoreMeans(
  fit: readonly number[],
  test: readonly number[],
  keys: readonly string[],
  labels: readonly number[],
): number {
  const sums = new Map<string, [number, number]>();
  for (const at of fit) {
    const [sum, count] = sums.get(keys[at]!) ?? [0, 0];
    sums.set(keys[at]!, [sum + labels[at]!, count + 1]);
  }
  const mean = (rows: readonly number[]) => rows.reduce((sum, at) => sum + labels[at]!, 0) / rows.length;
  const [fallback, centre] = [mean(fit), mean(test)];
  let [left, total] = [0, 0];
  for (const at of test) {
    const [sum, count] = sums.get(keys[at]!) ?? [fallback, 1];
    left += (labels[at]! - sum / count) ** 2;
    total += (labels[at]! - centre) ** 2;
  }
  return total === 0 ? 0 : Math.max(0, 1 - left / total);
}
