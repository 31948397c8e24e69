import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposures } from '../../../src/review/extraction/expose.ts';
import { normalAt } from '../../../src/tensor/random.ts';

const S = 1001;
const INSIDE = Uint8Array.from([1, 0, 1, 0, 1, 0, 1, 0]);

/** Log-likelihoods of candidates that are alike to all models, of which the first is liked more by `known` nats. */
const scores = (known: (model: number) => number) =>
  Float64Array.from({ length: 8 * S }, (_, cell) => {
    const [model, at] = [Math.floor(cell / S), cell % S];
    return -30 + 5 * normalAt(1, at) + normalAt(2, model, at) + (at === 0 ? known(model) : 0);
  });

test('a secret that models know by having seen it stands out; what all models guess does not', () => {
  const mean = (values: readonly number[] | null) => values!.reduce((sum, value) => sum + value, 0) / values!.length;
  const memory = exposures(
    scores((model) => (INSIDE[model] === 1 ? 8 : 0)),
    INSIDE,
  );
  assert.equal(memory!.length, 4);
  assert.ok(mean(memory) > 20, `${memory}`);
  assert.ok(
    mean(
      exposures(
        scores(() => 0),
        INSIDE,
      ),
    ) < 4,
  );
  assert.ok(
    mean(
      exposures(
        scores(() => 25),
        INSIDE,
      ),
    ) < 4,
    'likely to everyone',
  );
});

test('there is none without models on both sides, or where a score is no number', () => {
  for (const inside of [new Uint8Array(8), new Uint8Array(8).fill(1)])
    assert.equal(
      exposures(
        scores(() => 0),
        inside,
      ),
      null,
    );
  assert.equal(exposures(new Float64Array(8 * S), INSIDE), null);
  assert.equal(exposures(new Float64Array(8 * S).fill(Number.NaN), INSIDE), null);
});
