import type { Evidence } from '../../evidence/evidence.ts';
import { type Estimate, type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import type { ReleasedScores } from '../../evidence/release.ts';
import { type Ensemble, ownEnsemble } from '../../evidence/scores.ts';
import { offlineLira } from '../../stats/offline-lira.ts';
import { bootstrap, type Resampled } from '../../stats/resample.ts';
import { areaUnder, rocCurve, tprAt } from '../../stats/roc.ts';
import { defineCheck } from '../check.ts';
import { sampleMembers } from '../sample-release.ts';
import { tenths } from '../words.ts';

const REMEDY =
  'Train the submitted model for fewer epochs, with more regularisation or with differential privacy, or keep it inside.';
/** Lowest first: the first that the holdout can carry is the one that is judged. */
const RATES = [0.001, 0.01, 0.1] as const;
/** Fewer expected false positives than this carry no rate. */
const FEWEST_FALSE_POSITIVES = 5;

const options = {
  min_increase: {
    default: 0.02,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Rise of the TPR over the old model that counts as a failure, if its 99% interval lies wholly above it.',
  },
} as const;

/**
 * Offline LiRA (arXiv 2112.03570, section VI.C) with the submitted model as the target: its rows of the declared data
 * against the holdout, each measured by the shadow models that did not train on it.
 */
export const releaseMembership = defineCheck({
  id: 'release-membership',
  family: 'leakage',
  question: 'Does the submitted model itself betray who was in its training data?',
  why: 'Shadow models say what the data would leak; the weights that are published say what they do leak (LiRA, arXiv 2112.03570).',
  needs: ['head', 'classes', 'holdout', 'shadows', 'release'],
  options,
  gateMetric: 'tpr',
  remedy: REMEDY,
  run(evidence, { min_increase }) {
    const { base, head, changed } = evidence.release!;
    if (!head) return plainFinding('not-applicable', 'The model is gone at head.');
    const { scores } = evidence;
    const after = attackOn(evidence, head, scores.with ?? ownEnsemble(scores)!, 'inHead');
    const before = base && changed && scores.base ? attackOn(evidence, base, scores.base, 'inBase') : null;
    const holdout = after.others.length;
    const rate = RATES.find((each) => each * holdout >= FEWEST_FALSE_POSITIVES);
    if (rate === undefined || after.members.length === 0)
      return plainFinding('unknown', `The holdout has ${holdout} labelled rows: too few for a rate of ${RATES.at(-1)} false positives.`, { remedy: 'Name a larger holdout.' }); // biome-ignore format: one idea
    return judge({ before, after, rate, seed: evidence.seed, min_increase });
  },
  samples: sampleMembers,
});

/** Scores of one model, in the order of the rows; higher means member. */
interface Attack {
  readonly members: Float64Array;
  readonly others: Float64Array;
}

function attackOn({ rows }: Evidence, target: ReleasedScores, shadows: Ensemble, side: 'inBase' | 'inHead'): Attack {
  const chosen = (split: 'train' | 'holdout') =>
    rows.flatMap((row, index) => (row.split === split && row.label !== null && row[side] ? [index] : []));
  // Half of the models train on a row of base; none on the holdout.
  const most = Math.floor(shadows.models / 2);
  const known = (split: 'train' | 'holdout') =>
    offlineLira(target.phi, shadows, chosen(split), most).filter((score) => !Number.isNaN(score));
  return { members: known('train'), others: known('holdout') };
}

const sorted = ({ members, others }: Attack) => ({ members: members.toSorted(), others: others.toSorted() });

function judge(at: {
  readonly before: Attack | null;
  readonly after: Attack;
  readonly rate: number;
  readonly seed: number;
  readonly min_increase: number;
}): Finding {
  const { before, after, rate, seed, min_increase } = at;
  const tpr = (attack: Attack) => tprAt(sorted(attack), rate).tpr;
  const [is, was] = [tpr(after), before && tpr(before)];
  const own = resampled(after, seed, tpr);
  const old = before && resampled(before, seed + 1, tpr);
  const said = `At ${tenths(rate)} false positives the submitted model betrays ${tenths(is)} of its training rows`;
  const areas = [before, after].map((attack) => attack && areaUnder(sorted(attack)));
  const metrics = (delta: Metric['delta']): Metric[] => [
    metric('tpr', rate, { base: old && bounded(was!, old), head: bounded(is, own), delta }),
    metric('auc', null, { base: plain(areas[0] ?? null), head: plain(areas[1]!), delta: null }),
  ];
  const figures = [roc(before, after)];
  if (was === null || !old) {
    const leaks = own.low > rate + min_increase;
    return plainFinding(leaks ? 'warn' : 'pass', `${said}; there is no older model to compare it with.`, {
      ...{ metrics: metrics(null), figures, remedy: leaks ? REMEDY : '' },
    });
  }
  const rise = rising(is - was, old, own);
  const outcome = rise.low > min_increase ? 'fail' : rise.low > min_increase / 2 ? 'warn' : 'pass';
  return plainFinding(
    outcome,
    `${said}, the old one ${tenths(was)}${outcome === 'pass' ? ': no more than before' : ''}.`,
    {
      ...{ metrics: metrics({ value: is - was, low: rise.low, high: rise.high, n: null }), figures },
      remedy: outcome === 'pass' ? '' : REMEDY,
    },
  );
}

/** Members and others are drawn independently. */
function resampled(attack: Attack, seed: number, statistic: (attack: Attack) => number): Resampled {
  const { members, others } = attack;
  return bootstrap(members.length + others.length, (drawn) => statistic(drawnFrom(attack, drawn)), {
    seed,
    times: 200,
  });
}

const SURELY = 2.576;

/** Two-sided 99%. Most rows stand on both sides, but not all: the two are drawn apart, which only widens it. */
function rising(value: number, before: Resampled, after: Resampled): Omit<Resampled, 'error'> {
  const error = Math.hypot(before.error, after.error);
  return { low: value - SURELY * error, high: value + SURELY * error };
}

function drawnFrom({ members, others }: Attack, drawn: Int32Array): Attack {
  const from = (scores: Float64Array, first: number) =>
    Float64Array.from({ length: scores.length }, (_, at) => scores[drawn[first + at]! % scores.length]!);
  return { members: from(members, 0), others: from(others, members.length) };
}

const plain = (value: number | null): Estimate => ({ value, low: null, high: null, n: null });
const bounded = (value: number, { low, high }: Resampled): Estimate => ({ value, low, high, n: null });

function metric(name: string, fpr: number | null, sides: Pick<Metric, 'base' | 'head' | 'delta'>): Metric {
  return { name, at: fpr === null ? null : { fpr }, unit: fpr === null ? 'share' : 'rate', limit: null, ...sides };
}

function roc(before: Attack | null, after: Attack): Finding['figures'][number] {
  const series = [
    ...(before ? [{ name: 'base', points: rocCurve(sorted(before), 40) }] : []),
    { name: 'head', points: rocCurve(sorted(after), 40) },
  ];
  return { kind: 'roc', title: 'Who was in the training data of the submitted model?', x: 'false positive rate', y: 'true positive rate', series }; // biome-ignore format: one idea
}
