import { armsOf, dPrime } from '../stats/arms.ts';
import type { compareLeakage } from '../stats/leakage.ts';
import { keyOf } from '../tensor/random.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import type { Defence } from './defence-list.ts';
import { bounded, medianOf, plain, tprOf } from './measures.ts';
import type { Targeted } from './targeted.ts';
import { percent, rateName } from './words.ts';

type Compared = ReturnType<typeof compareLeakage>[number];

/** What one defence left of the attack. */
export interface Tried {
  readonly defence: Defence;
  /** Null where no models could be trained under it. */
  readonly found: Found | null;
  /** Why none could; empty where they could. */
  readonly why: string;
}

export interface Found {
  /** Without and with poison, both under the defence. */
  readonly leakage: Compared;
  /** Under poison, undefended and defended; null for no defence. */
  readonly against: Compared | null;
  readonly clean: Targeted;
  readonly poisoned: Targeted;
}

/** A defence that costs more of the accuracy is not called the best. */
const AFFORDABLE = 0.05;

interface Asked {
  readonly copies: number;
  readonly rate: number;
}

const copiesWord = (copies: number) => (copies === 1 ? 'one copy' : `${copies} copies`);

/** One line a defence: leakage and accuracy side by side. */
export function defenceTable(
  tried: readonly Tried[],
  { copies, rate, targets, models, delta }: Asked & { targets: number; models: number; delta: number },
): AuditTable {
  const at = rateName(rate);
  return {
    title: 'What helps against wrong-label copies',
    note: `${targets} targets, ${copiesWord(copies)} of each under a wrong label, ${models} shadow models an ensemble, paired. TPR: share of members recognised, 95% interval. Accuracy: on rows held back, without poison. Epsilon: for adding or removing one row, delta ${delta}; batches drawn by Poisson sampling.`,
    columns: [
      ...['defence', `TPR ${at} without poison`, `TPR ${at} with poison`, 'change by the defence'],
      ...["median d' without poison", "median d' with poison", 'accuracy', 'epsilon'],
    ],
    rows: tried.map(({ defence, found, why }): Cell[] => {
      if (!found) return [defence.name, why.slice(0, 500), '', '', '', '', '', ''];
      const { leakage, against, clean, poisoned } = found;
      return [
        defence.name,
        tprOf(leakage.before),
        tprOf(leakage.after),
        against ? bounded(against.difference, against.error, { unit: 'rate', n: targets, floor: -1 }) : '',
        medianOf(dPrimes(clean), 'd-prime', keyOf(`${defence.name}/clean`)),
        medianOf(dPrimes(poisoned), 'd-prime', keyOf(`${defence.name}/poisoned`)),
        plain(clean.accuracy, 'share'),
        epsilonCell(defence.epsilon),
      ];
    }),
  };
}

const epsilonCell = (epsilon: number | null): Cell =>
  epsilon === null ? '' : Number.isFinite(epsilon) ? plain(epsilon, 'epsilon') : 'infinite';

const dPrimes = ({ scored: { phi, inside, rows } }: Targeted) =>
  Array.from({ length: rows }, (_, row) => dPrime(armsOf(phi, inside, { row, rows })));

/** Leakage under poison against accuracy: the lower right is the place to be. */
export function defenceFigures(tried: readonly Tried[], rate: number): AuditFigure[] {
  const series = tried.flatMap(({ defence: { name, features }, found }) => {
    if (!found || features) return [];
    const { value, low, high } = tprOf(found.leakage.after);
    const bounds = low === null || high === null ? {} : { bounds: [[low, high] as [number, number]] };
    return [{ name, points: [[found.clean.accuracy, value ?? 0] as [number, number]], ...bounds }];
  });
  return [
    {
      kind: 'scatter',
      title: 'Leakage under poison against accuracy',
      x: 'accuracy on rows held back',
      y: `true positive rate ${rateName(rate)}`,
      series: series.slice(0, 20),
    },
  ];
}

/** The best trade in words, and a defence that tells more than it hides. */
export function defenceSummary(tried: readonly Tried[], { copies, rate }: Asked): string {
  const none = tried[0]!.found!;
  const tpr = (found: Found) => percent(found.leakage.after.tpr);
  const accuracy = (found: Found) => percent(found.clean.accuracy);
  const own = tried.flatMap(({ defence, found }) =>
    found?.against && !defence.features ? [{ defence, found, against: found.against }] : [],
  );
  const helps = own.filter(({ against }) => against.difference + 1.96 * against.error < 0);
  const affordable = helps.filter(({ found }) => none.clean.accuracy - found.clean.accuracy <= AFFORDABLE);
  const least = (list: typeof own) =>
    list.reduce<(typeof own)[number] | null>(
      (one, other) => (one && one.found.leakage.after.tpr <= other.found.leakage.after.tpr ? one : other),
      null,
    );
  const said = ({ defence, found }: (typeof own)[number]) =>
    `"${defence.name}" leaves ${tpr(found)} at an accuracy of ${accuracy(found)}`;
  const best = least(affordable);
  const strongest = least(helps);
  const worse = own.filter(({ against }) => against.difference - 1.96 * against.error > 0);
  return [
    `With ${copiesWord(copies)} of a row under a wrong label an attacker recognises ${tpr(none)} of the rows ${rateName(rate)}, at an accuracy of ${accuracy(none)}.`,
    best
      ? `Of what costs at most ${percent(AFFORDABLE)} of accuracy, ${said(best)}.`
      : `Nothing that costs at most ${percent(AFFORDABLE)} of accuracy makes it less.`,
    ...(strongest && strongest !== best ? [`Whatever it costs, ${said(strongest)}.`] : []),
    ...worse.map(({ defence, found }) => `"${defence.name}" makes it worse: ${tpr(found)}.`),
  ].join(' ');
}
