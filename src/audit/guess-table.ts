import { median } from '../stats/lira.ts';
import { randomSequence } from '../tensor/random.ts';
import type { AuditTable, Cell, Measure } from './audit.ts';
import type { Guess, Ranking } from './guesses.ts';
import { plain } from './measures.ts';
import type { Planted } from './plant-text.ts';

/** The same canaries without and with an attacker's lines: one run a seed, in the same order. */
export interface PlantedPair {
  readonly before: readonly Planted[];
  readonly after: readonly Planted[];
}

const RANKINGS: Readonly<Record<Ranking, string>> = {
  loss: 'off: loss alone',
  difference: 'on: mean log-likelihood taken off',
  ratio: 'on: divided by mean likelihood',
};
const TIMES = 400;

export const rankings = Object.keys(RANKINGS) as Ranking[];

/** What a reader must know of these figures. */
export const GUESS_NOTE =
  'Shadow models calibrate that never saw the canary. Intervals: bootstrap over seeds and canaries, 95%. Extrapolated exposure is read off a skew normal.';

/** Guesses and exposure for each way to rank, without and with poison, and the factor between them. */
export function guessTable(pair: PlantedPair, candidates: number): AuditTable {
  const all = Math.log2(candidates);
  const rows = rankings.flatMap((ranking) => {
    const ranks = (arm: keyof PlantedPair) => valuesOf(pair[arm], ({ rank }) => rank[ranking]);
    const [before, after] = [ranks('before'), ranks('after')];
    const factor = resampled([before, after], ([x, y]) => median(x!) / median(y!), 'factor');
    const line = (name: string, arm: keyof PlantedPair, own: typeof before, last: Cell): Cell[] => [
      RANKINGS[ranking],
      name,
      resampled([own], ([values]) => median(values!), 'guesses'),
      resampled([own], ([values]) => all - Math.log2(median(values!)), 'bits'),
      extrapolatedOf(valuesOf(pair[arm], ({ extrapolated }) => extrapolated[ranking] ?? Number.NaN)),
      last,
      lossOf(pair[arm], ({ trainLoss }) => trainLoss),
      lossOf(pair[arm], ({ testLoss }) => testLoss),
    ];
    return [line('none', 'before', before, ''), line('with', 'after', after, factor)];
  });
  return {
    title: 'Guesses until a secret is said',
    note: GUESS_NOTE,
    columns: [
      ...['calibration', 'poison', 'median guesses', 'exposure', 'exposure, extrapolated', 'fewer by'],
      ...['train loss', 'test loss'],
    ],
    rows,
  };
}

/** Median guesses of one ranking, with their interval. */
export const medianRank = (runs: readonly Planted[], ranking: Ranking): Measure =>
  resampled([valuesOf(runs, ({ rank }) => rank[ranking])], ([values]) => median(values!), 'guesses');

/** By run, by canary: one value for each model. */
type Values = readonly (readonly (readonly number[])[])[];

function valuesOf(runs: readonly Planted[], value: (guess: Guess) => number): Values {
  return runs.map(({ guesses }) => {
    const canaries = new Map<number, number[]>();
    for (const guess of guesses) canaries.set(guess.canary, [...(canaries.get(guess.canary) ?? []), value(guess)]);
    return [...canaries.values()];
  });
}

function extrapolatedOf(values: Values): Measure {
  const finite = values.map((run) =>
    run.map((canary) => canary.filter(Number.isFinite)).filter(({ length }) => length),
  );
  if (finite.flat(2).length === 0) return plain(null, 'bits', 0);
  return { ...resampled([finite], ([own]) => median(own!), 'bits'), modelBased: true };
}

const lossOf = (runs: readonly Planted[], loss: (run: Planted) => number): Measure =>
  plain(runs.reduce((sum, run) => sum + loss(run), 0) / runs.length, 'nats');

/** A statistic of one or two samples, resampled by seed and canary together: the same ones of both. */
function resampled(samples: readonly Values[], statistic: (values: Float64Array[]) => number, unit: string): Measure {
  const pooled = (draw: (sample: Values) => readonly (readonly number[])[]) =>
    samples.map((sample) => Float64Array.from(draw(sample).flat()));
  const random = randomSequence(samples[0]!.flat().length);
  const values = Float64Array.from({ length: TIMES }, () => {
    const drawn = samples[0]!.flatMap(() => {
      const run = random.below(samples[0]!.length);
      const canaries = samples[0]![run]!.length;
      return Array.from({ length: canaries }, () => [run, random.below(canaries)] as const);
    });
    return statistic(pooled((sample) => drawn.map(([run, canary]) => sample[run]![canary] ?? [])));
  }).sort();
  return {
    value: statistic(pooled((sample) => sample.flat())),
    low: values[Math.round(0.025 * (TIMES - 1))]!,
    high: values[Math.round(0.975 * (TIMES - 1))]!,
    n: samples[0]!.flat(2).length,
    unit,
  };
}
