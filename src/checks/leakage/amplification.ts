import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import { type Finding, plainFinding } from '../../evidence/finding.ts';
import { defaultOptions, defineCheck } from '../check.ts';
import { answerRounds, sampleEnsemble } from '../sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { answer, powerSentence } from './amplification-words.ts';
import { confirmationOf, confirmingExperiments, lastExperiments } from './confirmation.ts';
import { measuredPower, powerExperiment } from './power.ts';
import { type Shortlist, shortlistOf } from './shortlist.ts';
import { type Trial, trialExperiments, trialOf } from './trial.ts';
import { isDoubtful, namedBy, type Thresholds, verify } from './verify.ts';

const REMEDY = 'Remove the named rows, or have their labels confirmed by someone other than their author.';

const options = {
  min_effect: {
    default: 1.5,
    min: 0.1,
    max: 20,
    unit: 'd-prime',
    sentence: "Least rise of a row's d' by the suspects that counts as exposure.",
  },
  min_lower: {
    default: 1,
    min: 0,
    max: 20,
    unit: 'd-prime',
    sentence: 'Least lower bound (95%, one-sided) of that rise.',
  },
  min_tpr: {
    default: 0.1,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Least rate at which the row is then recognised as a member, at 0.1% false positives.',
  },
  max_p: {
    default: 0.01,
    min: 0,
    max: 0.2,
    unit: 'rate',
    sentence: 'Largest p-value, adjusted by Holm over all rows tested.',
  },
  power: {
    default: 1,
    min: 0,
    max: 1,
    unit: 'models',
    sentence:
      '1 plants wrong-label copies in a replicate of its own, to say what would have been found; 0 saves the time.',
  },
} as const;

/** Truth Serum (Tramèr et al., CCS 2022, arXiv 2204.00032), its evaluation turned into a defence: docs/method.md. */
export const amplification = defineCheck({
  id: 'amplification',
  family: 'leakage',
  question: 'Do rows of this change make the trained model give away rows that other people contributed?',
  why: 'Whoever may add a few rows can make a model leak others by one to two orders of magnitude (Tramèr et al., CCS 2022, arXiv 2204.00032).',
  needs: ['base', 'head', 'classes', 'ensembles', 'screen'],
  options,
  gateMetric: null,
  remedy: REMEDY,
  experiments,
  run(evidence, limits) {
    const list = shortlistOf(evidence);
    if (!list || list.screened === 0) return plainFinding('not-applicable', 'No row with a label arrives or leaves.');
    const power = measuredPower(evidence, list);
    const found = powerSentence(power);
    if (list.suspects.length === 0 && list.unmeasured > 0) return unmeasured(list);
    if (list.suspects.length === 0)
      return plainFinding(
        'pass',
        `None of ${list.screened} new units stands out among ${list.reference.length} units of base.${found}`,
        { power },
      );
    const thresholds = thresholdsOf(limits);
    const trial = trialOf(evidence, list, limits.min_effect);
    const confirmation = confirmationOf(evidence);
    const verified = trial && verify(list, trial, confirmation, thresholds);
    const isOpen = trial && !confirmation?.last && lastOf(evidence, list, trial, thresholds).length > 0;
    if (!verified || isOpen)
      return plainFinding(
        'unknown',
        `${list.suspects.length} suspects were shortlisted, but the budget ended before they were verified.`,
        { power, remedy: 'Give the review more time (budget), or fewer shadow models.' },
      );
    const finding = answer(evidence, list, verified, power, REMEDY);
    return finding.outcome === 'pass' && list.unmeasured > 0 ? unmeasured(list) : finding;
  },
  samples(seed) {
    const wrong = 8;
    const evidenceOf = (poisoned: boolean) => {
      const world = sampleWorld(seed, {
        base: 240,
        added: 60,
        models: 64,
        more: (rows) =>
          poisoned
            ? rows.slice(0, wrong).map((row) => ({
                ...row,
                label: (row.label! + 1) % 4,
                inBase: false,
                inHead: true,
                change: 'added' as const,
                cluster: null,
              }))
            : [],
        effects: (rows) =>
          poisoned
            ? Array.from({ length: wrong }, (_, index) => ({
                culprit: rows.length - wrong + index,
                victim: index,
                strength: 8,
              }))
            : [],
      });
      const made = (['base', 'with', 'screen'] as const).map((name) => sampleEnsemble(world, { name }));
      const evidence = sampleEvidence(world, { scores: { base: made[0]!, with: made[1]!, screen: made[2]! } });
      return answerRounds(world, evidence, (seen) => experiments(seen, defaultOptions(options)));
    };
    return { faulty: evidenceOf(true), clean: evidenceOf(false) };
  },
});

function unmeasured({ unmeasured: units, screened }: Shortlist): Finding {
  return plainFinding('unknown', `${units} of ${screened} new units could not be screened: too few shadow models.`, {
    remedy: 'Use more shadow models (`shadows.models`).',
  });
}

type Limits = Parameters<typeof thresholdsOf>[0];

function thresholdsOf(limits: {
  readonly min_effect: number;
  readonly min_lower: number;
  readonly min_tpr: number;
  readonly max_p: number;
}): Thresholds {
  return { difference: limits.min_effect, lower: limits.min_lower, tpr: limits.min_tpr, p: limits.max_p };
}

/**
 * First the trial and the power replicate; once the trial is in, the confirmation of what it accuses; once that is in, the
 * last round where it is needed.
 */
function experiments(evidence: Evidence, limits: Limits & { readonly power: number }): Experiment[] {
  const list = shortlistOf(evidence);
  if (!list) return [];
  const trial = trialOf(evidence, list, limits.min_effect);
  return [
    ...trialExperiments(evidence, list),
    ...(trial ? confirmingExperiments(evidence, list, trial) : []),
    ...(trial ? lastOf(evidence, list, trial, thresholdsOf(limits)) : []),
    ...(limits.power > 0 ? [powerExperiment(evidence, list)] : []),
  ];
}

function lastOf(evidence: Evidence, list: Shortlist, trial: Trial, thresholds: Thresholds): Experiment[] {
  const confirmation = confirmationOf(evidence);
  // By the confirmation as it was before the last: whom that would name does not change by what the last says.
  const first = confirmation && verify(list, trial, { ...confirmation, last: null }, thresholds);
  if (!first) return [];
  const { judged } = first;
  const named = namedBy(judged).culprits;
  return lastExperiments(evidence, trial, { named, isDoubtful: isDoubtful(judged, thresholds) });
}
