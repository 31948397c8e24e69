import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bernoulliScores } from '../../src/stats/bernoulli-lira.ts';
import { leakageBy, leakageOf, type Scorer } from '../../src/stats/leakage.ts';
import { liraScores } from '../../src/stats/lira.ts';
import { multivariateScores } from '../../src/stats/multivariate-lira.ts';
import { areaUnder } from '../../src/stats/roc.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { drawnEnsemble } from './drawn-ensemble.ts';

const [M, K] = [48, 60];
const all = {
  models: Array.from({ length: M }, (_, model) => model),
  rows: Array.from({ length: K }, (_, row) => row),
};

test("one number: nearly LiRA's own area", () => {
  const { phi, inside } = drawnEnsemble(M, K, 3, () => 2);
  const own = areaUnder(multivariateScores({ rows: K, width: 1, values: phi, inside }, all));
  const usual = areaUnder(liraScores(phi, inside, K, all));
  assert.ok(Math.abs(own - usual) < 0.03, `${own} and ${usual}`);
});

/** D numbers of which the first says who is inside, in each row by its own sign; the others are noise that hides it. */
function hidden(D: number, strength: number) {
  const random = randomSequence(5);
  const inside = Uint8Array.from({ length: M * K }, () => Number(random.next() < 0.5));
  const values = new Float32Array(M * K * D);
  for (let cell = 0; cell < M * K; cell++) {
    const noise = Array.from({ length: D }, () => random.normal());
    const shared = 3 * random.normal();
    noise.forEach((value, d) => {
      values[cell * D + d] = 10 * (cell % K) + value + shared + (d === 0 ? strength * inside[cell]! : 0);
    });
  }
  return { inside, values };
}

test('several numbers: what is common to all of them is taken away, as no single one could', () => {
  const { inside, values } = hidden(4, 2);
  const joint = areaUnder(multivariateScores({ rows: K, width: 4, values, inside }, all));
  const first = Float32Array.from({ length: M * K }, (_, cell) => values[4 * cell]!);
  const alone = areaUnder(liraScores(first, inside, K, all));
  assert.ok(joint > 0.85 && joint > alone + 0.1, `${joint} and ${alone}`);
});

test('without any difference nothing is told: no model is judged by itself', () => {
  const { inside, values } = hidden(6, 0);
  const area = areaUnder(multivariateScores({ rows: K, width: 6, values, inside }, all));
  assert.ok(Math.abs(area - 0.5) < 0.04, `${area}`);
  const random = randomSequence(9);
  const bits = Uint8Array.from({ length: M * K * 3 }, () => Number(random.next() < 0.7));
  const told = areaUnder(bernoulliScores({ rows: K, queries: 3, bits, inside }, all));
  assert.ok(Math.abs(told - 0.5) < 0.04, `${told}`);
});

test('coordinates that depend on each other, and constant ones, are no trouble', () => {
  const { inside, values } = hidden(2, 3);
  const twice = new Float32Array(M * K * 4);
  for (let cell = 0; cell < M * K; cell++)
    twice.set([values[2 * cell]!, values[2 * cell + 1]!, -values[2 * cell]!, 7], 4 * cell);
  const { members, others } = multivariateScores({ rows: K, width: 4, values: twice, inside }, all);
  assert.equal(members.length + others.length, M * K);
  assert.ok([...members, ...others].every(Number.isFinite));
  assert.ok(areaUnder({ members, others }) > 0.8);
});

test('yes and no: each row by its own rates', () => {
  const random = randomSequence(4);
  const inside = Uint8Array.from({ length: M * K }, () => Number(random.next() < 0.5));
  // Half of the rows are right more often inside, the other half less often.
  const bits = Uint8Array.from({ length: M * K * 4 }, (_, at) => {
    const cell = Math.floor(at / 4);
    const up = (cell % K) % 2 === 0 ? inside[cell]! : 1 - inside[cell]!;
    return Number(random.next() < (up ? 0.95 : 0.4));
  });
  const area = areaUnder(bernoulliScores({ rows: K, queries: 4, bits, inside }, all));
  assert.ok(area > 0.85, `${area}`);
  const first = Uint8Array.from({ length: M * K }, (_, cell) => bits[4 * cell]!);
  assert.ok(areaUnder(bernoulliScores({ rows: K, queries: 1, bits: first, inside }, all)) < area - 0.05);
});

test('rows with fewer than three models in an arm, and lists without members, are left out', () => {
  const inside = new Uint8Array(M * K);
  const nothing = { members: new Float64Array(0), others: new Float64Array(0) };
  assert.deepEqual(bernoulliScores({ rows: K, queries: 1, bits: new Uint8Array(M * K), inside }, all), nothing);
  assert.deepEqual(multivariateScores({ rows: K, width: 1, values: new Float32Array(M * K), inside }, all), nothing);
});

test("leakage by another attack: the same figures and errors as LiRA's where it is LiRA", () => {
  const ensemble = drawnEnsemble(M, K, 8, () => 2);
  const asked = { rows: all.rows, rates: [0.01, 0.1] };
  const score: Scorer = (part) => liraScores(ensemble.phi, ensemble.inside, K, part);
  assert.deepEqual(leakageBy(score, M, asked), leakageOf(ensemble, asked));
});
