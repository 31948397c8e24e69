import { trainedClasses } from '../evidence/trained-classes.ts';
import { armsOf, dPrime } from '../stats/arms.ts';
import { auditCanaries, type CanaryAudit } from '../stats/canary-audit.ts';
import type { Leakage } from '../stats/leakage.ts';
import type { ScoredModels } from '../stats/paired.ts';
import { rocCurve } from '../stats/roc.ts';
import { keyOf } from '../tensor/random.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import type { AuditTable, Cell, Measure } from './audit.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from './enough.ts';
import { medianOf, plain, tprOf } from './measures.ts';
import { randomTargets } from './targets.ts';
import { percent, rateName } from './words.ts';

/** Canaries: as many as the paper plants, but no more than a tenth of the rows. */
const CANARIES = 500;
const LARGEST_SHARE = 0.1;
/** What epsilon is proved with. */
const [DELTA, CONFIDENCE] = [1e-5, 0.95];

/**
 * The worst case beside the average (Aerni, Zhang and Tramèr 2024): rows that take the place of their originals under a
 * wrong label, in or out of each model by a fair coin, and the epsilon that recognising them proves.
 */
export const privacyAudit: Attack = {
  id: 'privacy-audit',
  question: 'How well can the worst rows be recognised, and what epsilon does that rule out?',
  paper:
    'Aerni, Zhang and Tramèr 2024 (arXiv 2404.17399); Jagielski et al. 2020 (2006.07709); Steinke et al. 2023 (2305.08846)',
  blind:
    'A lower bound: a stronger attack, or more models, may prove more. It speaks of this slice trained as described, not of a training with noise elsewhere.',
  isDefault: () => true,
  weight: 2,
  run: auditWorstCase,
};

async function auditWorstCase(at: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered('unknown', why);
  const { models } = at.training!.plan;
  const rows = trainedClasses(at.pool).rows;
  const targets = Math.min(CANARIES, Math.floor(LARGEST_SHARE * rows.length));
  const canaries = randomTargets({ ...at, options: { ...at.options, targets } });
  const rates = carriedRates(canaries.length, models);
  if (rates.length === 0)
    return answered(
      'unknown',
      `A tenth of the rows are ${canaries.length} canaries: with ${models} shadow models too few for a rate of 1% false positives.`,
    );
  const originals = new Set(canaries.map(({ row }) => row));
  const ensemble = await at.train({
    name: 'mislabelled canaries',
    ...{ seed: at.seed, models, without: originals },
    extra: canaries.map(({ row, wrong }) => ({ copyOf: row, label: wrong, trained: 'half' })),
  });
  const planted = canaries.map((_, index) => at.pool.rows.length + index);
  const population = rows.filter((row) => !originals.has(row));
  const how = { rates, delta: DELTA, confidence: CONFIDENCE };
  const found = auditCanaries(ensemble, { canaries: planted, population, ...how });
  const note = `${canaries.length} canaries and ${population.length} other rows, ${models} shadow models.${smallClasses(at.pool)}`;
  return answered('measured', summaryOf(found), {
    tables: [
      tableOf(found, ensemble, { planted, population, rates, note }),
      ...(found.epsilon ? [epsilonTable(found.epsilon)] : []),
    ],
    figures: [
      {
        kind: 'roc',
        title: 'Canaries beside all other rows',
        x: 'false positive rate',
        y: 'true positive rate',
        series: [seriesOf('mislabelled canaries', found.canaries), seriesOf('other rows', found.population)],
      },
    ],
  });
}

function summaryOf({ canaries, population, epsilon }: CanaryAudit): string {
  const [worst, usual] = [canaries[0]!, population[0]!];
  const seen = `${rateName(worst.rate)} an attacker recognises ${percent(worst.tpr)} of mislabelled canaries, ${percent(usual.tpr)} of the other rows`;
  const words = seen[0]!.toUpperCase() + seen.slice(1);
  if (!epsilon) return `${words}; too few models hold a canary both in and out to say what epsilon that rules out.`;
  return `${words}: no epsilon below ${epsilonOf(epsilon).toFixed(2)} can be true of this training (95%, delta ${DELTA}).`;
}

/** What both forms prove. */
const epsilonOf = ({ rates, oneRun }: NonNullable<CanaryAudit['epsilon']>) => Math.min(rates.epsilon, oneRun);

function tableOf(
  found: CanaryAudit,
  ensemble: ScoredModels,
  of: { planted: readonly number[]; population: readonly number[]; rates: readonly number[]; note: string },
): AuditTable {
  const line = (whom: string, rows: readonly number[], leakage: readonly Leakage[]): Cell[] => [
    whom,
    ...leakage.map(tprOf),
    plain(leakage[0]!.area, 'share'),
    medianOf(dPrimes(ensemble, rows), 'd-prime', keyOf(whom)),
  ];
  return {
    title: 'The worst case: mislabelled canaries',
    note: `TPR: share of members recognised, 95% interval. ${of.note}`,
    columns: ['rows', ...of.rates.map((rate) => `TPR ${rateName(rate)}`), 'AUC', "median d'"],
    rows: [
      line('mislabelled canaries', of.planted, found.canaries),
      line('other rows', of.population, found.population),
    ],
  };
}

const dPrimes = ({ phi, inside, rows: width }: ScoredModels, rows: readonly number[]) =>
  rows.map((row) => dPrime(armsOf(phi, inside, { row, rows: width })));

function epsilonTable({ rates, counts, oneRun, guesses, most }: NonNullable<CanaryAudit['epsilon']>): AuditTable {
  const { truePositives, members, falsePositives, others } = counts;
  const bound = (value: number, n: number): Measure => ({ value, low: value, high: null, n, unit: 'epsilon' });
  return {
    title: 'Epsilon that is ruled out',
    note: `Lower bounds at 95% and delta ${DELTA}. Thresholds are fixed by one half of the models and counted on the other; an attack that errs nowhere would prove ${most.toFixed(2)} with as many.`,
    columns: ['form', 'epsilon is at least', 'counted'],
    rows: [
      [
        'by rates (Clopper-Pearson)',
        bound(rates.epsilon, members + others),
        `${truePositives} of ${members} that were in are recognised, ${falsePositives} of ${others} that were out are taken for in`,
      ],
      [
        'by guesses (one run)',
        bound(oneRun, guesses.guesses),
        `${guesses.correct} of ${guesses.guesses} guesses are right, about ${guesses.canaries} coins`,
      ],
    ],
  };
}

const seriesOf = (name: string, leakage: readonly Leakage[]) => ({ name, points: rocCurve(leakage[0]!.scores, 40) });
