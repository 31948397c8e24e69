import { adaptCopies } from './adapt-copies.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import {
  type Compared,
  comparePoisoned,
  ensemblesOf,
  type Poisoning,
  type Untouched,
  withoutPoison,
} from './compare-targets.ts';
import { copiesFigure, copiesSummary, copiesTable, copiesWord, dPrimes, tprAtLowest } from './copies-report.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from './enough.ts';
import { nearCopy, UNKNOWN_SHARE } from './near-copy.ts';
import { randomTargets, type Target, worstTargets } from './targets.ts';
import { percent } from './words.ts';

/** What the adaptive line means. */
const ADAPTED =
  '"As many as fit each" stops before models that trained on a row misread it: for attackers who see labels alone.';
/** Rows that are named as those whom poison would expose most. */
const NAMED = 20;
/** More copies that recognise no more than this share more are not needed. */
const NO_MORE = 0.005;

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

async function attackTargets(at: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered('unknown', why);
  const targets = randomTargets(at);
  const { models } = at.training!.plan;
  const { poisons, thorough } = at.options;
  const rates = carriedRates(targets.length, models);
  if (rates.length === 0)
    return answered(
      'unknown',
      `${targets.length} targets and ${models} shadow models are too few for a rate of 1% false positives.`,
    );
  const each = poisons.map((count) => ensemblesOf(at, targets, count));
  at.expect(each.reduce((sum, one) => sum + one, 0) * (thorough ? 2 : 1) + 6);
  const compare = (untouched: Untouched, poisoning: Poisoning) => comparePoisoned(at, untouched, poisoning, rates);
  const isLate = () => at.secondsLeft() <= 0;
  const random = await withoutPoison(at, { whom: 'random rows', targets, seed: at.seed });
  const byCopies: Compared[] = [];
  for (const count of poisons)
    if (count === 0 || !isLate()) byCopies.push(await compare(random, equal(targets, count)));
  const most = Math.max(...byCopies.map(tprAtLowest));
  const best = byCopies.find((one) => tprAtLowest(one) >= most - NO_MORE)!;
  const strongest = Math.max(1, best.poisoning.copies[0]!);
  const variants: (() => Promise<Compared[]>)[] = [
    async () => {
      // By models of their own: those that the copies were chosen by would flatter them.
      const fresh = await withoutPoison(at, { whom: 'random rows', targets, seed: `${at.seed}/adapted` });
      return [await compare(fresh, { name: 'as many as fit each', copies: adaptCopies(byCopies) })];
    },
    async () => {
      const { name, copies } = equal(targets, strongest);
      const features = (target: Target) => nearCopy(at, target.row);
      return [await compare(random, { name: `${name}, ${percent(UNKNOWN_SHARE)} unknown`, copies, features })];
    },
    async () => {
      const first = await at.train({ name: 'first ensemble', seed: `${at.seed}/first`, models });
      const worst = await withoutPoison(at, { whom: 'worst rows', targets: worstTargets(at, first), seed: at.seed });
      const lines: Compared[] = [];
      for (const count of thorough ? poisons : [0, strongest])
        lines.push(await compare(worst, equal(worst.targets, count)));
      return lines;
    },
  ];
  const asked = poisons.some((count) => count > 0) ? variants : [];
  const more: Compared[] = [];
  let left = 0;
  for (const variant of asked) {
    if (isLate()) left++;
    else more.push(...(await variant()));
  }
  const note = `${targets.length} targets, ${models} shadow models each. ${ADAPTED}${smallClasses(at.pool)}`;
  return answered('measured', copiesSummary(byCopies, best), {
    tables: [copiesTable([...byCopies, ...more], rates, note)],
    figures: [copiesFigure(byCopies)],
    rows: exposedFirst(best),
    cut: byCopies.length < poisons.length || left > 0,
  });
}

const equal = (targets: readonly Target[], count: number): Poisoning => ({
  name: copiesWord(count),
  copies: targets.map(() => count),
});

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
      why: `d' ${effect.toFixed(1)} ${best.poisoning.copies[0] === 0 ? 'without poison' : `with ${best.poisoning.name} of it under a wrong label`}`,
    }));
}
