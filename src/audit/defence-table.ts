import type { compareLeakage } from '../stats/leakage.ts';
import { median } from '../stats/lira.ts';
import { keyOf } from '../tensor/random.ts';
import type { AuditFigure, AuditTable, Cell, Measure } from './audit.ts';
import { copiesWord, dPrimes } from './copies-report.ts';
import type { Defence } from './defence-list.ts';
import { medianOf, plain, tprOf } from './measures.ts';
import type { Targeted } from './targeted.ts';
import { percent, rateName } from './words.ts';

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
  readonly leakage: ReturnType<typeof compareLeakage>[number];
  /** What the defence changes of d' under poison, target by target; null for no defence. */
  readonly change: Measure | null;
  readonly clean: Targeted;
  readonly poisoned: Targeted;
}

/** Accuracy that a defence may cost: hardly any, or what some would pay. */
const PRICES = [0.01, 0.05] as const;
/** Models that are left with less of the accuracy are of no use to anyone. */
const USEFUL = 0.5;

interface Asked {
  readonly copies: number;
  readonly rate: number;
}

/** One line a defence: leakage and accuracy side by side. */
export function defenceTable(
  tried: readonly Tried[],
  { copies, rate, targets, models, delta }: Asked & { targets: number; models: number; delta: number },
): AuditTable {
  const at = rateName(rate);
  return {
    title: 'What helps against wrong-label copies',
    note: `${targets} targets, ${copiesWord(copies)} of each under a wrong label, ${models} shadow models an ensemble, paired. TPR: share of members recognised, 95% interval. Accuracy: on rows held back, without poison. Epsilon: for adding or removing one row, delta ${delta}, batches drawn by Poisson sampling. Refusing conflicts depends on whether the target is there: that by itself can tell it.`,
    columns: [
      ...['defence', `TPR ${at} without poison`, `TPR ${at} with poison`, "median d' without poison"],
      ...["median d' with poison", "change of d' by the defence", 'accuracy', 'epsilon'],
    ],
    rows: tried.map(({ defence, found, why }): Cell[] => {
      if (!found) return [defence.name, why.slice(0, 500), '', '', '', '', '', ''];
      const { leakage, change, clean, poisoned } = found;
      return [
        defence.name,
        tprOf(leakage.before),
        tprOf(leakage.after),
        medianOf(dPrimes(clean), 'd-prime', keyOf(`${defence.name}/clean`)),
        medianOf(dPrimes(poisoned), 'd-prime', keyOf(`${defence.name}/poisoned`)),
        change ?? '',
        plain(clean.accuracy, 'share'),
        epsilonCell(defence.epsilon),
      ];
    }),
  };
}

/** The median over targets of the paired difference in d' under poison, defended less undefended. */
export function changeOf(
  { name }: Pick<Defence, 'name'>,
  { undefended, defended }: { readonly undefended: Targeted; readonly defended: Targeted },
): Measure {
  const before = dPrimes(undefended);
  return medianOf(
    dPrimes(defended).map((after, target) => after - before[target]!),
    'd-prime',
    keyOf(`${name}/change`),
  );
}

const epsilonCell = (epsilon: number | null): Cell =>
  epsilon === null ? '' : Number.isFinite(epsilon) ? plain(epsilon, 'epsilon') : 'infinite';

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

const middle = (targeted: Targeted) => median(dPrimes(targeted).filter(Number.isFinite));

const points = (share: number) => (share === 0.01 ? 'a point' : `${100 * share} points`);

/** The best trades in words, and a defence that tells more than it hides. */
export function defenceSummary(tried: readonly Tried[], { copies, rate }: Asked): string {
  const none = tried[0]!.found!;
  const tpr = (found: Found) => percent(found.leakage.after.tpr);
  const dOf = (found: Found) => `median d' ${middle(found.poisoned).toFixed(1)}`;
  const accuracy = (found: Found) => percent(found.clean.accuracy);
  const isUseful = (found: Found) => found.clean.accuracy >= USEFUL * none.clean.accuracy;
  const own = tried.flatMap(({ defence, found }) =>
    found?.change && !defence.features && isUseful(found)
      ? [{ defence, found, change: found.change, left: middle(found.poisoned) }]
      : [],
  );
  const helps = own.filter(({ change }) => change.high !== null && change.high < 0);
  const least = (list: typeof own) =>
    list.reduce<(typeof own)[number] | null>((one, other) => (one && one.left <= other.left ? one : other), null);
  const said = ({ defence, found }: (typeof own)[number]) =>
    `"${defence.name}" leaves ${tpr(found)} (${dOf(found)}) at an accuracy of ${accuracy(found)}`;
  const within = (price: number) =>
    least(helps.filter(({ found }) => none.clean.accuracy - found.clean.accuracy <= price));
  const bests = [
    ...PRICES.map((price) => ({ at: `for at most ${points(price)} of accuracy`, one: within(price) })),
    { at: 'whatever it costs', one: least(helps) },
  ].filter(({ one }, index, all) => one !== null && all.findIndex((other) => other.one === one) === index);
  const worse = own.filter(({ change }) => change.low !== null && change.low > 0);
  return [
    `With ${copiesWord(copies)} of a row under a wrong label an attacker recognises ${tpr(none)} of the rows ${rateName(rate)} (${dOf(none)}), at an accuracy of ${accuracy(none)}.`,
    bests.length === 0
      ? 'Nothing that was tried makes it less.'
      : `What helps most: ${bests.map(({ at, one }) => `${at} ${said(one!)}`).join('; ')}.`,
    ...worse.map(({ defence, found }) => `"${defence.name}" makes it worse: ${tpr(found)} (${dOf(found)}).`),
  ].join(' ');
}
