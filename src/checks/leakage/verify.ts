import type { Ensemble } from '../../evidence/scores.ts';
import { holm } from '../../stats/fdr.ts';
import { median } from '../../stats/lira.ts';
import { type PairedEffect, pairedEffect, type ScoredModels } from '../../stats/paired.ts';
import { type Confirmation, FRESH, type LastRound } from './confirmation.ts';
import type { Shortlist, Suspect } from './shortlist.ts';
import { type Trial, WORTH } from './trial.ts';

/** The rule of a verified exposure. */
export interface Thresholds {
  readonly difference: number;
  readonly lower: number;
  readonly tpr: number;
  readonly p: number;
}

export interface Judged extends PairedEffect {
  /** Holm-adjusted over all rows of the confirmation; 1 for a row that the trial cleared. */
  readonly q: number;
  readonly verdict: 'exposed' | 'suspicious' | 'unharmed';
  /** Units that are named for it, strongest first; empty unless exposed or suspicious. */
  readonly culprits: readonly Suspect[];
}

export interface Verification {
  readonly judged: readonly Judged[];
  /** Decoys whose victims could be measured (without a confirmation: that there are), and the largest D among them. */
  readonly decoys: number;
  readonly decoyMaximum: number;
  /** Effect that would have been seen in four of five cases, by the trial and by the confirmation. */
  readonly detectable: number;
  /** Rows that could not be measured because a cell was empty. */
  readonly empty: number;
}

/**
 * Judges every shortlisted row: the trial clears it, or the confirmation decides. Null when the trial accuses and the
 * confirmation did not come back.
 */
export function verify(
  list: Shortlist,
  trial: Trial,
  confirmation: Confirmation | null,
  limits: Thresholds,
): Verification | null {
  const { accusations } = trial;
  if (accusations.size > 0 && !confirmation) return null;
  const cleared = trial.effects
    .filter(({ row }) => !accusations.has(row))
    .map((effect): Judged => ({ ...effect, q: 1, verdict: 'unharmed', culprits: [] }));
  const decoys = confirmation ? decoyEffects(list, confirmation) : list.decoys.map(() => Number.NEGATIVE_INFINITY);
  const decoyMaximum = Math.max(Number.NEGATIVE_INFINITY, ...decoys);
  const effects = confirmation
    ? [...accusations.keys()].flatMap((row) => pairedEffect(confirmation.applied, confirmation.without, row) ?? [])
    : [];
  const rule = { accusations, decoyMaximum, limits };
  const first = judgeAll(effects, rule);
  const confirmed = confirmation?.last ? judgedLast(first, confirmation.last, rule) : first;
  return {
    judged: [...confirmed, ...cleared],
    decoys: decoys.length,
    decoyMaximum,
    detectable: detectableEffect(trial.effects, effects, limits),
    empty: trial.empty + accusations.size - effects.length,
  };
}

interface Rule {
  readonly accusations: Trial['accusations'];
  readonly decoyMaximum: number;
  readonly limits: Thresholds;
}

function judgeAll(effects: readonly PairedEffect[], { accusations, decoyMaximum, limits }: Rule): Judged[] {
  const adjusted = holm(effects.map(({ p }) => p));
  return effects.map((effect, index): Judged => {
    const q = adjusted[index]!;
    const culprits = accusations.get(effect.row)!;
    const verdict = tempered(judge(effect, q, decoyMaximum, limits), culprits);
    return { ...effect, q, verdict, culprits: verdict === 'unharmed' ? [] : culprits };
  });
}

/**
 * The rows that stand, judged again by fresh ensembles of which one leaves out just those who are named for them. The
 * rise must reach the limit once more; how large it is at least, the confirmation has shown, and to ask for both twice
 * would lose one harmed row in ten.
 */
function judgedLast(judged: readonly Judged[], { applied, without }: LastRound, rule: Rule): Judged[] {
  const standing = new Set(namedBy(judged).rows);
  const again = [...standing].flatMap((row) => pairedEffect(applied, without, row) ?? []);
  return [
    ...judged.filter(({ row }) => !standing.has(row)),
    ...judgeAll(again, { ...rule, limits: { ...rule.limits, lower: 0 } }),
  ];
}

/** Times the least effect beyond which no luck of the pick reaches. */
const BEYOND_DOUBT = 2;

/** Whether a failure rests on a rise that is not far above the limit. */
export function isDoubtful(judged: readonly Judged[], limits: Thresholds): boolean {
  return judged.some(
    ({ verdict, difference }) => verdict === 'exposed' && difference < BEYOND_DOUBT * limits.difference,
  );
}

/** Whom a finding would name, and for which rows: those of the exposed rows, else those of the suspicious ones. */
export function namedBy(judged: readonly Judged[]): { readonly rows: number[]; readonly culprits: Suspect[] } {
  const exposed = judged.filter(({ verdict }) => verdict === 'exposed');
  const standing = exposed.length > 0 ? exposed : judged.filter(({ verdict }) => verdict === 'suspicious');
  return { rows: standing.map(({ row }) => row), culprits: standing.flatMap(({ culprits }) => culprits) };
}

function judge(effect: PairedEffect, q: number, decoyMaximum: number, limits: Thresholds): Judged['verdict'] {
  const stands = effect.difference > decoyMaximum && q <= limits.p;
  if (stands && effect.difference >= limits.difference && effect.lower >= limits.lower && effect.tpr >= limits.tpr)
    return 'exposed';
  return stands && effect.lower > limits.lower / 2 && effect.tpr >= limits.tpr ? 'suspicious' : 'unharmed';
}

/**
 * A failure needs evidence about a named unit itself: its own bit, or a near copy. Rows that merely lie near an exposed
 * row are accused as a set, and honest neighbours of another class can together have a small effect: a warning.
 */
function tempered(verdict: Judged['verdict'], culprits: readonly Suspect[]): Judged['verdict'] {
  if (culprits.some(({ reason }) => reason !== 'near-victim')) return verdict;
  return verdict === 'exposed' ? 'suspicious' : 'unharmed';
}

/** Per decoy the largest D among the rows that it was listed for, if any could be measured: what honest rows do. */
function decoyEffects({ decoys, suspects }: Shortlist, { applied, withoutDecoys }: Confirmation): number[] {
  const beside = firstModels(applied, withoutDecoys.models);
  const spoken = new Set([...suspects.flatMap(({ effects }) => effects.map(({ row }) => row)), ...decoys.flatMap(({ rows }) => rows)]); // biome-ignore format: one idea
  return decoys
    .map(({ effects }) =>
      effects
        .filter(({ row }) => !spoken.has(row))
        .flatMap(({ row }) => pairedEffect(beside, withoutDecoys, row)?.difference ?? []),
    )
    .flatMap((differences) => (differences.length > 0 ? [Math.max(...differences)] : []));
}

/** The trial's share of the limit and the confirmation's limit, each with what its error adds for a power of 80%. */
function detectableEffect(
  tried: readonly PairedEffect[],
  confirmed: readonly PairedEffect[],
  limits: Thresholds,
): number {
  if (tried.length === 0) return Number.POSITIVE_INFINITY;
  const trialError = median(tried.map(({ error }) => error));
  const error = confirmed.length > 0 ? median(confirmed.map((effect) => effect.error)) : trialError / Math.sqrt(FRESH);
  return Math.max(
    WORTH * limits.difference + 0.84 * trialError,
    Math.max(limits.difference, limits.lower + 1.645 * error) + 0.84 * error,
  );
}

function firstModels({ phi, inside, rows }: Ensemble, models: number): ScoredModels {
  return { models, rows, phi: phi.subarray(0, models * rows), inside: inside.subarray(0, models * rows) };
}
