import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttackCounts } from '../../src/stats/epsilon-bound.ts';
import type { LiraScores } from '../../src/stats/lira.ts';
import type { Guesses } from '../../src/stats/one-run-bound.ts';
import type { ScoredModels } from '../../src/stats/paired.ts';
import type { SkewNormal } from '../../src/stats/skew-normal.ts';

type Scores = Readonly<Record<keyof LiraScores, readonly number[]>>;

/** What other people's code makes of small arrays, and what papers print: `node bench/peers/attacks.ts` wrote it. */
interface References {
  readonly ensemble: { models: number; rows: number; phi: number[]; inside: number[] };
  readonly asked: { readonly rows: number[]; readonly population: number[] };
  readonly lira: Readonly<Record<'ownVariance' | 'fixedVariance' | 'shrunk', Scores>> & {
    readonly heldOut: Scores & { readonly rows: number[]; readonly shadows: number[]; readonly targets: number[] };
    readonly offline: { readonly target: number; readonly most: number; readonly scores: number[] };
  };
  readonly rmia: {
    readonly target: number;
    readonly online: number[];
    readonly offline: { a: number; rows: number[]; population: number[]; scores: number[] };
    readonly few: { readonly a: number; readonly models: number; readonly scores: number[] };
  };
  readonly roc: readonly (Scores & { area: number; at: { rate: number; tpr: number }[] })[];
  readonly epsilon: readonly { counts: AttackCounts; delta: number; confidence: number; epsilon: number }[];
  readonly oneRun: readonly { counts: Guesses; delta: number; p: number[]; epsilon: number | null }[];
  readonly skewNormal: {
    readonly cdf: readonly { shape: number; x: number; log: number }[];
    readonly fits: readonly { references: number[]; fit: SkewNormal; secrets: number[]; bits: number[] }[];
  };
  readonly published: {
    readonly epsilon: readonly (References['epsilon'][number] & { source: string; within: number })[];
    readonly oneRun: readonly { source: string; m: number; r: number; v: number; delta: number; epsilon: number }[];
    readonly oneRunP: readonly {
      source: string;
      m: number;
      r: number;
      v: number;
      ratio: number;
      delta: number;
      p: number;
    }[];
  };
}

export const references = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/attack-references.json'), 'utf8'),
) as References;

const { models, rows, phi, inside } = references.ensemble;

/** The fixture's shadow models; rows 20.. are in none of them. */
export const stored: ScoredModels = { models, rows, phi: Float32Array.from(phi), inside: Uint8Array.from(inside) };

/** Some of an ensemble's models. */
export function modelsOf(
  { rows: width, phi: all, inside: bits }: ScoredModels,
  from: number,
  to: number,
): ScoredModels {
  const cut = [from * width, to * width] as const;
  return { models: to - from, rows: width, phi: all.slice(...cut), inside: bits.slice(...cut) };
}
