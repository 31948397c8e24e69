import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rmia } from '../../src/stats/rmia.ts';
import { areaUnder } from '../../src/stats/roc.ts';
import { drawnEnsemble } from './drawn-ensemble.ts';

const rows = Array.from({ length: 40 }, (_, row) => row);
const population = Array.from({ length: 60 }, (_, row) => 40 + row);

/** Model 0 of an ensemble in which nobody trained on rows 40 to 99, and the others. */
function target(models: number, seed: number, shift: number) {
  const { phi, inside } = drawnEnsemble(models, 100, seed, () => shift);
  for (let cell = 0; cell < inside.length; cell++)
    if (cell % 100 >= 40 && inside[cell] === 1) {
      phi[cell]! -= shift;
      inside[cell] = 0;
    }
  const shadows = { models: models - 1, rows: 100, phi: phi.slice(100), inside: inside.slice(100) };
  return { own: phi.slice(0, 100), bits: inside.slice(0, 100), shadows };
}

for (const offline of [null, 0.3])
  test(`members beat more of the population ${offline === null ? 'online' : 'offline, with four shadows'}`, () => {
    let area = 0;
    for (let seed = 0; seed < 10; seed++) {
      const { own, bits, shadows } = target(offline === null ? 24 : 5, seed, 3);
      const scores = rmia(own, shadows, { rows, population, offline });
      const arm = (bit: number) => scores.filter((score, row) => bits[row] === bit && !Number.isNaN(score)).sort();
      area += areaUnder({ members: arm(1), others: arm(0) }) / 10;
    }
    assert.ok(area > 0.8, `${area}`);
  });

test('it is the share of the population that a row beats gamma times', () => {
  const { own, shadows } = target(9, 3, 1);
  const p = (phi: number) => 1 / (1 + Math.exp(-phi));
  const ratio = (row: number) => {
    let sum = 0;
    for (let model = 0; model < 8; model++) sum += p(shadows.phi[model * 100 + row]!);
    return p(own[row]!) / (sum / 8);
  };
  for (const gamma of [1, 2]) {
    const found = rmia(own, shadows, { rows, population, offline: null, gamma });
    for (const row of rows) {
      const share = population.filter((z) => ratio(row) >= gamma * ratio(z)).length / population.length;
      assert.ok(Math.abs(found[row]! - share) < 1e-12);
    }
  }
});

test('a constant score beats all or none alike; one shadow will do', () => {
  const flat = { models: 1, rows: 100, phi: new Float32Array(100).fill(2), inside: new Uint8Array(100) };
  const found = rmia(new Float32Array(100).fill(2), flat, { rows, population, offline: 0.3 });
  assert.ok(found.every((score) => score === found[0]));
});

test('no score where no model may be read, without a population, or of what is no number', () => {
  const { own, shadows } = target(5, 1, 1);
  const all = { ...shadows, inside: new Uint8Array(shadows.inside.length).fill(1) };
  assert.ok(rmia(own, all, { rows, population, offline: 0.3 }).every(Number.isNaN));
  assert.ok(rmia(own, { ...shadows, models: 0 }, { rows, population, offline: null }).every(Number.isNaN));
  assert.ok(rmia(own, shadows, { rows, population: [], offline: null }).every(Number.isNaN));
  const one = own.slice();
  one[3] = Number.NaN;
  const found = rmia(one, shadows, { rows, population, offline: null });
  assert.deepEqual(
    found.map((score) => Number(Number.isNaN(score))).reduce((sum, bit) => sum + bit, 0),
    1,
  );
  assert.ok(Number.isNaN(found[3]!));
  one[70] = Number.NaN;
  assert.ok(rmia(one, shadows, { rows, population, offline: null }).every(Number.isNaN));
});
