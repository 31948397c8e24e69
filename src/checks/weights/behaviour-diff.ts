import type { Evidence } from '../../evidence/evidence.ts';
import { type Estimate, type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import type { ReleasedScores } from '../../evidence/release.ts';
import { binomialUpperTail } from '../../stats/beta.ts';
import { expectedCalibrationError } from '../../stats/calibration.ts';
import { holm } from '../../stats/fdr.ts';
import { pairedRateDifference } from '../../stats/interval.ts';
import { bootstrap } from '../../stats/resample.ts';
import { defineCheck } from '../check.ts';
import { sampleReleased } from '../sample-release.ts';
import { tenths } from '../words.ts';

const REMEDY = 'Look at the rows that the old model got right, and have the new one retrained or explained.';
/** Fewer rows carry no rate worth a word. */
const FEWEST = 30;
const NAMED = 20;
const MOST_BARS = 50;

const options = {
  max_drop: {
    default: 0.01,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence:
      'Fall of the accuracy on the holdout that counts as a failure, if its 95% interval lies wholly beyond it.',
  },
  max_class_drop: {
    default: 0.05,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Fall of the accuracy of one class that is worth a warning, if it is no chance (p below max_p).',
  },
  max_calibration: {
    default: 0.03,
    min: 0,
    max: 1,
    unit: 'rate',
    sentence: 'Rise of the expected calibration error that is worth a warning, if its 95% interval lies beyond it.',
  },
  max_p: {
    default: 0.01,
    min: 0,
    max: 0.2,
    unit: 'rate',
    sentence: 'Largest p-value of a fall, adjusted by Holm over all classes and the whole.',
  },
} as const;

/** The submitted model against the one it replaces, on rows that neither was trained on; paired row by row (McNemar 1947). */
export const behaviourDiff = defineCheck({
  id: 'behaviour-diff',
  family: 'weights',
  question: 'Does the submitted model answer worse than the one it replaces?',
  why: 'New weights are reviewed by what they do: a class that fell, or answers grown too sure, is how damage and backdoors show first.',
  needs: ['classes', 'holdout', 'release'],
  options,
  gateMetric: 'error rate',
  remedy: REMEDY,
  run(evidence, limits) {
    const { base, head, changed } = evidence.release!;
    if (!head) return plainFinding('not-applicable', 'The model is gone at head.');
    if (!base) return plainFinding('not-applicable', 'The model is new: there is none to compare it with.');
    if (!changed) return plainFinding('not-applicable', 'The model is the same at both revisions.');
    const rows = evidence.rows.flatMap(({ split, label, inHead }, row) =>
      split === 'holdout' && label !== null && inHead ? [row] : [],
    );
    if (rows.length < FEWEST)
      return plainFinding('unknown', `The holdout has ${rows.length} labelled rows, at least ${FEWEST} are needed.`, {
        remedy: 'Name a larger holdout.',
      });
    return compare(evidence, { base, head, rows }, limits);
  },
  samples: sampleReleased,
});

interface Sides {
  readonly base: ReleasedScores;
  readonly head: ReleasedScores;
  readonly rows: readonly number[];
}

/** Rows that one of the two models alone gets right. */
interface Flips {
  readonly n: number;
  readonly before: number;
  readonly gained: number;
  readonly lost: number;
}

function compare(
  evidence: Evidence,
  sides: Sides,
  limits: { max_drop: number; max_class_drop: number; max_calibration: number; max_p: number },
): Finding {
  const { classes, rows: pool, seed } = evidence;
  const right = (side: ReleasedScores, row: number) => side.predicted[row] === pool[row]!.label;
  const flipsOf = (rows: readonly number[]): Flips => {
    const before = rows.filter((row) => right(sides.base, row));
    const lost = before.filter((row) => !right(sides.head, row)).length;
    const kept = before.length - lost;
    return {
      n: rows.length,
      before: before.length,
      lost,
      gained: rows.filter((row) => right(sides.head, row)).length - kept,
    };
  };
  const byClass = classes.map((_, label) => sides.rows.filter((row) => pool[row]!.label === label));
  const [whole, ...each] = [sides.rows, ...byClass].map(flipsOf) as [Flips, ...Flips[]];
  const q = holm([whole, ...each].map(({ lost, gained }) => (lost + gained === 0 ? 1 : binomialUpperTail(lost, lost + gained, 0.5)))); // biome-ignore format: one idea
  const drop = ({ lost, gained, n }: Flips) => (n === 0 ? 0 : (lost - gained) / n);
  const change = pairedRateDifference(whole.gained, whole.lost, whole.n);
  const fallen = each.flatMap((flips, label) => q[label + 1]! <= limits.max_p && drop(flips) >= limits.max_class_drop ? [label] : []); // biome-ignore format: one idea
  const calibration = calibrationOf(sides, right, seed);
  const lostRows = sides.rows.filter((row) => right(sides.base, row) && !right(sides.head, row));
  const isWorse = change.high < -limits.max_drop;
  const isOdd = q[0]! <= limits.max_p || fallen.length > 0 || calibration.low > limits.max_calibration;
  const outcome = isWorse ? 'fail' : isOdd ? 'warn' : 'pass';
  const [was, is] = [whole.before / whole.n, (whole.before - whole.lost + whole.gained) / whole.n];
  const words = [
    `On ${whole.n} rows of the holdout the submitted model is right on ${tenths(is)}, the old one on ${tenths(was)} (${whole.lost} rows lost, ${whole.gained} gained)`,
    ...(fallen.length > 0 ? [`${fallen.length} class${fallen.length === 1 ? ' falls' : 'es fall'} by ${tenths(limits.max_class_drop)} or more`] : []), // biome-ignore format: one idea
    ...(calibration.low > limits.max_calibration ? ['its probabilities are less to be believed'] : []),
  ];
  return plainFinding(outcome, `${words.join('; ')}.`, {
    remedy: outcome === 'pass' ? '' : REMEDY,
    rows: [...lostRows]
      .sort((x, y) => sides.head.confidence[y]! - sides.head.confidence[x]!)
      .slice(0, outcome === 'pass' ? 0 : NAMED)
      .map((row) => ({
        ...{ row, revision: 'head', score: sides.head.confidence[row]!, q: null, victims: [] },
        why: `The old model is right; the submitted one is wrong, and ${tenths(sides.head.confidence[row]!)} sure.`,
      })),
    rowsTotal: outcome === 'pass' ? 0 : lostRows.length,
    metrics: [
      rate('error rate', { base: 1 - was, head: 1 - is, delta: { value: drop(whole), low: -change.high, high: -change.low }, n: whole.n }), // biome-ignore format: one idea
      rate('expected calibration error', { ...calibration.sides, delta: calibration, n: whole.n }),
      ...fallen.slice(0, 20).map((label) => {
        const flips = each[label]!;
        const { low, high } = pairedRateDifference(flips.gained, flips.lost, flips.n);
        const was = 1 - flips.before / flips.n;
        return rate(`error rate of class ${label + 1} of ${classes.length}`, { base: was, head: was + drop(flips), delta: { value: drop(flips), low: -high, high: -low }, n: flips.n }); // biome-ignore format: one idea
      }),
    ],
    figures: [
      {
        ...{ kind: 'bars', title: 'Accuracy of each class on the holdout', x: 'class', y: 'accuracy' },
        series: [
          { name: 'base', points: each.slice(0, MOST_BARS).map(({ before, n }, label) => [label + 1, n === 0 ? 0 : before / n] as const) }, // biome-ignore format: one idea
          { name: 'head', points: each.slice(0, MOST_BARS).map((flips, label) => [label + 1, flips.n === 0 ? 0 : flips.before / flips.n - drop(flips)] as const) }, // biome-ignore format: one idea
        ],
      },
    ],
  });
}

function calibrationOf(
  { base, head, rows }: Sides,
  right: (side: ReleasedScores, row: number) => boolean,
  seed: number,
) {
  const error = (side: ReleasedScores, chosen: readonly number[]) =>
    expectedCalibrationError(chosen.map((row) => ({ confidence: side.confidence[row]!, isRight: right(side, row) })));
  const sides = { base: error(base, rows), head: error(head, rows) };
  const spread = bootstrap(
    rows.length,
    (drawn) => {
      const chosen = Array.from(drawn, (at) => rows[at]!);
      return error(head, chosen) - error(base, chosen);
    },
    { seed, times: 200 },
  );
  return { sides, value: sides.head - sides.base, low: spread.low, high: spread.high };
}

function rate(
  name: string,
  at: {
    readonly base: number;
    readonly head: number;
    readonly delta: { readonly value: number; readonly low: number; readonly high: number };
    readonly n: number;
  },
): Metric {
  const plain = (value: number): Estimate => ({ value, low: null, high: null, n: at.n });
  const { value, low, high } = at.delta;
  return { name, at: null, unit: 'rate', limit: null, base: plain(at.base), head: plain(at.head), delta: { value, low, high, n: at.n } }; // biome-ignore format: one idea
}
