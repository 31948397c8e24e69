import { extrapolatedExposure, rankOf } from '../stats/exposure.ts';

/** How candidates are ordered by an attacker who asks one model: by its loss alone, or beside shadow models. */
export type Ranking = 'loss' | 'difference' | 'ratio';

/** One canary, guessed from one model that was trained on it. */
export interface Guess {
  readonly canary: number;
  readonly model: number;
  /** Guesses until the secret is said, among all candidates. */
  readonly rank: Readonly<Record<Ranking, number>>;
  /** Exposure in bits by a skew normal; null where none fits. */
  readonly extrapolated: Readonly<Record<Ranking, number | null>>;
}

/** Candidates that the skew normal is fitted to. */
const REFERENCES = 10_000;

/**
 * Ranks one canary's secret among all candidates, in every model that was trained on it. Beside the model's own loss two
 * calibrations by the shadow models that never saw the canary: their mean log-likelihood is taken off, or the
 * likelihood is divided by their mean likelihood, to which the average candidate's is added, so that no candidate is
 * guessed for the reason alone that the others hold it to be impossible.
 * @param answer [M,W] log-likelihood of every candidate, nats. @param bits [M]: 1 where the canary trained the model.
 */
export function guessesOf(
  answer: Float32Array,
  { bits, own, canary }: { bits: Uint8Array; own: number; canary: number },
): Guess[] {
  const W = answer.length / bits.length;
  const outside = Array.from(bits.keys()).filter((model) => bits[model] === 0);
  const reference = referencesOf(answer, outside, W);
  const losses = new Float64Array(W);
  return Array.from(bits.keys())
    .filter((model) => bits[model] === 1)
    .map((model) => {
      const said = answer.subarray(model * W, (model + 1) * W);
      const ranked = (against: (candidate: number) => number) => {
        for (let candidate = 0; candidate < W; candidate++) losses[candidate] = against(candidate) - said[candidate]!;
        const secret = losses[own]!;
        losses[own] = losses[W - 1]!;
        const others = losses.subarray(0, W - 1);
        const every = Math.max(1, Math.floor(others.length / REFERENCES));
        const some = others.filter((_, index) => index % every === 0);
        return { rank: rankOf(secret, others)!, extrapolated: extrapolatedExposure(secret, some) };
      };
      const [loss, difference, ratio] = [
        ranked(() => 0),
        ranked((candidate) => reference.mean[candidate]!),
        ranked((candidate) => reference.floored[candidate]!),
      ];
      return {
        ...{ canary, model },
        rank: { loss: loss.rank, difference: difference.rank, ratio: ratio.rank },
        extrapolated: {
          loss: loss.extrapolated,
          difference: difference.extrapolated,
          ratio: ratio.extrapolated,
        },
      };
    });
}

/** What models that never saw a canary say of each candidate: mean log-likelihood, and log of the floored mean likelihood. */
function referencesOf(answer: Float32Array, models: readonly number[], W: number) {
  const mean = new Float64Array(W);
  const floored = new Float64Array(W);
  for (const model of models)
    for (let candidate = 0; candidate < W; candidate++) {
      const said = answer[model * W + candidate]!;
      mean[candidate]! += said / models.length;
      floored[candidate]! += Math.exp(said) / models.length;
    }
  const floor = floored.reduce((sum, one) => sum + one, 0) / W;
  for (let candidate = 0; candidate < W; candidate++) floored[candidate] = Math.log(floored[candidate]! + floor);
  return { mean, floored };
}
