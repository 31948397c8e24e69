import { crossedError } from '../stats/leakage.ts';
import { keyOf } from '../tensor/random.ts';
import type { AuditFigure, AuditTable, Cell, Measure } from './audit.ts';
import { bounded, medianOf, plain } from './measures.ts';
import { quantileOf } from './quantile-of.ts';
import { type Crossed, factorOf, type Judged, POINTS, riseOf, type ShareLine } from './share-figures.ts';
import { percent, rateName } from './words.ts';

/** "8x more precise" at half of the data: the abstract of Tramèr et al. (CIFAR-10). */
const PUBLISHED_GAIN = 8;

function times({ value, low, high }: Measure): string {
  if (value === null) return 'more times than can be told';
  const interval = low === null || high === null ? '' : ` [${low.toFixed(1)}, ${high.toFixed(1)}]`;
  return `${value.toFixed(1)}${interval} times`;
}

/** What is found at the largest share. */
export function shareSummary({ shares, right, wrong }: ShareLine): string {
  const [was, is] = [right.tprs[0]!, wrong.tprs[0]!];
  const at = POINTS.length - 1;
  const { recall, prior } = POINTS[at]!;
  const lost = right.accuracy - wrong.accuracy;
  return [
    `With ${percent(shares.share)} of the rows mislabelled by one rule, ${percent(is.value)} of everyone else's members are recognised ${rateName(is.rate)}; with the same rows labelled rightly ${percent(was.value)}: ${times(factorOf(was, is, is.n))}.`,
    `Who names ${percent(recall)} of the members, where ${percent(prior)} of those asked about are any, is right in ${percent(wrong.precisions[at]!.value)} of the calls instead of ${percent(right.precisions[at]!.value)}: ${times(factorOf(right.precisions[at]!, wrong.precisions[at]!, is.n))} as precise (published: ${PUBLISHED_GAIN}).`,
    `Accuracy ${lost >= 0 ? 'lost' : 'gained'}: ${percent(Math.abs(lost))}.`,
  ].join(' ');
}

const sides = ['right', 'wrong'] as const;
const sharesOf = ({ value, parts }: Crossed, n: number) => bounded(value, crossedError(parts), { unit: 'share', n });
const tprOf = (one: Judged['tprs'][number]): Measure => ({
  ...bounded(one.value, crossedError(one.parts), { unit: 'rate', n: one.n }),
  falsePositives: one.falsePositives,
});

/** One row for right, one for wrong labels of each share. */
export function shareTable(lines: readonly ShareLine[], note: string): AuditTable {
  const { tprs } = lines[0]!.right;
  return {
    title: "Untargeted poisoning: everyone else's rows",
    note: `The attacker's rows are in every model, with their right labels or with those of the next class: the labels alone differ, the models are paired. 95% intervals. ${note}`,
    columns: [
      ...["the attacker's rows", 'their labels', "median d'", "99% of d'"],
      ...tprs.map(({ rate }) => `TPR ${rateName(rate)}`),
      ...[`rise ${rateName(tprs[0]!.rate)}`, 'accuracy'],
    ],
    rows: lines.flatMap((line) =>
      sides.map((which): Cell[] => {
        const own = line[which];
        const seed = keyOf(`${which}/${line.shares.share}`);
        const [was, is] = [line.right.tprs[0]!, line.wrong.tprs[0]!];
        return [
          ...[percent(line.shares.share), which],
          ...[medianOf(own.dPrimes, 'd-prime', seed), quantileOf(own.dPrimes, 0.99, 'd-prime', seed)],
          ...own.tprs.map(tprOf),
          which === 'wrong' ? riseOf(was, is, is.n) : '',
          plain(own.accuracy, 'share'),
        ];
      }),
    ),
  };
}

/** How much more precise the attack becomes, by each way to count it. */
export function precisionTable(lines: readonly ShareLine[]): AuditTable {
  return {
    title: `Gain in precision, beside the published factor of ${PUBLISHED_GAIN} at 50%`,
    note: `Precision: right calls among all calls, where the attack names the said share of the members (TPR), and members are the said share (prior) of all who are asked about; precision = prior TPR / (prior TPR + (1 - prior) FPR). It cannot pass 100%: where it is that without poison there is nothing to gain, and at a prior of 50% never more than a factor of 2. The published factor's abstract does not say where it is read; at one FPR and a small prior precision grows as the TPR does: the last line of each share.`,
    columns: ["the attacker's rows", 'read at', 'right labels', 'wrong labels', 'gain'],
    rows: lines.flatMap(({ shares, right, wrong }): Cell[][] => {
      const n = right.tprs[0]!.n;
      const [was, is] = [right.tprs[0]!, wrong.tprs[0]!];
      const points = POINTS.map(({ recall, prior }, at): Cell[] => {
        const [before, after] = [right.precisions[at]!, wrong.precisions[at]!];
        const where = `precision at TPR ${percent(recall)}, prior ${percent(prior)}`;
        return [percent(shares.share), where, sharesOf(before, n), sharesOf(after, n), factorOf(before, after, n)];
      });
      return [...points, [percent(shares.share), `TPR ${rateName(is.rate)}`, tprOf(was), tprOf(is), factorOf(was, is, n)]]; // biome-ignore format: one idea
    }),
  };
}

/** Members recognised by the attacker's share. */
export function shareFigure(lines: readonly ShareLine[]): AuditFigure {
  const series = sides.map((which) => {
    const measures = lines.map((line) => tprOf(line[which].tprs[0]!));
    return {
      name: `${which} labels`,
      points: measures.map(({ value }, index): [number, number] => [lines[index]!.shares.share, value!]),
      bounds: measures.map(({ low, high }): [number, number] => [low!, high!]),
    };
  });
  const y = `TPR ${rateName(lines[0]!.right.tprs[0]!.rate)}`;
  return { kind: 'lines', title: "Everyone else's rows", x: "the attacker's share of the rows", y, series };
}
