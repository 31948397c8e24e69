import { type Leakage, leakageBy } from '../stats/leakage.ts';
import { rocCurve } from '../stats/roc.ts';
import { gatherSignals, type Signals } from './access-signals.ts';
import { type Access, accesses } from './accesses.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import { copiesWord } from './copies-report.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from './enough.ts';
import { plain, tprOf } from './measures.ts';
import { batchesOf, mostCopies } from './targeted.ts';
import { randomTargets } from './targets.ts';
import { percent, rateName } from './words.ts';

/** Copies that poison here: as many as are asked for, up to this. */
const MOST_COPIES = 4;
const POINTS = 60;

/**
 * The same rows attacked through what a model shows, from labels to parameters (Nasr et al., S&P 2019; labels alone:
 * Choquette-Choo et al., ICML 2021), each by a likelihood ratio against shadow models, with and without poison.
 */
export const byAccess: Attack = {
  id: 'access',
  question:
    'How much more does it tell an attacker to see confidences, logits, features or parameters, not labels alone?',
  paper:
    'Nasr et al., S&P 2019 (arXiv 1812.00910); Choquette-Choo et al., ICML 2021 (arXiv 2007.14321); LiRA: Carlini et al., S&P 2022',
  blind:
    'One signal is read of each access: whoever joins several, trains an attack on whole gradients, or searches the decision boundary for labels may see more.',
  isDefault: () => true,
  weight: 4,
  run: attackByAccess,
};

/** One access: its leakages, one a rate; null where the slice does not show it. */
interface Line {
  readonly access: Access;
  readonly leakages: readonly Leakage[] | null;
}

async function attackByAccess(at: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered(at.pool.task === 'regression' ? 'not-applicable' : 'unknown', why);
  const { models } = at.training!.plan;
  const targets = randomTargets(at);
  const rates = carriedRates(targets.length, models);
  if (rates.length === 0)
    return answered(
      'unknown',
      `${targets.length} targets and ${models} shadow models are too few for a rate of 1% false positives.`,
    );
  const copies = Math.max(0, ...at.options.poisons.filter((count) => count <= MOST_COPIES));
  at.expect(1 + (copies === 0 ? 0 : batchesOf(targets, targets.map(() => copies), mostCopies(at)).length)); // biome-ignore format: one sum
  const clean = judge(await gatherSignals(at, targets, { name: 'without poison', copies: 0 }), rates);
  const isLate = at.secondsLeft() <= 0;
  const poisoned =
    copies === 0 || isLate
      ? null
      : judge(await gatherSignals(at, targets, { name: copiesWord(copies), copies }), rates);
  const note = `${targets.length} targets, ${models} shadow models each.${smallClasses(at.pool)}`;
  return answered('measured', summaryOf(clean, poisoned, copies), {
    tables: [tableOf(clean, poisoned, { rates, copies, note })],
    figures: [figureOf(poisoned ?? clean, poisoned ? copies : 0)],
    cut: isLate && copies > 0,
  });
}

function judge(signals: Signals, rates: readonly number[]): Line[] {
  const rows = Array.from({ length: signals.rows }, (_, row) => row);
  return accesses.map((access) => {
    const scorer = access.scorer(signals);
    return { access, leakages: scorer && leakageBy(scorer, signals.models, { rows, rates }) };
  });
}

/** The best that each access gives, at the largest rate: the sure one. */
function summaryOf(clean: readonly Line[], poisoned: readonly Line[] | null, copies: number): string {
  const best = (lines: readonly Line[]) => {
    const names = [...new Set(lines.filter(({ leakages }) => leakages).map(({ access }) => access.name))];
    return names.map((name) => {
      const own = lines.flatMap(({ access, leakages }) => (access.name === name && leakages ? [leakages.at(-1)!.tpr] : [])); // biome-ignore format: one idea
      return `${name} ${percent(Math.max(...own))}`;
    });
  };
  const rate = rateName(clean[0]!.leakages!.at(-1)!.rate);
  const poison = poisoned ? ` With ${copiesWord(copies)} under a wrong label: ${best(poisoned).join(', ')}.` : '';
  return `Members recognised ${rate}, by the most that is seen: ${best(clean).join(', ')}.${poison}`;
}

function tableOf(
  clean: readonly Line[],
  poisoned: readonly Line[] | null,
  { rates, copies, note }: { rates: readonly number[]; copies: number; note: string },
): AuditTable {
  const sides = [
    { lines: clean, name: 'no poison' },
    ...(poisoned ? [{ lines: poisoned, name: copiesWord(copies) }] : []),
  ];
  return {
    title: 'By predictions and by parameters',
    note: `The same rows and the same models by all that may be seen of them; each a likelihood ratio with its own 95% intervals. Features: units of two models have nothing in common, so that what is read is how a row lies among known rows. ${note}`,
    columns: [
      ...['seen', 'read'],
      ...rates.flatMap((rate) => sides.map(({ name }) => `TPR ${rateName(rate)}, ${name}`)),
      ...sides.map(({ name }) => `AUC, ${name}`),
    ],
    rows: accesses.map(({ name, read }, at): Cell[] => [
      ...[name, read],
      ...rates.flatMap((_, rate) => sides.map(({ lines }) => cellOf(lines[at]!, (all) => tprOf(all[rate]!)))),
      ...sides.map(({ lines }) => cellOf(lines[at]!, ([first]) => plain(first!.area, 'share'))),
    ]),
  };
}

const cellOf = ({ leakages }: Line, read: (leakages: readonly Leakage[]) => Cell): Cell =>
  leakages ? read(leakages) : 'not told of this slice';

function figureOf(lines: readonly Line[], copies: number): AuditFigure {
  const series = lines.flatMap(({ access: { name, read }, leakages }) =>
    leakages ? [{ name: `${name}: ${read}`.slice(0, 100), points: rocCurve(leakages[0]!.scores, POINTS) }] : [],
  );
  return {
    kind: 'roc',
    title: `By access, ${copies === 0 ? 'no poison' : copiesWord(copies)}`,
    x: 'false positive rate',
    y: 'true positive rate',
    series,
  };
}
