import type { Evidence } from '../../evidence/evidence.ts';
import { type Estimate, type Figure, type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import { ownEnsemble } from '../../evidence/scores.ts';
import type { EpsilonAudit } from '../../stats/audit-epsilon.ts';
import { auditCanaries, type CanaryAudit } from '../../stats/canary-audit.ts';
import type { Leakage } from '../../stats/leakage.ts';
import { rocCurve } from '../../stats/roc.ts';
import { defineCheck } from '../check.ts';
import { sampleCanaries } from '../sample-canaries.ts';
import { counted, tenths } from '../words.ts';
import { canaryExperiment, plantedCanaries } from './canaries.ts';

const REMEDY =
  'Say by `noise` and `clip` how your training hides rows, put such canaries into that training itself, or withdraw the claim.';
const CONFIDENCE = 0.95;
/** Fewer tell members from others by luck. */
const [FEWEST_MODELS, FEWEST_CANARIES] = [8, 10];
/** Fewer expected false positives than this carry no rate. */
const FEWEST_FALSE_POSITIVES = 5;
const RATES = [0.001, 0.01] as const;

const options = {
  epsilon: {
    default: 0,
    min: 0,
    max: 100,
    unit: 'nats',
    sentence: 'Epsilon that the training is claimed to keep; 0: none is claimed, and no models are trained for it.',
  },
  delta: { default: 1e-5, min: 0, max: 0.5, unit: 'rate', sentence: 'Delta of that claim.' },
  noise: {
    default: 0,
    min: 0,
    max: 1000,
    unit: 'clip norms',
    sentence:
      'Noise of your DP-SGD, as its library takes it: the models of this check are trained with it; 0: without.',
  },
  clip: { default: 1, min: 1e-6, max: 1e6, unit: 'norm', sentence: "Norm that your DP-SGD cuts a row's gradient to." },
} as const;

type Claim = { readonly epsilon: number; readonly delta: number; readonly noise: number; readonly clip: number };

/** The worst case against a claim of differential privacy (Aerni, Zhang and Tramèr 2024, arXiv 2404.17399). */
export const privacyAudit = defineCheck({
  id: 'privacy-audit',
  family: 'leakage',
  question: 'Do the worst rows leak more than the epsilon that is claimed allows?',
  why: 'Averages hide the worst case: mislabelled rows are recognised far more often than others, and that bounds epsilon from below (arXiv 2404.17399, 2006.07709, 2305.08846).',
  needs: ['head', 'classes', 'shadows'],
  options,
  gateMetric: null,
  remedy: REMEDY,
  silent: ({ epsilon }) =>
    epsilon > 0 ? null : 'no epsilon is claimed: set `epsilon` of `privacy-audit` under `checks`',
  experiments(evidence, claim) {
    const wanted = claim.epsilon > 0 && whyUnknown(evidence) === null && experimentOf(evidence, claim);
    return wanted ? [wanted] : [];
  },
  run: judge,
  samples: (seed) => ({ ...sampleCanaries(seed, (evidence) => experimentOf(evidence)), options: { epsilon: 1 } }),
});

const modelsOf = ({ scores }: Evidence) => ownEnsemble(scores)?.models ?? 0;

function experimentOf(evidence: Evidence, { noise, clip }: Pick<Claim, 'noise' | 'clip'> = { noise: 0, clip: 1 }) {
  const shadows = modelsOf(evidence);
  return canaryExperiment(evidence, noise > 0 ? { shadows, privacy: { noise, clip } } : { shadows });
}

/** Why canaries could not tell, whatever came of them; null where they can. */
function whyUnknown(evidence: Evidence): Pick<Finding, 'summary' | 'remedy'> | null {
  const models = modelsOf(evidence);
  if (models < FEWEST_MODELS)
    return {
      summary: `${models} shadow models are too few: at least ${FEWEST_MODELS} are needed.`,
      remedy: 'Use more shadow models (`shadows.models`).',
    };
  const experiment = experimentOf(evidence);
  if (!experiment)
    return {
      summary: 'Fewer than two classes have four rows or more: there is no wrong label to give.',
      remedy: 'Add rows.',
    };
  const canaries = experiment.plant.length;
  if (canaries >= FEWEST_CANARIES) return null;
  return {
    summary: `A tenth of the rows are ${counted(canaries, 'canary', 'canaries')}: at least ${FEWEST_CANARIES} are needed.`,
    remedy: 'Add rows.',
  };
}

function judge(evidence: Evidence, { epsilon: claim, delta, noise, clip }: Claim): Finding {
  if (claim === 0) return plainFinding('not-applicable', 'No epsilon is claimed (option `epsilon`).');
  const why = whyUnknown(evidence);
  if (why) return plainFinding('unknown', why.summary, why);
  const planted = plantedCanaries(evidence);
  if (!planted)
    return plainFinding('unknown', 'The budget ended before the canaries were planted.', {
      remedy: 'Give the review more time (budget), or fewer shadow models.',
    });
  const { ensemble, canaries, population } = planted;
  const rates = RATES.filter((rate) => (rate * canaries.length * ensemble.models) / 2 >= FEWEST_FALSE_POSITIVES);
  const audit = auditCanaries(ensemble, { canaries, population, rates, delta, confidence: CONFIDENCE });
  const told = { metrics: metricsOf(audit, claim), figures: figuresOf(audit) };
  const { epsilon } = audit;
  const trials = `${canaries.length} canaries and ${ensemble.models} shadow models`;
  if (!epsilon)
    return plainFinding('unknown', `${trials} are too few to fix thresholds by one half and count by the other.`, {
      ...told,
      remedy: 'Use more shadow models (`shadows.models`).',
    });
  const bounds = [epsilon.rates.epsilon, epsilon.oneRun];
  const above = bounds.filter((bound) => bound > claim).length;
  if (above === 0 && epsilon.most <= claim)
    return plainFinding(
      'unknown',
      `${trials} can rule out no epsilon above ${epsilon.most.toFixed(1)}: a claim of ${claim} is not tested by them.`,
      { ...told, remedy: 'Use more shadow models (`shadows.models`).' },
    );
  const outcome = above === 2 ? 'fail' : above === 1 ? 'warn' : 'pass';
  const summary = `${seenOf(audit)}A training like this review's, ${noise > 0 ? `with noise ${noise} and clip norm ${clip}` : 'without noise'}, keeps no epsilon below ${Math.min(...bounds).toFixed(2)} (95%, delta ${delta}): for it the claim of ${claim} ${VERDICT[outcome]}.`;
  return plainFinding(outcome, summary, { ...told, remedy: outcome === 'pass' ? '' : REMEDY });
}

const VERDICT = { fail: 'does not hold', warn: 'is ruled out by one of two bounds', pass: 'is not contradicted' };

function seenOf({ canaries, population }: CanaryAudit): string {
  const [worst, usual] = [canaries[0], population[0]];
  if (!worst || !usual) return '';
  return `At ${tenths(worst.rate)} false positives an attacker recognises ${tenths(worst.tpr)} of mislabelled canaries and ${tenths(usual.tpr)} of other rows. `;
}

function metricsOf({ canaries, population, epsilon }: CanaryAudit, claim: number): Metric[] {
  const tpr = (name: string, { rate, tpr: value, error, scores }: Leakage): Metric => ({
    ...metric(name, 'rate', { fpr: rate }),
    head: Number.isFinite(value)
      ? {
          value,
          low: Math.max(0, value - 1.96 * error),
          high: Math.min(1, value + 1.96 * error),
          n: scores.members.length,
        }
      : null,
  });
  return [
    ...canaries.map((each) => tpr('canary tpr', each)),
    ...population.map((each) => tpr('tpr', each)),
    ...(epsilon ? boundsOf(epsilon, claim) : []),
  ];
}

function boundsOf({ rates, counts, oneRun, guesses }: EpsilonAudit, claim: number): Metric[] {
  const bound = (value: number, n: number): Estimate => ({ value, low: value, high: null, n });
  return [
    {
      ...metric('epsilon lower bound by rates', 'nats', null),
      limit: claim,
      head: bound(rates.epsilon, counts.members + counts.others),
    },
    { ...metric('epsilon lower bound by guesses', 'nats', null), limit: claim, head: bound(oneRun, guesses.guesses) },
  ];
}

const metric = (name: string, unit: string, at: Metric['at']): Metric => ({
  ...{ name, at, unit, limit: null, base: null, head: null, delta: null },
});

function figuresOf({ canaries, population }: CanaryAudit): Figure[] {
  const [worst, usual] = [canaries[0], population[0]];
  if (!worst || !usual || ![worst.tpr, usual.tpr].every(Number.isFinite)) return [];
  return [
    {
      kind: 'roc',
      title: 'Canaries beside other rows',
      x: 'false positive rate',
      y: 'true positive rate',
      series: [
        { name: 'mislabelled canaries', points: rocCurve(worst.scores, 40) },
        { name: 'other rows', points: rocCurve(usual.scores, 40) },
      ],
    },
  ];
}
