import { armsOf, dPrime } from './arms.ts';
import { type PairedEffect, pairedEffect, type ScoredModels } from './paired.ts';

/**
 * The rows whose d' rises most from one ensemble to a paired one. The largest of thousands of noisy rises is large by
 * chance: half of the models, every other one, picks at most `most` rows, and the other half judges them.
 * @returns how many were picked, and the effects of those that the other half can tell.
 */
export function pickAndJudge(
  before: ScoredModels,
  after: ScoredModels,
  rows: readonly number[],
  most: number,
): { readonly picked: number; readonly effects: readonly PairedEffect[] } {
  const [were, are] = [halfOf(before, 0), halfOf(after, 0)];
  const picked = rows
    .map((row) => ({ row, rise: dPrimeOf(are, row) - dPrimeOf(were, row) }))
    .filter(({ rise }) => Number.isFinite(rise))
    .sort((x, y) => y.rise - x.rise)
    .slice(0, most);
  const [without, applied] = [halfOf(before, 1), halfOf(after, 1)];
  const effects = picked.map(({ row }) => pairedEffect(applied, without, row)).filter((effect) => effect !== null);
  return { picked: picked.length, effects };
}

const dPrimeOf = ({ phi, inside, rows }: ScoredModels, row: number) => dPrime(armsOf(phi, inside, { row, rows }));

/** Every other model of an ensemble. */
function halfOf({ models, rows, phi, inside }: ScoredModels, half: number): ScoredModels {
  const own = Array.from({ length: models }, (_, model) => model).filter((model) => model % 2 === half);
  const kept = {
    models: own.length,
    rows,
    phi: new Float32Array(own.length * rows),
    inside: new Uint8Array(own.length * rows),
  };
  own.forEach((model, index) => {
    kept.phi.set(phi.subarray(model * rows, (model + 1) * rows), index * rows);
    kept.inside.set(inside.subarray(model * rows, (model + 1) * rows), index * rows);
  });
  return kept;
}
