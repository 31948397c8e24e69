import { epsilonOf, noiseFor } from '../stats/accountant.ts';
import type { Recipe } from '../training/recipe.ts';

/** C: the rows' gradients of a built-in slice have norms of a few units when training begins. */
export const CLIP = 1;
/** Standard deviations by which the number of rows that train a model may be off its mean. */
const SPREAD = 3;

/** A recipe by DP-SGD whose epsilon is at most the wanted one, and the epsilon that its accountant gives it. */
export function privateRecipe(
  recipe: Recipe,
  at: { readonly trainingRows: number; readonly epsilon: number; readonly delta: number },
): { readonly recipe: Recipe; readonly epsilon: number } {
  const { epsilon, delta } = at;
  const places = stepsOf(recipe, at.trainingRows).map((steps) => ({ rate: 1 / steps, steps: steps * recipe.epochs }));
  const noise = Math.max(...places.map((place) => noiseFor(place, { epsilon, delta })));
  return {
    recipe: { ...recipe, privacy: { clip: CLIP, noise } },
    epsilon: Math.max(...places.map((place) => epsilonOf({ ...place, noise }, delta))),
  };
}

/** Steps of an epoch that shadow models take, each of which is trained on half of the rows, more or less. */
function stepsOf({ batch }: Recipe, trainingRows: number): number[] {
  const spread = (SPREAD * Math.sqrt(trainingRows)) / 2;
  const [fewest, most] = [-spread, spread].map((off) => Math.max(1, Math.ceil((trainingRows / 2 + off) / batch)));
  return Array.from({ length: most! - fewest! + 1 }, (_, more) => fewest! + more);
}

/** A usual delta: well below one over the rows that are protected. */
export const deltaFor = (trainingRows: number): number => Math.min(1e-5, 0.1 / trainingRows);
