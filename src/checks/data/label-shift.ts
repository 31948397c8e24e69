import { type Metric, plainFinding } from '../../evidence/finding.ts';
import { holm } from '../../stats/fdr.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { sampleRows } from '../sample-rows.ts';
import { counted, listed, percent } from '../words.ts';
import { bars, compareLabels, movedClasses, movedLabels } from './label-distance.ts';

const REMEDY = 'Check how the new rows were collected, and whether the shift is meant.';

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
  remedy: REMEDY,
  run(evidence, options) {
    const { base, arriving, leaving } = movedLabels(evidence);
    const sides = [
      { name: 'new', labels: arriving },
      { name: 'removed', labels: leaving },
    ].filter(({ labels }) => labels.length > 0);
    if (sides.length === 0 || base.length === 0) return plainFinding('pass', 'No label comes or goes.');
    const tests = sides.map(({ labels }) => compareLabels(evidence, base, labels, options.alpha));
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
      { ...more, remedy: REMEDY },
    );
  },
  samples(seed) {
    const world = (shares: readonly number[]) =>
      sampleWorld(seed, { added: 0, more: () => sampleRows(seed ^ 0x5f1f, { count: 80, shares, change: 'added' }) });
    return { faulty: sampleEvidence(world([6, 1, 1, 1])), clean: sampleEvidence(world([1, 1, 1, 1])) };
  },
});
