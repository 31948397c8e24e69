import assert from 'node:assert/strict';
import { test } from 'node:test';
import { armsOf, dPrime, rowTpr } from '../../src/stats/arms.ts';
import { normalCdf } from '../../src/stats/gaussian.ts';
import { heldOutLira, liraScores, median } from '../../src/stats/lira.ts';
import { areaUnder, tprAt } from '../../src/stats/roc.ts';
import { armOf, drawnEnsemble, mean, medianOf, variance } from './drawn-ensemble.ts';

const near = (value: number, expected: number, within = 1e-4) =>
  assert.ok(Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected)), `${value}, expected ${expected}`);

/** LiRA as written down: every model the target once, variances shrunk by eight models to the arm's median. */
function naive(ensemble: ReturnType<typeof drawnEnsemble>, rows: readonly number[]) {
  const prior = [0, 1].map((arm) => medianOf(rows.map((row) => variance(armOf(ensemble, row, arm)))));
  const found: { members: number[]; others: number[] } = { members: [], others: [] };
  for (const row of rows)
    for (let target = 0; target < ensemble.models; target++) {
      const value = ensemble.phi[target * ensemble.rows + row]!;
      const density = (arm: number) => {
        const values = armOf(ensemble, row, arm, target);
        const n = values.length;
        const shrunk = (8 * prior[arm]! + (n - 1) * variance(values)) / (8 + n - 1);
        return -0.5 * Math.log(2 * Math.PI * shrunk) - (value - mean(values)) ** 2 / (2 * shrunk);
      };
      found[ensemble.inside[target * ensemble.rows + row] ? 'members' : 'others'].push(density(1) - density(0));
    }
  return found;
}

test('LiRA is what its definition gives, on all rows and on some', () => {
  const ensemble = drawnEnsemble(24, 12, 1, (row) => row / 4);
  for (const rows of [Array.from({ length: 12 }, (_, row) => row), [3, 7, 11]]) {
    const expected = naive(ensemble, rows);
    const found = liraScores(ensemble.phi, ensemble.inside, ensemble.rows, { rows });
    for (const kind of ['members', 'others'] as const) {
      assert.equal(found[kind].length, expected[kind].length);
      for (const [index, value] of expected[kind].sort((a, b) => a - b).entries())
        near(found[kind][index]!, value, 1e-6);
    }
    const mixed = mean(Array.from(found.members)) - mean(Array.from(found.others));
    assert.ok(mixed > 0.5, 'members score higher');
  }
});

test('some of the models give what they give alone', () => {
  const ensemble = drawnEnsemble(24, 5, 2);
  const half = { ...ensemble, models: 12, phi: ensemble.phi.slice(0, 60), inside: ensemble.inside.slice(0, 60) };
  const rows = [0, 1, 2, 3, 4];
  const models = Array.from({ length: 12 }, (_, model) => model);
  assert.deepEqual(
    liraScores(ensemble.phi, ensemble.inside, 5, { rows, models }),
    liraScores(half.phi, half.inside, 5, { rows }),
  );
});

test('a row with too few models in an arm is left out, not guessed', () => {
  const phi = Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8);
  const inside = Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);
  const { members, others } = liraScores(phi, inside, 2, { rows: [0, 1] });
  assert.deepEqual([members.length, others.length], [4, 4]);
  const none = liraScores(phi, inside, 2, { rows: [1] });
  assert.deepEqual([none.members.length, none.others.length], [0, 0]);
});

test('equal scores do not divide by zero', () => {
  const inside = Uint8Array.from({ length: 20 }, (_, model) => model % 2);
  const { members, others } = liraScores(new Float32Array(20).fill(3), inside, 1, { rows: [0] });
  for (const score of [...members, ...others]) assert.ok(Number.isFinite(score));
});

test("the arms, d-prime and the row's TPR are what their definitions give", () => {
  const ensemble = drawnEnsemble(30, 6, 4, (row) => row);
  for (let row = 0; row < 6; row++)
    for (const skip of [undefined, 0, 17]) {
      const at = { row, rows: 6, ...(skip === undefined ? {} : { skip }) };
      const arms = armsOf(ensemble.phi, ensemble.inside, at);
      const [out, into] = [0, 1].map((arm) => armOf(ensemble, row, arm, skip ?? -1)) as [number[], number[]];
      assert.deepEqual([arms.outCount, arms.inCount], [out.length, into.length]);
      near(arms.outMean, mean(out), 1e-9);
      near(arms.inVariance, variance(into), 1e-9);
      near(arms.outVariance, variance(out), 1e-9);
      near(dPrime(arms), (mean(into) - mean(out)) / Math.sqrt((variance(into) + variance(out)) / 2), 1e-9);
      const threshold = mean(out) + 3.090232306167813 * Math.sqrt(variance(out));
      near(rowTpr(arms), 1 - normalCdf((threshold - mean(into)) / Math.sqrt(variance(into))), 1e-9);
    }
});

test('a range of models is read as if it were all', () => {
  const ensemble = drawnEnsemble(20, 3, 5);
  const part = armsOf(ensemble.phi, ensemble.inside, { row: 1, rows: 3, from: 5, to: 15 });
  const alone = armsOf(ensemble.phi.slice(15, 45), ensemble.inside.slice(15, 45), { row: 1, rows: 3 });
  assert.deepEqual(part, alone);
  assert.ok(Number.isNaN(dPrime(armsOf(ensemble.phi, ensemble.inside, { row: 1, rows: 3, from: 0, to: 1 }))));
});

test('the median of an even and an odd number, and of none', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('targets that are no shadows score as in the definition, and rows without two shadows an arm are left out', () => {
  const ensemble = drawnEnsemble(20, 6, 9, () => 2);
  const shadows = Array.from({ length: 12 }, (_, model) => model);
  const targets = [15, 17, 19];
  const rows = [0, 1, 2, 3, 4, 5];
  const { members, others } = heldOutLira(ensemble.phi, ensemble.inside, 6, { rows, shadows, targets });
  assert.equal(members.length + others.length, 18);
  const half = { ...ensemble, phi: ensemble.phi.slice(0, 72), inside: ensemble.inside.slice(0, 72), models: 12 };
  const prior = [0, 1].map((arm) => medianOf(rows.map((row) => variance(armOf(half, row, arm)))));
  const expected = rows.flatMap((row) =>
    targets
      .filter((target) => ensemble.inside[target * 6 + row] === 1)
      .map((target) => {
        const density = (arm: number) => {
          const values = armOf(half, row, arm);
          const shrunk = (8 * prior[arm]! + (values.length - 1) * variance(values)) / (8 + values.length - 1);
          return -0.5 * Math.log(shrunk) - (ensemble.phi[target * 6 + row]! - mean(values)) ** 2 / (2 * shrunk);
        };
        return density(1) - density(0);
      }),
  );
  for (const [index, value] of expected.sort((a, b) => a - b).entries()) near(members[index]!, value, 1e-6);
  const empty = heldOutLira(ensemble.phi, ensemble.inside, 6, { rows, shadows: [0], targets });
  assert.deepEqual([empty.members.length, empty.others.length], [0, 0]);
});

test('what is no number stays none, and reaches every figure of the whole', () => {
  const ensemble = drawnEnsemble(24, 4, 3);
  ensemble.phi[5] = Number.NaN;
  const scores = liraScores(ensemble.phi, ensemble.inside, 4, { rows: [0, 1, 2, 3] });
  assert.ok(Number.isNaN(areaUnder(scores)) && Number.isNaN(tprAt(scores, 0.1).tpr));
  const rest = liraScores(ensemble.phi, ensemble.inside, 4, { rows: [0, 2, 3] });
  assert.ok(areaUnder(rest) > 0.5);
  const one = liraScores(ensemble.phi, ensemble.inside, 4, { rows: [0, 2], models: [0] });
  assert.deepEqual([one.members.length, one.others.length], [0, 0]);
});
