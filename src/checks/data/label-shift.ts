import type { Evidence } from '../../evidence/evidence.ts';
import { type Figure, type Metric, plainFinding } from '../../evidence/finding.ts';
import { holm } from '../../stats/fdr.ts';
import { homogeneity } from '../../stats/homogeneity.ts';
import { rateDifference } from '../../stats/interval.ts';
import { permutationTest } from '../../stats/permutation.ts';
import { oldVersions, rowSides } from '../change-rows.ts';
import { defineCheck } from '../check.ts';
import { rateEstimate } from '../excess.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { sampleRows } from '../sample-rows.ts';
import { counted, listed, percent } from '../words.ts';

/** Shuffled rows in all, so that a large data set is not shuffled for minutes. */
const WORK = 1e8;
const CLASSES_SHOWN = 10;

/** Whether the labels that come (or go) are distributed as base's are: significance and effect, both. */
export const labelShift = defineCheck({
  id: 'label-shift',
  family: 'data',
  question: 'Are the labels of the changed rows distributed otherwise than those of base?',
  why: "A batch with other labels moves the model's prior, and a flood of one label is the cheapest poison.",
  needs: ['base', 'head', 'label'],
  options: {
    alpha: {
      default: 0.001,
      min: 1e-9,
      max: 0.2,
      unit: 'rate',
      sentence: 'Warns when chance explains the shift no more often than this.',
    },
    effect: {
      default: 0.1,
      min: 0,
      max: 1,
      unit: 'share',
      sentence:
        'And when at least this share of the rows would need another label (regression: this many standard deviations, times five).',
    },
  },
  gateMetric: 'label distance',
  remedy: 'Check how the new rows were collected, and whether the shift is meant.',
  run(evidence, options) {
    const { base, arriving, leaving } = movedLabels(evidence);
    const sides = [
      { name: 'new', labels: arriving },
      { name: 'removed', labels: leaving },
    ].filter(({ labels }) => labels.length > 0);
    if (sides.length === 0 || base.length === 0) return plainFinding('pass', 'No label comes or goes.');
    const tests = sides.map(({ labels }) => compare(evidence, base, labels, options.alpha));
    const adjusted = holm(tests.map(({ p }) => p));
    const shifted = sides.flatMap((side, i) =>
      adjusted[i]! <= options.alpha && tests[i]!.effect >= options.effect
        ? [{ side, test: tests[i]!, p: adjusted[i]! }]
        : [],
    );
    const metrics = sides.map(
      ({ name, labels }, i): Metric => ({
        name: name === 'new' ? 'label distance' : 'label distance of removed rows',
        at: null,
        unit: 'share',
        limit: options.effect,
        base: null,
        head: { value: tests[i]!.effect, low: null, high: null, n: labels.length },
        delta: null,
      }),
    );
    const worst = shifted[0];
    const classes =
      worst && evidence.task === 'classification'
        ? movedClasses(evidence, base, worst.side.labels, options.alpha)
        : null;
    const more = {
      metrics: [...metrics, ...(classes?.metrics ?? [])],
      figures: evidence.task === 'classification' ? [bars(base, sides, evidence.classes.length)] : [],
    };
    if (!worst) {
      const largest = Math.max(...tests.map(({ effect }) => effect));
      return plainFinding(
        'pass',
        `Labels of the changed rows follow base's (distance ${percent(largest)}, within chance or too small to matter).`,
        more,
      );
    }
    const which = classes && classes.names.length > 0 ? ` Most moved: ${listed(classes.names, 3)}.` : '';
    return plainFinding(
      'warn',
      `Labels of ${counted(worst.side.labels.length, `${worst.side.name} row`)} are distributed otherwise than base's: distance ${percent(Math.min(1, worst.test.effect))} (p = ${worst.p.toPrecision(2)}).${which}`,
      { ...more, remedy: this.remedy },
    );
  },
  samples(seed) {
    const world = (shares: readonly number[]) =>
      sampleWorld(seed, { added: 0, more: () => sampleRows(seed ^ 0x5f1f, { count: 80, shares, change: 'added' }) });
    return { faulty: sampleEvidence(world([6, 1, 1, 1])), clean: sampleEvidence(world([1, 1, 1, 1])) };
  },
});

/** Labels at base, and those that come and go; a changed row that keeps its label does neither. */
function movedLabels(evidence: Evidence): { base: number[]; arriving: number[]; leaving: number[] } {
  const { base, arriving, leaving } = rowSides(evidence);
  const labelOf = (row: number) => evidence.rows[row]!.label;
  const still = new Set<number>();
  for (const [row, old] of oldVersions(evidence)) if (labelOf(row) === labelOf(old)) still.add(row).add(old);
  const labels = (rows: readonly number[]) =>
    rows.flatMap((row) => (still.has(row) || labelOf(row) === null ? [] : [labelOf(row)!]));
  return { base: base.flatMap((row) => labelOf(row) ?? []), arriving: labels(arriving), leaving: labels(leaving) };
}

function compare(
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
    values.forEach((label, i) => (second[i] === 1 ? b : a)[label]!++);
    return homogeneity(a, b).chiSquare;
  };
  return {
    p: permutationTest(base, labels, statistic, { seed: evidence.seed, rounds: most }).p,
    effect: test.distance,
  };
}

function movedClasses(
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

function bars(
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
