import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import { type PairedEffect, pairedEffect } from '../../stats/paired.ts';
import { freshPair } from './arms.ts';
import { culpritsOf } from './culprits.ts';
import type { Shortlist, Suspect } from './shortlist.ts';

const ARMS = { applied: 'amplification/trial/with', without: 'amplification/trial/without' } as const;

/** Share of the least effect from which a rise is worth a confirmation: a trial's own error hides few rows that do harm. */
export const WORTH = 0.5;

/** What fresh models say of a whole shortlist at once: whom it is worth to accuse. */
export interface Trial {
  /** One per listed row that could be measured. */
  readonly effects: readonly PairedEffect[];
  /** Rows that could not be measured because a cell was empty. */
  readonly empty: number;
  /** Per row whose d' rises by half the least effect or more: who is to blame, should fresh models bear it out. */
  readonly accusations: ReadonlyMap<number, readonly Suspect[]>;
}

/** The whole change, and all of it but the suspects. */
export function trialExperiments(evidence: Evidence, { suspects }: Shortlist): Experiment[] {
  if (suspects.length === 0) return [];
  const without = suspects.map(({ unit }) => unit);
  return [...freshPair(evidence, ARMS, { salt: 0x7e57, factor: 1, without })];
}

/** Null until both ensembles came back. @param difference least rise of d' that counts as exposure. */
export function trialOf({ experiments }: Evidence, list: Shortlist, difference: number): Trial | null {
  const [applied, without] = [ARMS.applied, ARMS.without].map(
    (id) => experiments.find(({ experiment }) => experiment.id === id)?.ensemble,
  );
  if (!applied || !without) return null;
  const listed = [...new Set(list.suspects.flatMap(({ effects }) => effects.map(({ row }) => row)))];
  const effects = listed.flatMap((row) => pairedEffect(applied, without, row) ?? []);
  const rising = effects.filter((effect) => effect.difference >= WORTH * difference);
  const accusations = new Map(rising.map(({ row }) => [row, culpritsOf(row, list)]));
  return { effects, empty: listed.length - effects.length, accusations };
}
