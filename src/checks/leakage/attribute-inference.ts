import { oneLine } from '../../errors.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import {
  type Estimate,
  type Finding,
  type Metric,
  type NamedRow,
  type Outcome,
  plainFinding,
} from '../../evidence/finding.ts';
import type { Probe } from '../../evidence/probes.ts';
import { comparePeaks, type Peak, type PeakAnswers, peakByRow } from '../../stats/attribute-peak.ts';
import { defineCheck } from '../check.ts';
import { sampleProbes } from '../sample-probes.ts';
import { counted, listed, tenths } from '../words.ts';

const REMEDY =
  'Look at rows of the change that repeat others with another label; a smaller model or more regularisation leaks less.';
/** Fewer rows, or fewer models, tell leakage by luck. */
const FEWEST_ROWS = { contradicted: 8, near: 4, all: 20 } as const;
const FEWEST_MODELS = 8;
const NAMED = 20;
/** Two-sided 99%. */
const SURELY = 2.576;

const options = {
  min_increase: {
    default: 0.05,
    min: 0,
    max: 1,
    unit: 'share',
    sentence:
      'Rise of the share of sensitive values that only models trained on a row tell, that counts as a failure, if its 99% lower bound is above it.',
  },
} as const;

/**
 * Attribute inference (Tramèr et al., CCS 2022), of rows that stay, at base and with the whole change: only what models
 * that trained on a row tell better than models that did not is leakage (Jayaraman and Evans, CCS 2022).
 */
export const attributeInference = defineCheck({
  id: 'attribute-inference',
  family: 'leakage',
  question: "Does the change make rows' sensitive values easier to infer?",
  why: 'Who knows the rest of a row can ask the model which sensitive value fits; poison makes the answer sharper (arXiv 2204.00032).',
  needs: ['head', 'label', 'ensembles', 'sensitive'],
  options,
  gateMetric: 'leaked',
  remedy: REMEDY,
  run: measure,
  samples: sampleProbes,
});

/** Whom a change may be aimed at: rows that it repeats, more than once, under another label, all that it comes close to, and anybody. */
type Whom = keyof typeof FEWEST_ROWS;

/** One column, about one of these groups of rows. */
interface Judged {
  readonly probe: Probe;
  readonly whom: Whom;
  readonly rows: readonly number[];
  readonly compared: ReturnType<typeof comparePeaks>;
  readonly lower: number;
}

function measure(evidence: Evidence, { min_increase }: { readonly min_increase: number }): Finding {
  const { base } = evidence.scores;
  const { asked, unasked } = evidence.probes!;
  const left = unasked.map(({ column, why }) => `${listed([column])}: ${why}`);
  if (asked.length === 0) {
    const isUnknown = unasked.some(({ outcome }) => outcome === 'unknown');
    return plainFinding(
      isUnknown ? 'unknown' : 'not-applicable',
      left.join(' ') || 'No sensitive column was asked about.',
    );
  }
  if (base!.models < FEWEST_MODELS)
    return plainFinding('unknown', `${base!.models} shadow models are too few: at least ${FEWEST_MODELS} are needed.`, {
      remedy: 'Use more shadow models.',
    });
  const judged = asked.flatMap((probe) => judge(evidence, probe));
  if (judged.length === 0) {
    const most = Math.max(...asked.map(({ rows }) => rows.length));
    return plainFinding(
      'unknown',
      `${counted(most, 'row')} with a sensitive value are too few: at least ${FEWEST_ROWS.all} are needed.`,
    );
  }
  const outcomeOf = ({ lower }: Judged): Outcome =>
    lower > min_increase ? 'fail' : lower > min_increase / 2 ? 'warn' : 'pass';
  const worst = judged.reduce((one, other) => (other.lower > one.lower ? other : one));
  const outcome = outcomeOf(worst);
  const shown = outcome === 'pass' ? judged.reduce((one, other) => (other.compared.after.leaked > one.compared.after.leaked ? other : one)) : worst; // biome-ignore format: one idea
  return plainFinding(outcome, [summaryOf(shown, outcome), ...left].join(' ').slice(0, 1000), {
    remedy: outcome === 'pass' ? '' : REMEDY,
    // The one that a gate reads, and each by its name.
    metrics: [{ ...metricOf(worst), name: 'leaked' }, ...judged.map(metricOf)],
    ...(outcome === 'pass' ? {} : rowsOf(evidence, worst)),
  });
}

const WHOM: Readonly<Record<Whom, { readonly metric: string; readonly sentence: (rows: string) => string }>> = {
  contradicted: {
    metric: 'contradicted by the change, ',
    sentence: (rows) => `the ${rows} that the change repeats, more than once, under another label`,
  },
  near: { metric: 'near the change, ', sentence: (rows) => `the ${rows} that the change comes close to` },
  all: { metric: '', sentence: (rows) => rows },
};

function judge(evidence: Evidence, probe: Probe): Judged[] {
  const [before, after] = (['base', 'with'] as const).map((name) => answersOf(evidence, probe, name));
  const all = probe.rows.map((_, at) => at);
  const counts: Readonly<Record<Whom, number>> = {
    contradicted: probe.contradicted,
    near: probe.near,
    all: all.length,
  };
  return (Object.keys(counts) as Whom[])
    .filter((whom) => counts[whom] >= FEWEST_ROWS[whom])
    .flatMap((whom) => {
      const rows = all.slice(0, counts[whom]);
      const compared = comparePeaks(before!, after!, rows);
      const lower = compared.difference - SURELY * compared.error;
      return Number.isFinite(lower) ? [{ probe, whom, rows, compared, lower }] : [];
    });
}

/** Membership of a row that stays is the same in both ensembles: they share their bits. */
function answersOf({ scores }: Evidence, probe: Probe, name: 'base' | 'with'): PeakAnswers {
  const ensemble = scores[name]!;
  const { models, rows: N } = ensemble;
  const K = probe.rows.length;
  const inside = new Uint8Array(models * K);
  for (let model = 0; model < models; model++)
    probe.rows.forEach((row, at) => {
      inside[model * K + at] = ensemble.inside[model * N + row]!;
    });
  return { models, values: probe.values, phi: probe[name]!, inside, truth: probe.truth };
}

function summaryOf({ probe, whom, rows, compared }: Judged, outcome: Outcome): string {
  const { before, after } = compared;
  const name = listed([probe.column]);
  const of = WHOM[whom].sentence(counted(rows.length, 'row'));
  const more = outcome === 'fail' ? 'more than before' : outcome === 'warn' ? 'somewhat more than before' : 'no more than before'; // biome-ignore format: one idea
  return `Of ${of}, models trained on them tell the value of ${name} for ${tenths(after.inside)}, others for ${tenths(after.out)}: ${tenths(after.leaked)} leaked (base: ${tenths(before.leaked)}), ${more}.`;
}

function metricOf({ probe, whom, rows, compared }: Judged): Metric {
  const { before, after, difference, error } = compared;
  return {
    name: `leaked, ${WHOM[whom].metric}${oneLine(probe.column, 60)}`,
    ...{ at: null, unit: 'share', limit: null },
    base: peakEstimate(before, rows.length),
    head: peakEstimate(after, rows.length),
    delta: bounded(difference, error, rows.length),
  };
}

const peakEstimate = ({ leaked, error }: Peak, n: number) => bounded(leaked, error, n);
const bounded = (value: number, error: number, n: number): Estimate => ({
  value,
  low: Math.max(-1, value - 1.96 * error),
  high: Math.min(1, value + 1.96 * error),
  n,
});

/** Rows whose value the models with the change tell more often than those of base. */
function rowsOf(evidence: Evidence, { probe, rows }: Judged): Pick<Finding, 'rows' | 'rowsTotal'> {
  const models = Array.from({ length: evidence.scores.base!.models }, (_, model) => model);
  const [before, after] = (['base', 'with'] as const).map((name) =>
    peakByRow(answersOf(evidence, probe, name), { models, rows }),
  );
  const risen = rows.flatMap((at, index) => {
    const rise = after![index]!.inside - after![index]!.out - (before![index]!.inside - before![index]!.out);
    return rise > 0 ? [{ row: probe.rows[at]!, rise }] : [];
  });
  risen.sort((x, y) => y.rise - x.rise || x.row - y.row);
  const named = risen.slice(0, NAMED).map(
    ({ row, rise }): NamedRow => ({
      ...{ row, revision: 'head', score: rise, q: null, victims: [] },
      why: `models trained on it tell its value of ${listed([probe.column.slice(0, 60)])} more often than others by ${tenths(rise)} more than at base`,
    }),
  );
  return { rows: named, rowsTotal: risen.length };
}
