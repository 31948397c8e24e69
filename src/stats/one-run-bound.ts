import { binomialUpperTail } from './beta.ts';
import type { BoundOptions } from './epsilon-bound.ts';
import { logGamma } from './gamma.ts';

/** Guesses about canaries, each of which a fair coin of its own put in or left out. */
export interface Guesses {
  /** All canaries, those too about which nothing was guessed. */
  readonly canaries: number;
  readonly guesses: number;
  readonly correct: number;
}

/**
 * The largest probability with which an (epsilon, delta)-differentially private training lets at least so many guesses be
 * right (Steinke, Nasr and Jagielski 2023, arXiv 2305.08846, corollary 5.4): f(v) + 2 m delta max_i (f(v - i) - f(v)) / i
 * with f(v) = P(Bin(r, e^epsilon / (e^epsilon + 1)) >= v). A guess may lean on all that the training gave, but on no
 * coin. Throws a plain Error on what are no counts.
 */
export function oneRunPValue(counts: Guesses, { epsilon, delta }: { epsilon: number; delta: number }): number {
  demand(counts);
  const { canaries, guesses, correct } = counts;
  const right = 1 / (1 + Math.exp(-epsilon));
  const tail = binomialUpperTail(correct, guesses, right);
  if (delta === 0) return tail;
  const wrong = 1 / (1 + Math.exp(epsilon));
  return Math.min(1, tail + 2 * canaries * delta * steepest(guesses, correct, { right, wrong }));
}

interface Odds {
  readonly right: number;
  /** 1 - right, without its rounding. */
  readonly wrong: number;
}

/** max over i of P(v > Bin(r, right) >= v - i) / i: what moving v down by i would let in. */
function steepest(r: number, v: number, odds: Odds): number {
  let [most, sum, mass] = [0, 0, v === 0 ? 0 : binomialMass(r, v - 1, odds)];
  for (let i = 1; i <= v; i++) {
    sum += mass;
    most = Math.max(most, sum / i);
    const k = v - i;
    mass *= (k * odds.wrong) / ((r - k + 1) * odds.right);
  }
  return most;
}

function binomialMass(n: number, k: number, { right, wrong }: Odds): number {
  const choices = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(choices + k * Math.log(right) + (n - k) * Math.log(wrong));
}

/**
 * Lower bound of epsilon: the largest whose p-value is below the error that is allowed (the same, lemma 4.7). What is
 * guessed, and about how many, must have been fixed before these guesses were counted; else `tried` says among how many
 * rules the best was taken. Null without a guess. Errors as in `oneRunPValue`.
 */
export function oneRunBound(counts: Guesses, { delta, confidence, tried }: BoundOptions): number | null {
  demand(counts);
  if (counts.guesses === 0) return null;
  const error = (1 - confidence) / tried;
  const isRefuted = (epsilon: number) => oneRunPValue(counts, { epsilon, delta }) < error;
  if (!isRefuted(0)) return 0;
  let [low, high] = [0, 1];
  while (high < LARGEST && isRefuted(high)) [low, high] = [high, 2 * high];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Beyond it e^-epsilon is lost beside 1. */
const LARGEST = 32;

function demand({ canaries, guesses, correct }: Guesses): void {
  const areCounts = [canaries, guesses, correct].every((n) => Number.isInteger(n) && n >= 0);
  if (!areCounts || correct > guesses || guesses > canaries)
    throw new Error(`${correct} right of ${guesses} guesses about ${canaries} canaries`);
}
