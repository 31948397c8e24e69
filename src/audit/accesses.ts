import { bernoulliScores } from '../stats/bernoulli-lira.ts';
import type { Scorer } from '../stats/leakage.ts';
import { liraScores } from '../stats/lira.ts';
import { multivariateScores } from '../stats/multivariate-lira.ts';
import { hash32 } from '../tensor/random.ts';
import { QUERIES, type Signals } from './access-signals.ts';

/** More logits than this have no covariance that so few models could show. */
const MOST_DIMENSIONS = 64;
/** Decimals of a confidence as many services give it. */
const DECIMALS = 3;
/** Half the distance of a float32 below 1 from its neighbours. */
const HALF_STEP = 2 ** -25;
/** Standard deviation that stands for what rounding hides: equal answers of all models would make a small difference certain. */
const HIDDEN = 0.1;

/** What an attacker may see of a model, and the likelihood ratio that comes of it. */
export interface Access {
  readonly name: string;
  /** What of it is read. */
  readonly read: string;
  /** Null where this slice does not show it. */
  scorer(signals: Signals): Scorer | null;
}

/** From the least to the most. */
export const accesses: readonly Access[] = [
  {
    name: 'label',
    read: 'whether it is right about the row',
    scorer: ({ rows, bits, inside }) => {
      const own = Uint8Array.from(inside, (_, cell) => bits[cell * (1 + QUERIES)]!);
      return (part) => bernoulliScores({ rows, queries: 1, bits: own, inside }, part);
    },
  },
  {
    name: 'label',
    read: `the same, and about ${QUERIES} copies with a tenth of the columns changed`,
    scorer:
      ({ rows, bits, inside }) =>
      (part) =>
        bernoulliScores({ rows, queries: 1 + QUERIES, bits, inside }, part),
  },
  {
    name: 'confidence',
    read: `of the row's class, to ${DECIMALS} decimals`,
    scorer: (signals) => {
      const half = 0.5 * 10 ** -DECIMALS;
      return oneNumber(signals, (cell) => logOdds(Number(confidence(signals, cell).toFixed(DECIMALS)), half, cell));
    },
  },
  {
    name: 'confidence',
    read: "of the row's class, as float32",
    scorer: (signals) => oneNumber(signals, (cell) => logOdds(Math.fround(confidence(signals, cell)), HALF_STEP, cell)),
  },
  {
    name: 'logits',
    read: "the row's class against all others",
    scorer: (signals) => oneNumber(signals, (cell) => phiOf(signals, cell)),
  },
  {
    name: 'logits',
    read: 'the same, and all of them',
    scorer: (signals) => {
      const { rows, inside, logits, classes } = signals;
      if (classes >= MOST_DIMENSIONS) return null;
      const width = classes + 1;
      const values = new Float32Array(inside.length * width);
      for (let cell = 0; cell < inside.length; cell++) {
        values[cell * width] = phiOf(signals, cell);
        values.set(logits.subarray(cell * classes, (cell + 1) * classes), cell * width + 1);
      }
      return (part) => multivariateScores({ rows, width, values, inside }, part);
    },
  },
  {
    name: 'features',
    read: "the last layer's input, among known rows of each class",
    scorer: ({ rows, inside, features: values, classes }) =>
      values && classes < MOST_DIMENSIONS
        ? (part) => multivariateScores({ rows, width: classes + 1, values, inside }, part)
        : null,
  },
  {
    name: 'parameters',
    read: "length of the loss's gradient for the row",
    scorer: (signals) => (signals.gradient ? oneNumber(signals, (cell) => signals.gradient![cell]!) : null),
  },
];

/** LiRA on one number of each cell [M,K]. */
function oneNumber({ rows, inside }: Signals, read: (cell: number) => number): Scorer {
  const phi = Float32Array.from(inside, (_, cell) => read(cell));
  return (part) => liraScores(phi, inside, rows, part);
}

/** log p - log (1 - p) of the row's class, without cancellation. */
export function phiOf({ logits, classes }: Signals, cell: number): number {
  const [own, ...others] = logits.subarray(cell * classes, (cell + 1) * classes);
  const most = Math.max(...others);
  return own! - most - Math.log(others.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

const confidence = (signals: Signals, cell: number) => 1 / (1 + Math.exp(-phiOf(signals, cell)));

/** Log odds of a confidence that was rounded by at most `half`. */
function logOdds(given: number, half: number, cell: number): number {
  const p = Math.min(1 - half, Math.max(half, given));
  return Math.log(p / (1 - p)) + HIDDEN * normal(cell);
}

/** About standard normal, the same for the same cell. */
const normal = (cell: number) =>
  [0, 1, 2].reduce((sum, part) => sum + (2 * hash32(cell, part, 0x0d17)) / 0x1_0000_0000 - 1, 0);
