import { defaultOptions } from '../../../src/checks/check.ts';
import { amplification } from '../../../src/checks/leakage/amplification.ts';
import { answerRounds, type SampleEffect, type SampleWorld } from '../../../src/checks/sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import type { SampleRow } from '../../../src/checks/sample-rows.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';

export const BASE = 240;
const ADDED = 40;
/** Index of the first row that a world adds to the honest ones. */
export const FIRST = BASE + ADDED;

/** A wrong-label copy that the change adds. */
export const wrongCopy = (row: SampleRow): SampleRow => ({
  ...row,
  label: (row.label! + 1) % 4,
  ...{ inBase: false, inHead: true, change: 'added', cluster: null },
});

/** 240 honest base rows, 40 honest arrivals, what `more` makes of them, and the harm that rows do. */
export function worldOf(
  more: (rows: readonly SampleRow[]) => readonly SampleRow[],
  effects: readonly SampleEffect[],
  { seed = 1, models = 64 } = {},
): SampleWorld {
  return sampleWorld(seed, { base: BASE, added: ADDED, models, more, effects: () => effects });
}

/** The world's evidence; its experiments answered by `fresh`, by default the same world again. */
export function evidenceOf(world: SampleWorld, fresh: SampleWorld = world): Evidence {
  const options = { ...defaultOptions(amplification.options), power: 0 };
  return answerRounds(fresh, sampleEvidence(world), (seen) => amplification.experiments?.(seen, options) ?? []);
}
