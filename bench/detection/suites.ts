import { defaultConfig } from '../../src/config/defaults.ts';
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
const INFERENCE = ['attribute-inference'];
/** The default of the configuration: the slice is what a user gets. */
const BUDGET = defaultConfig.shadows.budgetSeconds;
/** Seeds that are reported; thresholds were looked at on seeds below 100, the rule of the last round on 202 to 204. */
const REPORTED = 211;
/** Seeds 301 to 320, 601 to 620, 701 to 720 and 801 to 820 showed what the verification got wrong, and were mended on: they are reported no more. */
const CLEAN = 901;
const ONE_PULL = 1001;
/** Of Adult. The rule was mended on 211 to 220, looked at on 1 to 5, and 901 to 920 showed nothing amiss: reported are others. */
const [INFERRED, INFERRED_CLEAN] = [221, 921];
const SENSITIVE = ['sex', 'race', 'relationship'];

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
    budget: BUDGET,
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
    ...poisoned('r8', 'location30', 10, { copies: 8 }),
    ...poisoned('r2', 'location30', 10, { copies: 2 }),
    ...poisoned('r4', 'location30', 10, { copies: 4 }),
  ],
  others: () => [
    ...poisoned('adult-r1', 'adult', 5, {}),
    ...poisoned('adult-r8', 'adult', 5, { copies: 8 }),
    ...poisoned('sms-r1', 'sms', 5, {}),
    ...poisoned('sms-r8', 'sms', 5, { copies: 8 }),
    ...poisoned('exact-32', 'location30', 5, { shadows: 32 }),
    ...poisoned('exact-16', 'location30', 5, { shadows: 16 }),
    ...poisoned('exact-fast', 'location30', 5, { shadows: 32, budget: 120 }),
  ],
  clean: () =>
    seeds(20, CLEAN).flatMap((seed) =>
      ['location30', 'adult', 'sms'].map((data) => job('clean', data, seed, { honest: 2000, pulls: 5, checks: ALL })),
    ),
  /** The same at the size of one pull request: what a reviewer of one meets. */
  'clean-one': () =>
    seeds(100, ONE_PULL).flatMap((seed) =>
      ['location30', 'adult', 'sms'].map((data) =>
        job('clean-one', data, seed, { honest: 400, pulls: 1, checks: ALL }),
      ),
    ),
  mislabelled: () =>
    seeds(20, 401).map((seed) =>
      job('mislabelled', 'location30', seed, { flips: 20, checks: ['mislabelled', 'membership'] }),
    ),
  'new-data': () =>
    seeds(20, 401).flatMap((seed) =>
      [40, 0].map((flips) =>
        job(flips > 0 ? 'new-flipped' : 'new-clean', 'location30', seed, {
          ...{ honest: 800, flips, checks: ['mislabelled', 'membership'] },
          isNew: true,
        }),
      ),
    ),
  /** `attribute-inference`: honest changes of both sizes, and every value of `sex` in wrong-label copies of 20 rows. */
  sensitive: () => [
    ...seeds(20, INFERRED_CLEAN).flatMap((seed) => [
      job('clean-sensitive', 'adult', seed, { honest: 2000, pulls: 5, checks: INFERENCE, sensitive: SENSITIVE }),
      job('clean-sensitive-one', 'adult', seed, { checks: INFERENCE, sensitive: SENSITIVE }),
    ]),
    ...seeds(10, INFERRED).map((seed) =>
      job('poisoned-sensitive', 'adult', seed, {
        ...{ victims: 20, copies: 8, everyValueOf: 'sex', checks: INFERENCE, sensitive: ['sex'] },
      }),
    ),
  ],
  retest: () =>
    seeds(20, 1).flatMap((turn) => [
      job('retest-clean', 'location30', 501, { nonce: `turn ${turn}` }),
      job('retest-poisoned', 'location30', 502, { nonce: `turn ${turn}`, victims: 20, copies: 1 }),
    ]),
  /** A little of everything: what one core can do in half an hour. */
  quick: () => {
    const first = (suite: string, kind: string, count: number, data = 'location30') =>
      suites[suite]!()
        .filter((one) => one.kind === kind && one.data === data)
        .slice(0, count);
    return [
      ...first('truth-serum', 'exact', 1),
      ...first('mislabelled', 'mislabelled', 4),
      ...first('clean', 'clean', 1),
      ...first('clean', 'clean', 2, 'adult'),
      ...first('truth-serum', 'near', 1),
      ...first('others', 'adult-r1', 1, 'adult'),
      ...first('truth-serum', 'r8', 1),
      ...first('clean', 'clean', 1, 'sms'),
      ...first('truth-serum', 'exact', 3).slice(1),
      ...first('clean', 'clean', 2).slice(1),
      ...first('truth-serum', 'near', 2).slice(1),
      ...first('others', 'sms-r1', 1, 'sms'),
    ];
  },
};
