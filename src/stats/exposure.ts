import { fitSkewNormal, LARGEST_SHAPE } from './fit-skew-normal.ts';
import { median } from './lira.ts';
import { logSkewNormalCdf } from './skew-normal.ts';

/**
 * Rank of a secret among candidates by the model's loss (nats, or any score of which a small one means "likely"), 1 for
 * the likeliest. Ties are counted against the attacker: a secret stands behind every candidate that is as likely, so that a
 * model that says the same of all gives nothing away. Null where a loss is not a number.
 * @param others losses of all candidates but the secret.
 */
export function rankOf(secret: number, others: ArrayLike<number>): number | null {
  if (Number.isNaN(secret)) return null;
  let rank = 1;
  for (let at = 0; at < others.length; at++) {
    if (Number.isNaN(others[at]!)) return null;
    if (others[at]! <= secret) rank++;
  }
  return rank;
}

/**
 * Exposure in bits (Carlini et al. 2019, arXiv 1802.08232, section 4.2): log2 |R| - log2 rank, among |R| candidates of
 * which the secret is one. 0 for the last, at most log2 |R|: more cannot be seen by ranks. Null where there is no rank, or
 * no other candidate.
 */
export function exposure(secret: number, others: ArrayLike<number>): number | null {
  const rank = others.length === 0 ? null : rankOf(secret, others);
  return rank === null ? null : Math.log2(others.length + 1) - Math.log2(rank);
}

/** References below which a fitted tail says more of the fit than of the model. */
const FEWEST_REFERENCES = 100;

/**
 * Exposure in bits by extrapolation (the same, section 4.3): -log2 P(a reference's loss <= the secret's), of the skew
 * normal under which the references are likeliest. Model-based: far out it leans on the fit alone. Null for fewer than 100 references, or
 * where they have no spread, a loss is not a number, or the fit ends below in an edge, beyond which nothing is.
 */
export function extrapolatedExposure(secret: number, references: ArrayLike<number>): number | null {
  if (references.length < FEWEST_REFERENCES || Number.isNaN(secret)) return null;
  const fit = fitSkewNormal(references);
  if (!fit || fit.shape >= LARGEST_SHAPE) return null;
  return 0 - logSkewNormalCdf(fit, secret) / Math.LN2;
}

/** Guesses that an attacker needs for half of the secrets: the median of their ranks. Null without a secret, or where one has no rank. */
export function medianGuesses(ranks: readonly (number | null)[]): number | null {
  const known = ranks.filter((rank) => rank !== null);
  return known.length === 0 || known.length < ranks.length ? null : median(known);
}
