import { type AttributeAnswers, type AttributePart, attributeLikelihoods } from './attribute.ts';
import { crossedError, crossedParts } from './crossed.ts';
import { tprAt } from './roc.ts';

/** What is counted: `share` and `balanced` of values guessed right, over rows or over values alike, and a claim's TPR. */
export type AttributeFigure = 'share' | 'balanced' | 'tpr';

/** A figure by what the attacker has: no model, models in which the row is out, models that trained on it as it is. */
export interface AttributeLine {
  /** Null where there are too few rows for it. */
  readonly imputed: Counted | null;
  readonly out: Counted;
  readonly inside: Counted;
  /** Inside less out: leakage of the row. */
  readonly leaked: Counted;
}

export interface Counted {
  readonly value: number;
  /** Standard error: rows and models are crossed, and both are drawn. */
  readonly error: number;
  readonly n: number;
  readonly falsePositives?: number;
}

/** One attacker's lines, and the leakage with each part of the models, then of the rows, left out. */
export interface AttributeFigures {
  readonly lines: Readonly<Partial<Record<AttributeFigure, AttributeLine>>>;
  readonly parts: readonly Readonly<Partial<Record<AttributeFigure, number>>>[];
}

/** False positives that carry a rate. */
const FEWEST = 5;
export const CLAIM_RATE = 0.01;

type Column = 'imputed' | 'out' | 'inside';
interface Tally {
  readonly value: number;
  readonly n: number;
  readonly falsePositives?: number;
  /** Of claims: those that are wrong, and should be refused. */
  readonly wrong?: number;
}
type Tallies = Record<AttributeFigure, Record<'out' | 'inside', Tally> & { readonly imputed?: Tally }>;

/** What attackers know beside the models' answers: what the other rows tell of the column, or nothing. */
type Known = 'others' | 'nothing';

/**
 * How well values are guessed: by the prior alone, and by the prior and the models' answers where the row is out, or in
 * with its true value. `alone` is an attacker who has the models' answers, and no prior.
 */
export function attributeFigures(answers: AttributeAnswers): {
  readonly informed: AttributeFigures;
  readonly alone: AttributeFigures;
} {
  const all = { models: range(answers.models), rows: range(answers.rows) };
  const parts = [all, ...crossedParts(answers.models, answers.rows)].map((part) => {
    const likelihoods = attributeLikelihoods(answers, part);
    return (['others', 'nothing'] as const).map((knows) => tally(answers, { ...part, likelihoods }, knows));
  });
  const [informed, alone] = [0, 1].map((who) =>
    figuresOf(
      parts.map((both) => both[who]!),
      answers.rows,
    ),
  );
  return { informed: informed!, alone: alone! };
}

function figuresOf([whole, ...less]: readonly Tallies[], rows: number): AttributeFigures {
  const lines: Partial<Record<AttributeFigure, AttributeLine>> = {};
  const leak = (tallies: Tallies, figure: AttributeFigure) => tallies[figure].inside.value - tallies[figure].out.value;
  for (const figure of ['share', 'balanced', 'tpr'] as const) {
    const own = whole![figure];
    if (figure === 'tpr' && Math.min(own.out.wrong!, own.inside.wrong!) * CLAIM_RATE < FEWEST) continue;
    const counted = (column: Column) => {
      const one = own[column];
      if (!one) return null;
      const { value, n, falsePositives } = one;
      const error = crossedError(less.map((tallies) => tallies[figure][column]!.value));
      return { value, n, error, ...(falsePositives === undefined ? {} : { falsePositives }) };
    };
    const value = leak(whole!, figure);
    const error = crossedError(less.map((tallies) => leak(tallies, figure)));
    lines[figure] = {
      imputed: counted('imputed'),
      out: counted('out')!,
      inside: counted('inside')!,
      leaked: { value, error, n: rows },
    };
  }
  const parts = less.map((tallies) => ({
    share: leak(tallies, 'share'),
    balanced: leak(tallies, 'balanced'),
    tpr: leak(tallies, 'tpr'),
  }));
  return { lines, parts };
}

/** How much more leaks after than before, models and rows paired: a figure's rise, and its standard error. */
export function attributeRise(
  before: AttributeFigures,
  after: AttributeFigures,
  figure: AttributeFigure,
): Counted | null {
  const [was, is] = [before.lines[figure], after.lines[figure]];
  if (!was || !is) return null;
  const rises = after.parts.map((part, at) => part[figure]! - before.parts[at]![figure]!);
  return { value: is.leaked.value - was.leaked.value, error: crossedError(rises), n: is.leaked.n };
}

function tally(
  { rows: K, values: V, states, truth, prior }: AttributeAnswers,
  { models, rows, likelihoods }: Required<AttributePart> & { readonly likelihoods: Float64Array },
  knows: Known,
): Tallies {
  const right = { imputed: perRow(K), out: perRow(K), inside: perRow(K) };
  const claims = { out: noClaims(), inside: noClaims() };
  for (const row of rows) {
    const known = prior.subarray(row * V, (row + 1) * V);
    if (knows === 'others') count(right.imputed, row, known, truth[row]!);
    for (const model of models) {
      const state = states[model * K + row]!;
      if (state >= 0 && state !== truth[row]) continue;
      const column = state < 0 ? 'out' : 'inside';
      const from = (model * K + row) * V;
      const scores = likelihoods.subarray(from, from + V).map((likelihood, value) => likelihood + (knows === 'others' ? known[value]! : 0)); // biome-ignore format: one idea
      count(right[column], row, scores, truth[row]!);
      claim(claims[column], scores, truth[row]!);
    }
  }
  // Rows that both kinds of models judged, so that all columns are about the same rows.
  const judged = rows.filter((row) => right.out.n[row]! > 0 && right.inside.n[row]! > 0);
  const shareOf = (column: Column, among: readonly number[]) =>
    among.reduce((sum, row) => sum + right[column].hits[row]! / right[column].n[row]!, 0) / among.length;
  const byValue = range(V)
    .map((value) => judged.filter((row) => truth[row] === value))
    .filter((own) => own.length > 0);
  const columnsOf = (value: (column: Column) => number): Tallies['share'] => {
    const tallied = (column: Column) => ({ value: value(column), n: judged.length });
    const both = { out: tallied('out'), inside: tallied('inside') };
    return knows === 'others' ? { ...both, imputed: tallied('imputed') } : both;
  };
  return {
    share: columnsOf((column) => shareOf(column, judged)),
    balanced: columnsOf((column) => byValue.reduce((sum, own) => sum + shareOf(column, own), 0) / byValue.length),
    tpr: { out: tprOf(claims.out), inside: tprOf(claims.inside) },
  };
}

const range = (n: number) => Array.from({ length: n }, (_, index) => index);
const perRow = (rows: number) => ({ hits: new Float64Array(rows), n: new Float64Array(rows) });
const noClaims = () => ({ right: [] as number[], wrong: [] as number[] });

/** Ties count as the share of a guess among them. */
function count(into: ReturnType<typeof perRow>, row: number, scores: Float64Array, truth: number): void {
  const best = Math.max(...scores);
  const tied = scores.filter((score) => score === best).length;
  into.n[row]!++;
  if (scores[truth] === best) into.hits[row]! += 1 / tied;
}

/** "This row has this value", as log odds against all others. */
function claim(into: ReturnType<typeof noClaims>, scores: Float64Array, truth: number): void {
  scores.forEach((score, value) => {
    const others = scores.filter((_, other) => other !== value);
    const top = Math.max(...others);
    const odds = score - top - Math.log(others.reduce((sum, other) => sum + Math.exp(other - top), 0));
    (value === truth ? into.right : into.wrong).push(odds);
  });
}

function tprOf({ right, wrong }: ReturnType<typeof noClaims>): Tally {
  const scores = { members: Float64Array.from(right).sort(), others: Float64Array.from(wrong).sort() };
  const { tpr, falsePositives } = tprAt(scores, CLAIM_RATE);
  return { value: tpr, n: right.length, falsePositives, wrong: wrong.length };
}
