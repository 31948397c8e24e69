import { extrapolatedExposure } from '../../stats/exposure.ts';
import { candidatesOf } from '../../table/secrets/candidates.ts';
import { hash32 } from '../../tensor/random.ts';
import type { Target } from './targets.ts';

/** Random candidates that a secret is ranked among. */
export const CANDIDATES = 1000;
/** Characters before a secret: more than the window of any model here. */
const BEFORE = 100;

/** What is asked about a target: the words before it with its form, itself, and candidates of its form. */
export interface Question {
  readonly prefix: string;
  readonly texts: readonly string[];
}

export function questionOf(target: Target, cell: string, seed: number): Question {
  const { ranked, places } = target;
  const { start, secret } = places[0]!;
  return {
    prefix: cell.slice(Math.max(0, start - BEFORE), start) + ranked.form,
    texts: [ranked.text, ...candidatesOf(ranked.text, CANDIDATES, hash32(seed, secret, 0xca4d))],
  };
}

/**
 * Exposure (bits) of the first of S texts to each model that trained on it, in the order of the models: every loss less
 * its mean over the models that did not, so that what anybody would guess does not count. Null where no model did, or
 * none did not.
 * @param scores [M,S] log-likelihoods, nats. @param inside [M] 1 where the secret trained the model.
 */
export function exposures(scores: Float64Array, inside: Uint8Array): number[] | null {
  const models = inside.length;
  const S = scores.length / models;
  const out = new Float64Array(S);
  const outside = inside.reduce((sum, bit) => sum + 1 - bit, 0);
  if (outside === 0 || outside === models) return null;
  for (let model = 0; model < models; model++)
    if (inside[model] === 0) for (let at = 0; at < S; at++) out[at]! += scores[model * S + at]! / outside;
  const bits: number[] = [];
  for (let model = 0; model < models; model++) {
    if (inside[model] === 0) continue;
    const losses = out.map((mean, at) => mean - scores[model * S + at]!);
    const bit = extrapolatedExposure(losses[0]!, losses.subarray(1));
    if (bit === null) return null;
    bits.push(bit);
  }
  return bits;
}
