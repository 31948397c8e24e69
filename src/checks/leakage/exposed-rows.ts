import type { Evidence } from '../../evidence/evidence.ts';
import { type Finding, type NamedRow, plainFinding } from '../../evidence/finding.ts';
import { armsOf, dPrime } from '../../stats/arms.ts';
import { holm } from '../../stats/fdr.ts';
import { median } from '../../stats/lira.ts';
import type { ScoredModels } from '../../stats/paired.ts';
import { pickAndJudge } from '../../stats/pick-and-judge.ts';
import { defineCheck } from '../check.ts';
import { sampleEnsemble } from '../sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';

const FEWEST_MODELS = 32;
const PICKED = 40;

const options = {
  min_effect: {
    default: 2.5,
    min: 0.1,
    max: 20,
    unit: 'd-prime',
    sentence: "Least rise of a row's d' that counts as exposure.",
  },
  min_lower: { default: 1.5, min: 0, max: 20, unit: 'd-prime', sentence: 'Least lower bound of that rise.' },
  min_tpr: {
    default: 0.1,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Least rate at which the row is then recognised, at 0.1% false positives.',
  },
} as const;

/**
 * Which rows of base does the change as a whole expose? The largest of thousands of noisy rises is large by chance: the
 * rows are picked by one half of the shadow models and judged by the other.
 */
export const exposedRows = defineCheck({
  id: 'exposed-rows',
  family: 'leakage',
  question: 'Are there rows that the change as a whole makes easy to recognise?',
  why: "Averages hide the few rows that are harmed; a row's d' says how far its scores as a member and as a stranger lie apart.",
  needs: ['base', 'head', 'label', 'ensembles'],
  options,
  gateMetric: null,
  remedy:
    'See `amplification` for the rows that cause it, and ask whether the exposed people agreed to be in this data.',
  run: measure,
  samples(seed) {
    const harmed = (rows: readonly unknown[]) =>
      Array.from({ length: 6 }, (_, index) => ({ culprit: rows.length - 1 - index, victim: index, strength: 9 }));
    const evidenceOf = (poisoned: boolean) => {
      const world = sampleWorld(seed, {
        base: 300,
        added: 40,
        models: 64,
        effects: (rows) => (poisoned ? harmed(rows) : []),
      });
      const [base, applied, screen] = (['base', 'with', 'screen'] as const).map((name) =>
        sampleEnsemble(world, { name }),
      );
      return sampleEvidence(world, { scores: { base: base!, with: applied!, screen: screen! } });
    };
    return { faulty: evidenceOf(true), clean: evidenceOf(false) };
  },
});

function measure(evidence: Evidence, limits: { min_effect: number; min_lower: number; min_tpr: number }): Finding {
  const { base, with: applied } = evidence.scores;
  if (!base || !applied) return plainFinding('not-applicable', 'No ensemble was trained on base.');
  if (base.models < FEWEST_MODELS)
    return plainFinding(
      'unknown',
      `${base.models} shadow models are too few to pick rows by one half and judge them by the other.`,
      { remedy: `Use at least ${FEWEST_MODELS} shadow models.` },
    );
  const rows = evidence.rows.flatMap((row, index) =>
    row.inBase && row.inHead && row.split === 'train' && row.label !== null ? [index] : [],
  );
  const { picked, effects } = pickAndJudge(base, applied, rows, PICKED);
  const adjusted = holm(effects.map(({ p }) => p));
  const exposed = effects
    .map((effect, index) => ({ ...effect, q: adjusted[index]! }))
    .filter(
      ({ difference, lower, tpr, q }) =>
        difference >= limits.min_effect && lower >= limits.min_lower && tpr >= limits.min_tpr && q <= 0.01,
    )
    .sort((x, y) => y.difference - x.difference);
  const named = exposed.map(
    ({ row, difference, q, before, after }): NamedRow => ({
      row,
      revision: 'base',
      score: difference,
      q,
      victims: [],
      why: `With the change its d' is ${after.toFixed(1)}, without it ${before.toFixed(1)}.`,
    }),
  );
  const typical = (ensemble: ScoredModels) => ({
    value: median(rows.map((row) => dPrimeOf(ensemble, row)).filter(Number.isFinite)),
    low: null,
    high: null,
    n: rows.length,
  });
  const [was, is] = [typical(base), typical(applied)];
  const metrics = [
    {
      name: 'exposed rows',
      at: null,
      unit: 'rows',
      limit: null,
      base: null,
      head: { value: exposed.length, low: null, high: null, n: picked },
      delta: null,
    },
    {
      name: "median d'",
      at: null,
      unit: 'd-prime',
      limit: null,
      base: was,
      head: is,
      delta: { value: is.value - was.value, low: null, high: null, n: rows.length },
    },
  ];
  if (exposed.length === 0)
    return plainFinding(
      'pass',
      `No row is clearly easier to recognise with the change (median d' ${was.value.toFixed(1)} before, ${is.value.toFixed(1)} after).`,
      { metrics },
    );
  const summary = `With the change ${exposed.length} row${exposed.length === 1 ? ' is' : 's are'} clearly easier to recognise as training data; the worst rises by ${exposed[0]!.difference.toFixed(1)} d'.`;
  return plainFinding('warn', summary, {
    metrics,
    rows: named,
    rowsTotal: named.length,
    remedy:
      'See `amplification` for the rows that cause it, and ask whether the exposed people agreed to be in this data.',
  });
}

const dPrimeOf = (ensemble: ScoredModels, row: number) =>
  dPrime(armsOf(ensemble.phi, ensemble.inside, { row, rows: ensemble.rows }));
