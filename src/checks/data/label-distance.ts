import type { Evidence } from '../../evidence/evidence.ts';
import type { Figure, Metric } from '../../evidence/finding.ts';
import { homogeneity } from '../../stats/homogeneity.ts';
import { rateDifference } from '../../stats/interval.ts';
import { permutationTest } from '../../stats/permutation.ts';
import { oldVersions, rowSides } from '../change-rows.ts';
import { rateEstimate } from '../excess.ts';

/** Shuffled rows in all, so that a large data set is not shuffled for minutes. */
const WORK = 1e8;
const CLASSES_SHOWN = 10;

/** Labels at base, and those that come and go; a changed row that keeps its label does neither. */
export function movedLabels(evidence: Evidence): { base: number[]; arriving: number[]; leaving: number[] } {
  const { base, arriving, leaving } = rowSides(evidence);
  const labelOf = (row: number) => evidence.rows[row]!.label;
  const still = new Set<number>();
  for (const [row, old] of oldVersions(evidence)) if (labelOf(row) === labelOf(old)) still.add(row).add(old);
  const labels = (rows: readonly number[]) =>
    rows.flatMap((row) => (still.has(row) || labelOf(row) === null ? [] : [labelOf(row)!]));
  return { base: base.flatMap((row) => labelOf(row) ?? []), arriving: labels(arriving), leaving: labels(leaving) };
}

/** p-value and effect (total variation distance; regression: a fifth of the standardised gap of the means). */
export function compareLabels(
  evidence: Evidence,
  base: readonly number[],
  labels: readonly number[],
  alpha: number,
): { p: number; effect: number } {
  const rounds = Math.max(Math.ceil(4 / alpha), 999);
  const most = Math.max(99, Math.min(rounds, Math.floor(WORK / (base.length + labels.length))));
  if (evidence.task === 'regression') {
    const spread = deviation(base) || 1;
    const gap = (values: readonly number[], second: Uint8Array) =>
      Math.abs(meanWhere(values, second, 1) - meanWhere(values, second, 0)) / spread;
    const { observed, p } = permutationTest(base, labels, gap, { seed: evidence.seed, rounds: most });
    return { p, effect: observed / 5 };
  }
  const C = evidence.classes.length;
  const test = homogeneity(counts(base, C), counts(labels, C));
  if (!test.sparse) return { p: test.p, effect: test.distance };
  const statistic = (values: readonly number[], second: Uint8Array) => {
    const a = new Array<number>(C).fill(0);
    const b = new Array<number>(C).fill(0);
    for (let i = 0; i < values.length; i++) (second[i] === 1 ? b : a)[values[i]!]!++;
    return homogeneity(a, b).chiSquare;
  };
  return {
    p: permutationTest(base, labels, statistic, { seed: evidence.seed, rounds: most }).p,
    effect: test.distance,
  };
}

/** Classes whose share moved beyond chance, most moved first. */
export function movedClasses(
  evidence: Evidence,
  base: readonly number[],
  labels: readonly number[],
  alpha: number,
): { names: string[]; metrics: Metric[] } {
  const C = evidence.classes.length;
  const before = counts(base, C);
  const after = counts(labels, C);
  const moved = evidence.classes
    .map((name, label) => {
      const first = { k: before[label]!, n: base.length };
      const second = { k: after[label]!, n: labels.length };
      const delta = {
        value: second.k / second.n - first.k / first.n,
        ...rateDifference(first, second, 1 - alpha / C),
        n: second.n,
      };
      return { name, first, second, delta };
    })
    .filter(({ delta }) => delta.low > 0 || delta.high < 0)
    .sort((a, b) => Math.abs(b.delta.value) - Math.abs(a.delta.value))
    .slice(0, CLASSES_SHOWN);
  return {
    names: moved.map(({ name }) => name),
    metrics: moved.map(({ name, first, second, delta }) => ({
      name: `share of ${name.slice(0, 60)}`,
      at: null,
      unit: 'share',
      limit: null,
      base: rateEstimate(first),
      head: rateEstimate(second),
      delta,
    })),
  };
}

/** Shares per class, side beside side. */
export function bars(
  base: readonly number[],
  sides: readonly { name: string; labels: readonly number[] }[],
  classes: number,
): Figure {
  const shares = (labels: readonly number[]) =>
    counts(labels, classes)
      .slice(0, 500)
      .map((count, label): readonly [number, number] => [label, count / labels.length]);
  return {
    kind: 'bars',
    title: 'Labels of base and of the change',
    x: 'class',
    y: 'share of rows',
    series: [
      { name: 'base', points: shares(base) },
      ...sides.map(({ name, labels }) => ({ name, points: shares(labels) })),
    ],
  };
}

function counts(labels: readonly number[], classes: number): number[] {
  const found = new Array<number>(classes).fill(0);
  for (const label of labels) found[label]!++;
  return found;
}

function meanWhere(values: readonly number[], second: Uint8Array, side: number): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++)
    if (second[i] === side) {
      sum += values[i]!;
      n++;
    }
  return n === 0 ? 0 : sum / n;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
