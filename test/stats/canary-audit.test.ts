import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditCanaries } from '../../src/stats/canary-audit.ts';
import type { ScoredModels } from '../../src/stats/paired.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const [CANARIES, OTHERS] = [40, 20];
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const asked = {
  canaries: range(OTHERS, CANARIES),
  population: range(0, OTHERS),
  ...{ rates: [0.01], delta: 0, confidence: 0.95 },
};

/** Models that say of a row whether they hold it through Laplace's mechanism: its epsilon is known, and exact. */
function laplace(seed: number, models: number, epsilon: number): ScoredModels {
  const random = randomSequence(seed);
  const rows = OTHERS + CANARIES;
  const inside = Uint8Array.from({ length: models * rows }, () => Number(random.next() < 0.5));
  const phi = Float32Array.from(inside, (bit, cell) => {
    const u = random.next() - 0.5;
    return (cell % rows) / 10 + bit - (Math.sign(u) * Math.log(1 - 2 * Math.abs(u))) / epsilon;
  });
  return { models, rows, phi, inside };
}

for (const epsilon of [1, 3])
  test(`of a mechanism whose epsilon is ${epsilon} no more is proved, as often as it says, and not much less`, () => {
    const runs = 60;
    const bounds = range(0, runs).map((seed) => {
      const { rates, oneRun } = auditCanaries(laplace(seed, 32, epsilon), asked).epsilon!;
      return [rates.epsilon, oneRun] as const;
    });
    for (const form of [0, 1] as const) {
      const above = bounds.filter((bound) => bound[form] > epsilon).length;
      assert.ok(above <= 0.05 * runs + 3 * Math.sqrt(runs * 0.05 * 0.95), `${above} of ${runs} above`);
      const middle = bounds.map((bound) => bound[form]).sort((a, b) => a - b)[runs / 2]!;
      assert.ok(middle > 0.2 * epsilon, `half of them prove less than ${middle}`);
    }
  });

test('canaries and other rows stand beside each other at the rates that were asked for', () => {
  const ensemble = laplace(1, 32, 3);
  for (let cell = 0; cell < ensemble.phi.length; cell++)
    if (cell % ensemble.rows < OTHERS && ensemble.inside[cell] === 1) ensemble.phi[cell]! -= 1;
  const { canaries, population } = auditCanaries(ensemble, { ...asked, rates: [0.01, 0.1] });
  assert.deepEqual([canaries, population].map((all) => all.map(({ rate }) => rate)), [[0.01, 0.1], [0.01, 0.1]]); // biome-ignore format: one idea
  assert.ok(canaries[0]!.area > 0.8 && Math.abs(population[0]!.area - 0.5) < 0.1);
  assert.deepEqual(auditCanaries(ensemble, { ...asked, rates: [] }).canaries, []);
});

test('too few models, and models that all hold or all lack a canary, prove nothing', () => {
  assert.equal(auditCanaries(laplace(1, 8, 3), asked).epsilon, null);
  assert.equal(auditCanaries(laplace(1, 1, 3), asked).epsilon, null);
  for (const bit of [0, 1]) {
    const ensemble = laplace(2, 32, 3);
    assert.equal(auditCanaries({ ...ensemble, inside: ensemble.inside.fill(bit) }, asked).epsilon, null);
  }
  assert.equal(auditCanaries(laplace(1, 32, 3), { ...asked, canaries: [] }).epsilon, null);
});
