import type { Evidence } from '../../evidence/evidence.ts';
import { type Estimate, type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import { compareLeakage, type Leakage } from '../../stats/leakage.ts';
import { rocCurve } from '../../stats/roc.ts';
import { defineCheck } from '../check.ts';
import { sampleEnsemble } from '../sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';

/** Fewer expected false positives than this carry no rate. */
const FEWEST_FALSE_POSITIVES = 5;
const RATES = [0.001, 0.01] as const;

const options = {
  min_increase: {
    default: 0.01,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Rise of the TPR at 0.1% FPR that counts as a failure, if its 99% lower bound is above it.',
  },
} as const;

/** LiRA (Carlini et al., S&P 2022, arXiv 2112.03570) on base and on base with the whole change. */
export const membership = defineCheck({
  id: 'membership',
  family: 'leakage',
  question: 'Does the change make it easier to tell who was in the training data?',
  why: 'A model that answers differently about rows it was trained on betrays whose data were used (LiRA, arXiv 2112.03570).',
  needs: ['base', 'head', 'classes', 'ensembles'],
  options,
  gateMetric: 'tpr',
  remedy: 'Look at the exposed rows and at what the change repeats; a smaller model or more regularisation leaks less.',
  run: measure,
  samples(seed) {
    const world = sampleWorld(seed, { base: 300, added: 40, models: 64 });
    const [base, applied, screen] = (['base', 'with', 'screen'] as const).map((name) =>
      sampleEnsemble(world, { name }),
    );
    const clean = sampleEvidence(world, { scores: { base: base!, with: applied!, screen: screen! } });
    // The fault: with the change, members answer two nats higher.
    const louder = applied!.phi.map((phi, cell) => phi + (applied!.inside[cell] === 1 ? 2 : 0));
    const faulty = { ...clean, scores: { ...clean.scores, with: { ...applied!, phi: louder } } };
    return { faulty, clean };
  },
});

function measure(evidence: Evidence, { min_increase }: { readonly min_increase: number }): Finding {
  const { base, with: applied } = evidence.scores;
  if (!base || !applied) return plainFinding('not-applicable', 'No ensemble was trained on base.');
  const rows = evidence.rows.flatMap((row, index) =>
    row.inBase && row.inHead && row.split === 'train' && row.label !== null ? [index] : [],
  );
  const expected = (rate: number) => (rate * rows.length * base.models) / 2;
  const carried = RATES.filter((rate) => expected(rate) >= FEWEST_FALSE_POSITIVES);
  if (carried.length === 0)
    return plainFinding(
      'unknown',
      `${rows.length} rows are too few to measure a rate of ${RATES[1]} false positives.`,
      { remedy: 'Use more shadow models or more rows.' },
    );
  const compared = carried.map((rate) => ({ rate, ...compareLeakage(base, applied, { rows, fpr: rate }) }));
  const { rate, before, after, difference, error } = compared[0]!;
  const lower = difference - 2.576 * error;
  const outcome = lower > min_increase ? 'fail' : lower > min_increase / 2 ? 'warn' : 'pass';
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const words =
    outcome === 'pass' ? 'no more than before' : outcome === 'warn' ? 'somewhat more than before' : 'more than before';
  const summary = `At ${percent(rate)} false positives an attacker recognises ${percent(after.tpr)} of the training rows (base: ${percent(before.tpr)}): ${words}.`;
  return plainFinding(outcome, summary, {
    remedy: outcome === 'pass' ? '' : membershipRemedy,
    metrics: [
      ...compared.map((one): Metric => metricOf('tpr', { fpr: one.rate }, 'rate', one)),
      {
        name: 'auc',
        at: null,
        unit: 'share',
        limit: null,
        base: plain(before.area),
        head: plain(after.area),
        delta: plain(after.area - before.area),
      },
      {
        name: 'realised fpr',
        at: { fpr: rate },
        unit: 'rate',
        limit: null,
        base: counted(before),
        head: counted(after),
        delta: null,
      },
    ],
    figures: [
      {
        kind: 'roc',
        title: 'Who was in the training data?',
        x: 'false positive rate',
        y: 'true positive rate',
        series: [
          { name: 'base', points: rocCurve(before.scores, 40) },
          { name: 'head', points: rocCurve(after.scores, 40) },
        ],
      },
    ],
  });
}

const membershipRemedy =
  'Look at the exposed rows and at what the change repeats; a smaller model or more regularisation leaks less.';
const plain = (value: number): Estimate => ({ value, low: null, high: null, n: null });
const counted = ({ fpr, falsePositives }: Leakage): Estimate => ({
  value: fpr,
  low: null,
  high: null,
  n: falsePositives,
});

function metricOf(
  name: string,
  at: Record<string, number>,
  unit: string,
  one: ReturnType<typeof compareLeakage>,
): Metric {
  const bounded = (value: number, error: number, n: number | null, floor: number): Estimate => ({
    value,
    low: Math.max(floor, value - 1.96 * error),
    high: Math.min(1, value + 1.96 * error),
    n,
  });
  return {
    name,
    at,
    unit,
    limit: null,
    base: bounded(one.before.tpr, one.before.error, one.before.scores.members.length, 0),
    head: bounded(one.after.tpr, one.after.error, one.after.scores.members.length, 0),
    delta: bounded(one.difference, one.error, null, -1),
  };
}
