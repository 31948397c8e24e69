import type { Evidence } from '../../evidence/evidence.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { holm } from '../../stats/fdr.ts';
import { armVariances, effectOn, type Screen } from '../../stats/interaction.ts';
import { median } from '../../stats/lira.ts';
import { type PairedEffect, pairedEffect, type ScoredModels } from '../../stats/paired.ts';
import type { Shortlist, Suspect } from './shortlist.ts';

/** The rule of a verified exposure. */
export interface Thresholds {
  readonly difference: number;
  readonly lower: number;
  readonly tpr: number;
  readonly p: number;
}

export interface Judged extends PairedEffect {
  /** Holm-adjusted over all rows that were tested. */
  readonly q: number;
  readonly verdict: 'exposed' | 'suspicious' | 'unharmed';
  /** Units that are named for it, strongest first; empty unless exposed or suspicious. */
  readonly culprits: readonly Suspect[];
}

export interface Verification {
  readonly judged: readonly Judged[];
  /** Decoys whose victims could be measured, and the largest D among them. */
  readonly decoys: number;
  readonly decoyMaximum: number;
  /** Effect that would have been seen in four of five cases: max(limit, 1 + 1.645 SE) + 0.84 SE. */
  readonly detectable: number;
  /** Rows that could not be measured because a cell was empty. */
  readonly empty: number;
}

/** Fresh ensembles with bits and seeds in common: the first models of any two are pairs. */
export interface FreshArms {
  readonly applied: Ensemble;
  /** All but the suspects. */
  readonly without: Ensemble;
  /** All but the decoys; fewer models. Were decoys left out beside the suspects, their effects would add to D. */
  readonly withoutDecoys: Ensemble;
}

/** Judges every shortlisted victim by fresh ensembles: with everything, without the suspects, without the decoys. */
export function verify(
  list: Shortlist,
  { applied, without, withoutDecoys }: FreshArms,
  limits: Thresholds,
): Verification {
  const beside = firstModels(applied, withoutDecoys.models);
  const victims = [...new Set(list.suspects.flatMap(({ effects }) => effects.map(({ row }) => row)))];
  const measured = victims.map((row) => pairedEffect(applied, without, row));
  const effects = measured.filter((effect) => effect !== null);
  const suspected = new Set(victims);
  const decoyRows = new Set(list.decoys.flatMap(({ rows }) => rows));
  const quiet = list.decoys.map(({ effects }) =>
    effects.filter(({ row }) => !suspected.has(row) && !decoyRows.has(row)),
  );
  const decoyEffects = quiet.map((rows) =>
    rows.map(({ row }) => pairedEffect(beside, withoutDecoys, row)?.difference ?? Number.NEGATIVE_INFINITY),
  );
  const decoyMaximum = Math.max(Number.NEGATIVE_INFINITY, ...decoyEffects.flat());
  const adjusted = holm(effects.map(({ p }) => p));
  const judged = effects.map((effect, index): Judged => {
    const q = adjusted[index]!;
    const culprits = culpritsOf(effect.row, list);
    const verdict = tempered(judge(effect, q, decoyMaximum, limits), culprits);
    return { ...effect, q, verdict, culprits: verdict === 'unharmed' ? [] : culprits };
  });
  const error = median(effects.map((effect) => effect.error));
  return {
    judged,
    decoys: decoyEffects.filter((values) => values.some(Number.isFinite)).length,
    decoyMaximum,
    detectable: Math.max(limits.difference, limits.lower + 1.645 * error) + 0.84 * error,
    empty: measured.length - effects.length,
  };
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

/**
 * The units that are to blame for one exposed row. The strongest suspect is; then its effect is taken out of the row's
 * scores (their variance makes honest rows look guilty) and the next one must still rank among the top base units.
 */
function culpritsOf(row: number, { screen, suspects, reference }: Shortlist): Suspect[] {
  const index = screen.rows.indexOf(row);
  const typical = armVariances(screen);
  const bar = reference[Math.floor(reference.length * 0.01)] ?? Number.POSITIVE_INFINITY;
  const aiming = suspects.filter(({ effects }) => effects.some((effect) => effect.row === row));
  const culprits: Suspect[] = [];
  let current: Screen = only(screen, index);
  while (aiming.length > 0) {
    const ranked = aiming
      .map((suspect) => ({ suspect, t: effectOn(current, 0, suspect.bits, typical).t }))
      .sort((x, y) => (Number.isNaN(y.t) ? -1 : y.t) - (Number.isNaN(x.t) ? -1 : x.t));
    const { suspect, t } = ranked[0]!;
    if (culprits.length > 0 && !(t > bar)) break;
    culprits.push(suspect);
    aiming.splice(aiming.indexOf(suspect), 1);
    current = withoutEffect(current, suspect.bits);
  }
  return culprits;
}

function only({ models, rows, phi, inside }: Screen, index: number): Screen {
  const part = [index * models, (index + 1) * models] as const;
  return { models, rows: [rows[index]!], phi: phi.slice(...part), inside: inside.slice(...part) };
}

/** The row's scores less the means of its four cells (row in/out, unit in/out). */
function withoutEffect({ models, rows, phi, inside }: Screen, bits: Uint8Array): Screen {
  const cells = Array.from({ length: models }, (_, model) => inside[model]! * 2 + bits[model]!);
  const means = [0, 1, 2, 3].map((cell) => {
    const own = cells.flatMap((other, model) => (other === cell ? [phi[model]!] : []));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
  return { models, rows, inside, phi: Float32Array.from(phi, (value, model) => value - means[cells[model]!]!) };
}

function firstModels({ phi, inside, rows }: Ensemble, models: number): ScoredModels {
  return { models, rows, phi: phi.subarray(0, models * rows), inside: inside.subarray(0, models * rows) };
}

/** What the experiments of a verification are called. */
export const ARMS = {
  applied: 'amplification/with',
  without: 'amplification/without',
  withoutDecoys: 'amplification/without-decoys',
} as const;

/** The fresh ensembles among the experiments that came back; null when the budget cut one. */
export function freshArms({ experiments }: Evidence): FreshArms | null {
  const arm = (id: string) => experiments.find(({ experiment }) => experiment.id === id)?.ensemble;
  const [applied, without, withoutDecoys] = [arm(ARMS.applied), arm(ARMS.without), arm(ARMS.withoutDecoys)];
  return applied && without && withoutDecoys ? { applied, without, withoutDecoys } : null;
}
