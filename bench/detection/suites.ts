import type { Job } from './job.ts';

const ALL = [
  'duplicates',
  'label-shift',
  'conflicting-copies',
  'mislabelled',
  'membership',
  'exposed-rows',
  'amplification',
];
const BUDGET: Readonly<Record<string, number>> = { location30: 450, sms: 240, adult: 450 };
/** Seeds that are reported; thresholds were looked at on seeds below 100 alone. */
const REPORTED = 201;

function job(kind: string, data: string, seed: number, more: Partial<Job>): Job {
  return {
    kind,
    data,
    seed,
    shadows: 64,
    oracle: 0,
    nonce: `${kind}/${seed}`,
    checks: ['amplification'],
    pulls: 1,
    budget: BUDGET[data]!,
    power: 0,
    honest: 400,
    victims: 0,
    copies: 0,
    distance: 0,
    flips: 0,
    ...more,
  };
}

const seeds = (count: number, first = REPORTED) => Array.from({ length: count }, (_, index) => first + index);
const poisoned = (kind: string, data: string, count: number, more: Partial<Job>) =>
  seeds(count).map((seed) => job(kind, data, seed, { victims: 20, copies: 1, oracle: 256, ...more }));

/** Jobs by suite; each line of a results table is one kind. */
export const suites: Readonly<Record<string, () => Job[]>> = {
  'truth-serum': () => [
    ...poisoned('exact', 'location30', 10, {}),
    ...poisoned('near', 'location30', 10, { distance: 0.1 }),
    ...poisoned('r8', 'location30', 6, { copies: 8 }),
    ...poisoned('r2', 'location30', 6, { copies: 2 }),
    ...poisoned('r4', 'location30', 6, { copies: 4 }),
  ],
  others: () => [
    ...poisoned('adult-r1', 'adult', 5, {}),
    ...poisoned('adult-r8', 'adult', 5, { copies: 8 }),
    ...poisoned('sms-r1', 'sms', 5, {}),
    ...poisoned('sms-r8', 'sms', 5, { copies: 8 }),
    ...poisoned('exact-32', 'location30', 5, { shadows: 32 }),
    ...poisoned('exact-16', 'location30', 5, { shadows: 16 }),
  ],
  clean: () =>
    seeds(20, 301).flatMap((seed) =>
      ['location30', 'adult', 'sms'].map((data) => job('clean', data, seed, { honest: 2000, pulls: 5, checks: ALL })),
    ),
  mislabelled: () =>
    seeds(20, 401).map((seed) =>
      job('mislabelled', 'location30', seed, { flips: 20, checks: ['mislabelled', 'membership'] }),
    ),
  retest: () =>
    seeds(20, 1).flatMap((turn) => [
      job('retest-clean', 'location30', 501, { nonce: `turn ${turn}` }),
      job('retest-poisoned', 'location30', 502, { nonce: `turn ${turn}`, victims: 20, copies: 1 }),
    ]),
  /** A little of everything, interleaved: what a small machine can do in an hour. */
  quick: () =>
    interleave([
      suites['truth-serum']!().filter(({ kind }) => kind === 'exact'),
      suites.clean!().filter(({ data }) => data === 'location30'),
      suites['truth-serum']!().filter(({ kind }) => kind === 'near'),
      suites.mislabelled!(),
      suites.clean!().filter(({ data }) => data === 'adult'),
      suites.others!().filter(({ kind }) => kind === 'adult-r1'),
      suites['truth-serum']!().filter(({ kind }) => kind === 'r8'),
      suites.clean!().filter(({ data }) => data === 'sms'),
      suites.others!().filter(({ kind }) => kind === 'sms-r1'),
    ]),
};

function interleave(lists: readonly Job[][]): Job[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}
