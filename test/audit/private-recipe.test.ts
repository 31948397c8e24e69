import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deltaFor, privateRecipe } from '../../src/audit/private-recipe.ts';
import { epsilonOf } from '../../src/stats/accountant.ts';
import type { Recipe } from '../../src/training/recipe.ts';

const recipe: Recipe = { optimizer: 'sgd', rate: 0.2, decay: 0.001, batch: 128, epochs: 24 };

test('the epsilon holds for whatever number of rows trains a model', () => {
  for (const trainingRows of [5120, 60])
    for (const epsilon of [50, 8]) {
      const delta = deltaFor(trainingRows);
      const how = privateRecipe(recipe, { trainingRows, epsilon, delta });
      assert.ok(how.epsilon <= epsilon && how.epsilon > 0.95 * epsilon, `${how.epsilon}`);
      assert.equal(how.recipe.privacy!.clip, 1);
      assert.deepEqual({ ...how.recipe, privacy: undefined }, { ...recipe, privacy: undefined });
      const spread = 3 * Math.sqrt(trainingRows / 4);
      for (const rows of [trainingRows / 2 - spread, trainingRows / 2, trainingRows / 2 + spread]) {
        const steps = Math.max(1, Math.ceil(rows / recipe.batch));
        const place = { rate: 1 / steps, steps: steps * recipe.epochs, noise: how.recipe.privacy!.noise };
        assert.ok(epsilonOf(place, delta) <= epsilon);
      }
    }
});

test('delta is small beside one over the rows', () => {
  assert.equal(deltaFor(5010), 1e-5);
  assert.ok(Math.abs(deltaFor(1_000_000) - 1e-7) < 1e-15);
});
