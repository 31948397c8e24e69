import { armsOf, dPrime } from '../stats/arms.ts';
import { compareLeakage } from '../stats/leakage.ts';
import { keyOf } from '../tensor/random.ts';
import { adaptCopies } from './adapt-copies.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from './enough.ts';
import { bounded, medianOf, plain, tprOf } from './measures.ts';
import { nearCopy, UNKNOWN_SHARE } from './near-copy.ts';
import { poisonTargets, type Targeted } from './targeted.ts';
import { randomTargets, type Target, worstTargets } from './targets.ts';
import { percent, rateName } from './words.ts';

/** Rows that are named as those whom poison would expose most. */
const NAMED = 20;

/**
 * Targeted membership inference under poison (Tramèr et al., CCS 2022, section 4), by LiRA against shadow models that
 * have the same poison; the same targets with and without it, by models that are paired.
 */
export const truthSerum: Attack = {
  id: 'truth-serum',
  question:
    'If someone added wrong-label copies of a row, how well could they then tell whether the row is in the data?',
  paper: 'Tramèr et al., CCS 2022 (arXiv 2204.00032); LiRA: Carlini et al., S&P 2022 (arXiv 2112.03570)',
  blind:
    'It attacks one slice, trained as described, with unmodified or slightly changed copies under one wrong label: stronger poison and longer training may leak more.',
  isDefault: () => true,
  weight: 10,
  run: attackTargets,
};

/** One line of the table: whom, and with how many copies. */
interface Line {
  readonly whom: string;
  readonly copies: string;
  readonly order: { readonly copies: readonly number[]; readonly features?: (target: Target) => Float32Array };
  readonly targets: readonly Target[];
  readonly seed: string;
  readonly clean: Targeted;
}

type Compared = Line & { readonly poisoned: Targeted; readonly leakage: ReturnType<typeof compareLeakage> };

async function attackTargets(at: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered('unknown', why);
  const targets = randomTargets(at);
  const { models } = at.training!.plan;
  const rates = carriedRates(targets.length, models);
  if (rates.length === 0)
    return answered(
      'unknown',
      `${targets.length} targets and ${models} shadow models are too few for a rate of 1% false positives.`,
    );
  const done: Compared[] = [];
  const compare = async (line: Line): Promise<Compared> => {
    const name = `${line.whom}, ${line.copies}`;
    const poisoned =
      line.order.copies.every((count) => count === 0) && !line.order.features
        ? line.clean
        : await poisonTargets(at, line.targets, { name, seed: line.seed, ...line.order });
    const rows = line.targets.map((_, index) => index);
    const leakage = compareLeakage(line.clean.scored, poisoned.scored, { rows, rates });
    const compared = { ...line, poisoned, leakage };
    done.push(compared);
    return compared;
  };
  const isLate = () => at.secondsLeft() <= 0;
  const lineOf = async (whom: string, list: readonly Target[], seed: string) => {
    const clean = await poisonTargets(at, list, { name: `${whom}, without poison`, seed, copies: list.map(() => 0) });
    return { whom, targets: list, seed, clean };
  };
  const random = await lineOf('random rows', targets, at.seed);
  let cut = false;
  const byCopies: Compared[] = [];
  for (const count of at.options.poisons) {
    if (isLate()) {
      cut = true;
      break;
    }
    byCopies.push(await compare({ ...random, copies: copiesWord(count), order: { copies: targets.map(() => count) } }));
  }
  const best = byCopies.reduce((one, other) => (tprAtLowest(other) > tprAtLowest(one) ? other : one));
  const strongest = Math.max(1, best.order.copies[0]!);
  const more = [
    async () => {
      const fresh = await lineOf('random rows', targets, `${at.seed}/adapted`);
      await compare({ ...fresh, copies: 'as many as fit each', order: { copies: adaptCopies(byCopies) } });
    },
    async () => {
      const features = (target: Target) => nearCopy(at, target.row);
      const copies = targets.map(() => strongest);
      await compare({
        ...random,
        copies: `${copiesWord(strongest)}, ${percent(UNKNOWN_SHARE)} unknown`,
        order: { copies, features },
      });
    },
    async () => {
      const first = await at.train({ name: 'first ensemble', seed: `${at.seed}/first`, models });
      const worst = worstTargets(at, first);
      const line = await lineOf('worst rows', worst, at.seed);
      for (const count of at.options.thorough ? at.options.poisons : [0, strongest])
        await compare({ ...line, copies: copiesWord(count), order: { copies: worst.map(() => count) } });
    },
  ];
  for (const step of at.options.poisons.some((count) => count > 0) ? more : []) {
    if (isLate()) cut = true;
    else await step();
  }
  return answered('measured', summaryOf(byCopies, best), {
    tables: [tableOf(done, rates, `${targets.length} targets, ${models} shadow models each.${smallClasses(at.pool)}`)],
    figures: figuresOf(byCopies),
    rows: exposedFirst(best),
    cut,
  });
}

const copiesWord = (count: number) => (count === 0 ? 'none' : count === 1 ? '1 copy' : `${count} copies`);
const tprAtLowest = ({ leakage }: Compared) => leakage[0]!.after.tpr;

function summaryOf(byCopies: readonly Compared[], best: Compared): string {
  const { before, after, difference, error } = best.leakage[0]!;
  const rate = rateName(before.rate);
  if (best.order.copies[0] === 0 || byCopies.length === 1)
    return `Without poison an attacker recognises ${percent(before.tpr)} of the rows ${rate}; no number of copies that was tried makes it more.`;
  const sure = difference - 1.96 * error > 0 ? '' : ' (within the interval of no rise)';
  return `With ${best.copies} of a row under a wrong label an attacker recognises ${percent(after.tpr)} of the rows ${rate}; without poison ${percent(before.tpr)}${sure}.`;
}

function tableOf(lines: readonly Compared[], rates: readonly number[], note: string): AuditTable {
  return {
    title: 'Targeted poisoning: who was in the training data?',
    note: `TPR: share of members recognised, 95% interval. ${note}`,
    columns: [
      ...['targets', 'wrong-label copies'],
      ...rates.map((rate) => `TPR ${rateName(rate)}`),
      ...['rise against no poison', 'AUC', "median d'", 'accuracy'],
    ],
    rows: lines.map(({ whom, copies, leakage, poisoned, targets }): Cell[] => {
      const { difference, error, after } = leakage[0]!;
      return [
        ...[whom, copies],
        ...leakage.map((one) => tprOf(one.after)),
        copies === 'none' ? '' : bounded(difference, error, { unit: 'rate', n: targets.length, floor: -1 }),
        plain(after.area, 'share'),
        medianOf(dPrimes(poisoned), 'd-prime', keyOf(whom + copies)),
        plain(poisoned.accuracy, 'share'),
      ];
    }),
  };
}

function figuresOf(byCopies: readonly Compared[]): AuditFigure[] {
  const curve = byCopies[0]!.leakage.map(({ after: { rate } }, index) => {
    const measures = byCopies.map(({ leakage }) => tprOf(leakage[index]!.after));
    return {
      name: rateName(rate),
      points: measures.map(({ value }, i): [number, number] => [byCopies[i]!.order.copies[0]!, value!]),
      bounds: measures.map(({ low, high }): [number, number] => [low!, high!]),
    };
  });
  return [
    {
      kind: 'lines',
      title: 'Recognised members by copies',
      x: 'wrong-label copies of a target',
      y: 'true positive rate',
      series: curve,
    },
  ];
}

const dPrimes = ({ scored: { phi, inside, rows } }: Targeted) =>
  Array.from({ length: rows }, (_, row) => dPrime(armsOf(phi, inside, { row, rows })));

/** The targets that poison exposes most. */
function exposedFirst(best: Compared): Answered['rows'] {
  const scores = dPrimes(best.poisoned).map((effect, index) => ({ row: best.targets[index]!.row, effect }));
  return scores
    .filter(({ effect }) => Number.isFinite(effect))
    .sort((x, y) => y.effect - x.effect || x.row - y.row)
    .slice(0, NAMED)
    .map(({ row, effect }) => ({
      row,
      effect,
      why: `d' ${effect.toFixed(1)} with ${best.copies} of it under a wrong label`,
    }));
}
