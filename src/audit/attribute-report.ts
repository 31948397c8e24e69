import { counted as countedWord } from '../checks/words.ts';
import { oneLine } from '../errors.ts';
import type { Unasked } from '../features/sensitive-values.ts';
import { attributeLikelihoods } from '../stats/attribute.ts';
import { type AttributeFigure, attributeRise, CLAIM_RATE, type Counted } from '../stats/attribute-figures.ts';
import type { Answered, AttackRun } from './attack.ts';
import type { AskedColumn } from './attribute-column.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import { copiesWord } from './copies-report.ts';
import { bounded } from './measures.ts';
import { percent, rateName } from './words.ts';

/** Rows that are named as those whose value a model gives away most. */
const NAMED = 20;
const nameOf = (column: string) => oneLine(column, 60);
/** Whether a leakage is not told from none. */
const isNone = ({ value, error }: Counted) => !(value - 1.96 * error > 0);

/** Columns that were not asked about, a sentence each. */
export const unaskedWords = (unasked: readonly Unasked[]) =>
  unasked.map(({ column, why }) => `${nameOf(column)}: ${why}`).join(' ');

/** The same column without poison. */
const untouched = (asked: readonly AskedColumn[], { question }: AskedColumn) =>
  asked.find((one) => one.question === question && one.copies === 0)!;

/** What is found in plain words: what imputation can do is no leakage, however well it predicts. */
export function attributeSummary(asked: readonly AskedColumn[]): string {
  const clean = asked.filter(({ copies }) => copies === 0);
  const [none, some] = [true, false].map((wanted) => clean.filter((one) => isNone(one.figures.lines.share!.leaked) === wanted)); // biome-ignore format: one idea
  const told = clean.map((one) => {
    const { imputed, out, inside } = one.figures.lines.share!;
    return `${nameOf(one.question.values.column)} ${percent(inside.value)} of values guessed right (${percent(out.value)} by models without the row, ${percent(imputed!.value)} without any model)`;
  });
  const names = (list: readonly AskedColumn[]) => list.map(({ question }) => nameOf(question.values.column)).join(', ');
  const sentences = [`Without poison: ${told.join('; ')}.`];
  if (none!.length > 0)
    sentences.push(
      `${names(none!)}: this is no leakage of the row, although the attack predicts as well as it does: models without the row do as well, within the interval (Jayaraman and Evans 2022).`,
    );
  if (some!.length > 0) sentences.push(`${names(some!)}: models give away the rows that they were trained on.`);
  const poisoned = asked.filter((one) => one.copies > 0);
  const rises = clean.flatMap((one) => {
    const own = poisoned.filter(({ question }) => question === one.question);
    if (own.length === 0) return [];
    const best = own.reduce((most, other) => (leakOf(other).value > leakOf(most).value ? other : most));
    const rise = attributeRise(one.figures, best.figures, 'share')!;
    const sure = isNone(rise) ? ', within the interval of no rise' : '';
    return `${nameOf(one.question.values.column)} ${signed(leakOf(one).value)} without, ${signed(leakOf(best).value)} with ${best.copies}${sure}`;
  });
  if (rises.length > 0)
    sentences.push(`Leakage (row in less row out) by wrong-label copies of every value: ${rises.join('; ')}.`);
  return sentences.join(' ');
}

const leakOf = ({ figures }: AskedColumn) => figures.lines.share!.leaked;
const signed = (share: number) => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`;

/** Always three columns: without the model, row out, row in. */
export function attributeTable(at: AttackRun, asked: readonly AskedColumn[], unasked: readonly Unasked[]): AuditTable {
  const left = asked.filter(({ copies }) => copies === 0).map(leftOutWords);
  return {
    title: 'Attribute inference: could a sensitive value be told?',
    note: oneLine(
      `Only row in less row out is leakage of the row. ${at.training!.plan.models} shadow models. ${left.join(' ')} ${unaskedWords(unasked)}`.trim(),
      1000,
    ),
    columns: ['column', 'wrong-label copies', 'figure', 'without the model', 'row out', 'row in', 'in less out', 'rise against no poison'], // biome-ignore format: one idea
    rows: asked.flatMap((one) => linesOf(one, untouched(asked, one))).slice(0, 200),
  };
}

function linesOf(one: AskedColumn, clean: AskedColumn): Cell[][] {
  const lines = [
    ['guessed right', 'share', 'figures'],
    ['guessed right, values alike', 'balanced', 'figures'],
    ["guessed right by the model's answers alone", 'share', 'alone'],
    [`claims recognised ${rateName(CLAIM_RATE)}`, 'tpr', 'figures'],
  ] as const;
  return lines.flatMap(([words, figure, who]) => {
    const line = one[who].lines[figure];
    if (!line) return [];
    const cell = (counted: Counted | null) => (counted ? cellOf(counted, figure) : '');
    const rise = one.copies === 0 ? null : attributeRise(clean[who], one[who], figure);
    return [
      [
        ...[nameOf(one.question.values.column), copiesWord(one.copies), words],
        ...[cell(line.imputed), cell(line.out), cell(line.inside)],
        difference(line.leaked),
        rise ? difference(rise) : '',
      ],
    ];
  });
}

const cellOf = ({ value, error, n, falsePositives }: Counted, figure: AttributeFigure): Cell => ({
  ...bounded(value, error, { n, unit: figure === 'tpr' ? 'rate' : 'share' }),
  ...(falsePositives === undefined ? {} : { falsePositives }),
});

const difference = ({ value, error, n }: Counted) => bounded(value, error, { n, unit: 'share', floor: -1 });

function leftOutWords({ question: { values, targets } }: AskedColumn): string {
  const { features, leftOut } = values;
  const rare = leftOut.rare > 0 ? `, ${countedWord(leftOut.rare, 'value')} of fewer than 4 rows unknown` : '';
  const others = leftOut.others > 0 ? `, ${leftOut.others} less frequent ones not asked` : '';
  return `${nameOf(values.column)}: ${targets.length} targets, ${features.length} values${rare}${others}.`;
}

export function attributeFigure(asked: readonly AskedColumn[]): AuditFigure {
  const questions = [...new Set(asked.map(({ question }) => question))];
  return {
    kind: 'lines',
    title: 'Leaked values by copies',
    x: 'wrong-label copies of each value of a target',
    y: 'guessed right, row in less row out',
    series: questions.map((question) => {
      const own = asked.filter((one) => one.question === question);
      return {
        name: nameOf(question.values.column),
        points: own.map((one): [number, number] => [one.copies, leakOf(one).value]),
        bounds: own.map((one): [number, number] => {
          const { low, high } = difference(leakOf(one));
          return [low!, high!];
        }),
      };
    }),
  };
}

/** The targets whose value the models with the most leakage give away most. */
export function exposedValues(asked: readonly AskedColumn[]): Answered['rows'] {
  const worst = asked.reduce((most, other) => (leakOf(other).value > leakOf(most).value ? other : most));
  const { question, answers, copies } = worst;
  const { states, truth, models, rows: K, values: V } = answers;
  const likelihoods = attributeLikelihoods(answers);
  const evident = (model: number, target: number) => {
    const own = likelihoods.subarray((model * K + target) * V, (model * K + target + 1) * V);
    const top = Math.max(...own);
    return own[truth[target]!]! - top - Math.log(own.reduce((sum, one) => sum + Math.exp(one - top), 0));
  };
  const means = question.targets.map(({ row }, target) => {
    const mean = (state: number) => {
      const among = Array.from({ length: models }, (_, model) => model).filter((model) => states[model * K + target] === state); // biome-ignore format: one idea
      return among.reduce((sum, model) => sum + evident(model, target), 0) / among.length;
    };
    return { row, effect: mean(truth[target]!) - mean(-1) };
  });
  const poison = copies === 0 ? 'without poison' : `with ${copiesWord(copies)} of each value`;
  return means
    .filter(({ effect }) => Number.isFinite(effect) && effect > 0)
    .sort((x, y) => y.effect - x.effect || x.row - y.row)
    .slice(0, NAMED)
    .map(({ row, effect }) => ({
      row,
      effect,
      why: `its ${nameOf(question.values.column)} is ${effect.toFixed(1)} nats more evident to models that trained on it, ${poison}`,
    }));
}
