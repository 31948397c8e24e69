import { armsOf, dPrime } from '../stats/arms.ts';
import { keyOf } from '../tensor/random.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import type { Compared } from './compare-targets.ts';
import { bounded, medianOf, plain, tprOf } from './measures.ts';
import type { Targeted } from './targeted.ts';
import { percent, rateName } from './words.ts';

export const copiesWord = (count: number) => (count === 0 ? 'none' : count === 1 ? '1 copy' : `${count} copies`);
/** TPR with the poisoning at the lowest rate that the targets carry. */
export const tprAtLowest = ({ leakage }: Compared) => leakage[0]!.after.tpr;

export function copiesSummary(byCopies: readonly Compared[], best: Compared): string {
  const { before, after, difference, error } = best.leakage[0]!;
  const rate = rateName(before.rate);
  if (byCopies.length === 1)
    return `Without poison an attacker recognises ${percent(before.tpr)} of the rows ${rate}; no copies were tried.`;
  if (best.poisoning.copies[0] === 0)
    return `Without poison an attacker recognises ${percent(before.tpr)} of the rows ${rate}; no number of copies that was tried makes it clearly more.`;
  const sure = difference - 1.96 * error > 0 ? '' : ' (within the interval of no rise)';
  return `With ${best.poisoning.name} of a row under a wrong label an attacker recognises ${percent(after.tpr)} of the rows ${rate}; without poison ${percent(before.tpr)}${sure}.`;
}

export function copiesTable(lines: readonly Compared[], rates: readonly number[], note: string): AuditTable {
  return {
    title: 'Targeted poisoning: who was in the training data?',
    note: `TPR: share of members recognised, 95% interval. ${note}`,
    columns: [
      ...['targets', 'wrong-label copies'],
      ...rates.map((rate) => `TPR ${rateName(rate)}`),
      ...['rise against no poison', 'AUC', "median d'", 'accuracy'],
    ],
    rows: lines.map(({ whom, poisoning: { name }, leakage, poisoned, targets }): Cell[] => {
      const { difference, error, after } = leakage[0]!;
      return [
        ...[whom, name],
        ...leakage.map((one) => tprOf(one.after)),
        name === 'none' ? '' : bounded(difference, error, { unit: 'rate', n: targets.length, floor: -1 }),
        plain(after.area, 'share'),
        medianOf(dPrimes(poisoned), 'd-prime', keyOf(whom + name)),
        plain(poisoned.accuracy, 'share'),
      ];
    }),
  };
}

export function copiesFigure(byCopies: readonly Compared[]): AuditFigure {
  const curve = byCopies[0]!.leakage.map(({ after: { rate } }, index) => {
    const measures = byCopies.map(({ leakage }) => tprOf(leakage[index]!.after));
    return {
      name: rateName(rate),
      points: measures.map(({ value }, i): [number, number] => [byCopies[i]!.poisoning.copies[0]!, value!]),
      bounds: measures.map(({ low, high }): [number, number] => [low!, high!]),
    };
  });
  return {
    kind: 'lines',
    title: 'Recognised members by copies',
    x: 'wrong-label copies of a target',
    y: 'true positive rate',
    series: curve,
  };
}

/** d' of each target. */
export const dPrimes = ({ scored: { phi, inside, rows } }: Targeted) =>
  Array.from({ length: rows }, (_, row) => dPrime(armsOf(phi, inside, { row, rows })));
