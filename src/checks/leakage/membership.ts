import type { Evidence } from '../../evidence/evidence.ts';
import { type Estimate, type Figure, type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import { ownEnsemble } from '../../evidence/scores.ts';
import { compareLeakage, type Leakage, leakageOf } from '../../stats/leakage.ts';
import { rocCurve } from '../../stats/roc.ts';
import { defineCheck } from '../check.ts';
import { sampleEnsemble } from '../sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { tenths } from '../words.ts';

/** Fewer expected false positives than this carry no rate. */
const FEWEST_FALSE_POSITIVES = 5;
const RATES = [0.001, 0.01] as const;

const REMEDY =
  'Look at the exposed rows and at what the change repeats; a smaller model or more regularisation leaks less.';

const options = {
  min_increase: {
    default: 0.01,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Rise of the TPR at 0.1% FPR that counts as a failure, if its 99% lower bound is above it.',
  },
} as const;

/**
 * LiRA (Carlini et al., S&P 2022, arXiv 2112.03570) on base and on base with the whole change; where there is no base, on
 * the new rows alone.
 */
export const membership = defineCheck({
  id: 'membership',
  family: 'leakage',
  question: 'Does the change make it easier to tell who was in the training data?',
  why: 'A model that answers differently about rows it was trained on betrays whose data were used (LiRA, arXiv 2112.03570).',
  needs: ['head', 'label', 'shadows'],
  options,
  gateMetric: 'tpr',
  remedy: REMEDY,
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
  const ensemble = ownEnsemble(evidence.scores);
  if (!ensemble) return plainFinding('not-applicable', 'No shadow models were trained.');
  const rows = evidence.rows.flatMap((row, index) =>
    row.inHead && (row.inBase || !base) && row.split === 'train' && row.label !== null ? [index] : [],
  );
  const expected = (rate: number) => (rate * rows.length * ensemble.models) / 2;
  const carried = RATES.filter((rate) => expected(rate) >= FEWEST_FALSE_POSITIVES);
  if (carried.length === 0)
    return plainFinding(
      'unknown',
      `${rows.length} rows are too few to measure a rate of ${RATES[1]} false positives.`,
      { remedy: 'Use more shadow models or more rows.' },
    );
  const asked = { rows, rates: carried };
  return base && applied
    ? compared(compareLeakage(base, applied, asked), min_increase)
    : alone(leakageOf(ensemble, asked), min_increase);
}

function compared(all: ReturnType<typeof compareLeakage>, min_increase: number): Finding {
  const { before, after, difference, error } = all[0]!;
  const lower = difference - SURELY * error;
  const outcome = lower > min_increase ? 'fail' : lower > min_increase / 2 ? 'warn' : 'pass';
  const words =
    outcome === 'pass' ? 'no more than before' : outcome === 'warn' ? 'somewhat more than before' : 'more than before';
  const summary = `At ${tenths(after.rate)} false positives an attacker recognises ${tenths(after.tpr)} of the training rows (base: ${tenths(before.tpr)}): ${words}.`;
  return plainFinding(outcome, summary, {
    remedy: outcome === 'pass' ? '' : REMEDY,
    metrics: [
      ...all.map((one) => ({
        ...metric('tpr', 'rate', one.after.rate),
        base: tprEstimate(one.before),
        head: tprEstimate(one.after),
        delta: bounded(one.difference, one.error, null, -1),
      })),
      {
        ...metric('auc', 'share', null),
        base: plain(before.area),
        head: plain(after.area),
        delta: plain(after.area - before.area),
      },
      { ...metric('realised fpr', 'rate', after.rate), base: counted(before), head: counted(after) },
    ],
    figures: [roc([before, after])],
  });
}

/** A new data set is told what it leaks. No base was better, so that alone is never a `fail`: limits of a gate decide. */
function alone(all: readonly Leakage[], min_increase: number): Finding {
  const leakage = all[0]!;
  const leaks = leakage.tpr - SURELY * leakage.error > min_increase;
  const summary = `The rows are new, with no base to compare with: at ${tenths(leakage.rate)} false positives an attacker recognises ${tenths(leakage.tpr)} of them.`;
  return plainFinding(leaks ? 'warn' : 'pass', summary, {
    remedy: leaks ? REMEDY : '',
    metrics: [
      ...all.map((one) => ({ ...metric('tpr', 'rate', one.rate), head: tprEstimate(one) })),
      { ...metric('auc', 'share', null), head: plain(leakage.area) },
      { ...metric('realised fpr', 'rate', leakage.rate), head: counted(leakage) },
    ],
    figures: [roc([null, leakage])],
  });
}

/** Two-sided 99%. */
const SURELY = 2.576;

const metric = (name: string, unit: string, fpr: number | null): Metric => ({
  name,
  at: fpr === null ? null : { fpr },
  unit,
  limit: null,
  base: null,
  head: null,
  delta: null,
});
const plain = (value: number): Estimate => ({ value, low: null, high: null, n: null });
const counted = ({ fpr, falsePositives }: Leakage): Estimate => ({ ...plain(fpr), n: falsePositives });
const bounded = (value: number, error: number, n: number | null, floor: number): Estimate => ({
  value,
  low: Math.max(floor, value - 1.96 * error),
  high: Math.min(1, value + 1.96 * error),
  n,
});
const tprEstimate = ({ tpr, error, scores }: Leakage) => bounded(tpr, error, scores.members.length, 0);

function roc([before, after]: readonly [Leakage | null, Leakage]): Figure {
  return {
    kind: 'roc',
    title: 'Who was in the training data?',
    x: 'false positive rate',
    y: 'true positive rate',
    series: [
      ...(before ? [{ name: 'base', points: rocCurve(before.scores, 40) }] : []),
      { name: 'head', points: rocCurve(after.scores, 40) },
    ],
  };
}
