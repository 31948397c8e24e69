import { UserError } from '../errors.ts';
import { compareLeakage } from '../stats/leakage.ts';
import { trainingRows } from '../training/subject.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import { ensemblesOf } from './compare-targets.ts';
import { copiesWord } from './copies-report.ts';
import { type Defence, defencesFor } from './defence-list.ts';
import { changeOf, defenceFigures, defenceSummary, defenceTable, type Tried } from './defence-table.ts';
import { EARLY_STOPS } from './early-stop.ts';
import { carriedRates, whyNoWrongLabels } from './enough.ts';
import { deltaFor } from './private-recipe.ts';
import { mostCopies, poisonTargets, type Targeted } from './targeted.ts';
import { randomTargets, type Target } from './targets.ts';

/** In about a minute: few models, and so many of their scores that a rate of 1% false positives is carried. */
const USUAL = { models: 16, scores: 1024 } as const;
/** More copies than this take several ensembles, and rarely leak more. */
const MOST_COPIES = 8;

/**
 * The same targeted attack under what a user could do about it: the same targets, the same poison, models that are
 * paired but for the defence.
 */
export const defences: Attack = {
  id: 'defences',
  question: 'What would help against wrong-label copies, and what would it cost in accuracy?',
  paper:
    'Tramèr et al., CCS 2022 (arXiv 2204.00032); DP-SGD: Abadi et al., CCS 2016 (arXiv 1607.00133); side channels: Debenedetti et al., USENIX Security 2024 (arXiv 2309.05610)',
  blind:
    'The attack is not changed in answer to a defence, but for copies that differ a little: an attacker who knows the defence may do better.',
  isDefault: () => true,
  weight: 3,
  run: tryDefences,
};

async function tryDefences(asked: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(asked);
  if (why !== null) return answered('unknown', why);
  const at = asked.options.thorough ? asked : smaller(asked);
  const targets = randomTargets(at);
  const { models } = at.training!.plan;
  const [rate] = carriedRates(targets.length, models);
  if (rate === undefined)
    return answered(
      'unknown',
      `${targets.length} targets and ${models} shadow models are too few for a rate of 1% false positives.`,
    );
  const rows = targets.map((_, index) => index);
  const compared = (before: Targeted, after: Targeted) =>
    compareLeakage(before.scored, after.scored, { rows, rates: [rate] })[0]!;
  const counts = endsOf(at);
  if (counts.length === 0)
    return answered('unknown', 'No number of copies was asked for (--poisons): there is nothing to defend against.');
  const under = attackUnder(at, targets);
  const none: Defence = { name: 'none', epsilon: null };
  const clean = await under(none, 0);
  const attacked: { copies: number; poisoned: Targeted; leakage: ReturnType<typeof compared> }[] = [];
  for (const copies of counts) {
    const poisoned = await under(none, copies);
    attacked.push({ copies, poisoned, leakage: compared(clean, poisoned) });
  }
  const { copies, poisoned, leakage } = attacked.reduce((best, one) =>
    one.leakage.after.tpr > best.leakage.after.tpr ? one : best,
  );
  const tried: Tried[] = [{ defence: none, why: '', found: { clean, poisoned, leakage, change: null } }];
  const count = trainingRows(at.training!.subject.rows).length;
  const delta = deltaFor(count);
  const list = await defencesFor(at, { targets, trainingRows: count, delta });
  at.expect(ensemblesFor(at, targets, { counts, copies, list }));
  let cut = false;
  for (const defence of list) {
    if (at.secondsLeft() <= 0) {
      cut = true;
      break;
    }
    try {
      const own = defence.sameClean ? clean : await under(defence, 0);
      const after = await under(defence, copies);
      const change = changeOf(defence, { undefended: poisoned, defended: after });
      const found = { clean: own, poisoned: after, leakage: compared(own, after), change };
      tried.push({ defence, found, why: '' });
    } catch (error) {
      if (!(error instanceof UserError && ['private-slice', 'training-diverged'].includes(error.code))) throw error;
      tried.push({ defence, found: null, why: error.message });
    }
  }
  return answered('measured', defenceSummary(tried, { copies, rate }), {
    tables: [defenceTable(tried, { copies, rate, targets: targets.length, models, delta })],
    figures: defenceFigures(tried, rate),
    cut,
  });
}

/** The attack with fewer models and targets. */
function smaller(at: AttackRun): AttackRun {
  const training = at.training!;
  const models = Math.min(USUAL.models, training.plan.models);
  return {
    ...at,
    training: { ...training, plan: { ...training.plan, models } },
    options: { ...at.options, targets: Math.min(Math.ceil(USUAL.scores / models), at.options.targets) },
  };
}

/** The targets under a defence, with so many copies of each. */
function attackUnder(at: AttackRun, targets: readonly Target[]) {
  const { models } = at.training!.plan;
  return ({ name, recipe, features, defended }: Defence, copies: number): Promise<Targeted> =>
    poisonTargets(at, targets, {
      name: `${name}, ${copies === 0 ? 'without poison' : copiesWord(copies)}`,
      copies: targets.map(() => copies),
      seed: at.seed,
      ...(recipe ? { recipe } : {}),
      ...(features && copies > 0 ? { features } : {}),
      ...(defended ? { without: (planted) => defended(planted, { seed: at.seed, models }) } : {}),
    });
}

/** The least and the most copies that are asked for: of these, those that leak more are defended against. */
function endsOf({ pool, options }: AttackRun): number[] {
  const most = Math.min(MOST_COPIES, mostCopies({ pool }));
  const counts = options.poisons.filter((count) => count > 0 && count <= most);
  return [...new Set([...counts.slice(0, 1), ...counts.slice(-1)])];
}

/** Ensembles of the whole attack, for the progress line. */
function ensemblesFor(
  at: AttackRun,
  targets: readonly Target[],
  { counts, copies, list }: { counts: readonly number[]; copies: number; list: readonly Defence[] },
): number {
  const each = (count: number) => ensemblesOf(at, targets, count);
  const before = 1 + counts.reduce((sum, count) => sum + each(count), 0) + EARLY_STOPS;
  return before + list.reduce((sum, { sameClean }) => sum + each(copies) + (sameClean ? 0 : 1), 0);
}
