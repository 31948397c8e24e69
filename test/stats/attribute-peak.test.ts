import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePeaks, type PeakAnswers, peakByRow } from '../../src/stats/attribute-peak.ts';
import { hash32, normalAt } from '../../src/tensor/random.ts';

const [M, K] = [32, 60];
const ROWS = Array.from({ length: K }, (_, row) => row);

/** Answers of models that raise the true value of rows they trained on by `memory` nats; `fits` favours true values in all. */
function drawn(memory: number, { fits = 0, values: V = 3 } = {}): PeakAnswers {
  const truth = ROWS.map((row) => hash32(1, row) % V);
  const inside = Uint8Array.from({ length: M * K }, (_, cell) => hash32(2, cell) & 1);
  const phi = Float32Array.from({ length: M * K * V }, (_, cell) => {
    const [one, value] = [Math.floor(cell / V), cell % V];
    const isTrue = Number(value === truth[one % K]);
    return normalAt(3, one) + normalAt(4, one % K, value) + 0.5 * normalAt(5, one, value) + isTrue * (fits + memory * inside[one]!); // biome-ignore format: one idea
  });
  return { models: M, values: V, phi, inside, truth };
}

test('what all models tell of a value is no leakage', () => {
  const answers = drawn(0, { fits: 5 });
  const { before, after, difference, error } = comparePeaks(answers, answers, ROWS);
  assert.deepEqual(before, after);
  assert.deepEqual([difference, error], [0, 0]);
  assert.ok(Math.abs(before.leaked) < 2.6 * before.error, `${before.leaked} of ${before.error}`);
  assert.ok(Math.abs(before.out - 1 / 3) < 0.06, `${before.out}`);
});

test('what models that trained on a row tell better is; the rise is of the same rows and models', () => {
  for (const values of [2, 5]) {
    const { before, after, difference, error } = comparePeaks(drawn(0, { values }), drawn(2, { values }), ROWS);
    assert.ok(after.inside > 0.85 && Math.abs(after.out - 1 / values) < 0.1, `${after.inside}, ${after.out}`);
    assert.equal(difference, after.leaked - before.leaked);
    assert.ok(difference - 2.576 * error > 0.2, `${difference} of ${error}`);
  }
});

test('rows are judged by themselves; with too few models of a kind they are not', () => {
  const answers = drawn(4);
  const inside = answers.inside.slice();
  for (let model = 0; model < M; model++) inside[model * K] = Number(model < 2);
  const rows = peakByRow({ ...answers, inside }, { models: ROWS.slice(0, M), rows: [0, 1] });
  assert.deepEqual([rows[0]!.inside, rows[0]!.out], [Number.NaN, Number.NaN]);
  assert.ok(rows[1]!.inside > 0.9);
  const faint = drawn(1);
  const shares = peakByRow(faint, { models: ROWS.slice(0, M), rows: [0, 1, 2, 3, 4] });
  const part = comparePeaks(faint, faint, [0, 1, 2, 3, 4]);
  assert.ok(Math.abs(part.after.inside - shares.reduce((sum, row) => sum + row.inside / 5, 0)) < 1e-12);
  assert.notEqual(part.after.inside, comparePeaks(faint, faint, ROWS).after.inside);
});

test('equal answers are shared among the values', () => {
  const flat = { ...drawn(0), phi: new Float32Array(M * K * 3) };
  const { after } = comparePeaks(flat, flat, ROWS);
  assert.ok(
    Math.abs(after.inside - 1 / 3) < 1e-9 && Math.abs(after.out - 1 / 3) < 1e-9 && Math.abs(after.error) < 1e-9,
  );
});
