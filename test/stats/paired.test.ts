import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalCdf } from '../../src/stats/gaussian.ts';
import { compareLeakage, leakageOf } from '../../src/stats/leakage.ts';
import { liraScores } from '../../src/stats/lira.ts';
import { jackknifeError, pairedEffect, type ScoredModels } from '../../src/stats/paired.ts';
import { areaUnder, tprAt } from '../../src/stats/roc.ts';
import { armOf, drawnEnsemble, mean, variance } from './drawn-ensemble.ts';

const near = (value: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected)), `${value}, expected ${expected}`);

/** Two ensembles that share bits; in the first row 0 is exposed more. */
function pair(models = 32, rows = 6): { applied: ScoredModels; without: ScoredModels } {
  const without = drawnEnsemble(models, rows, 8);
  const other = drawnEnsemble(models, rows, 9, () => 0);
  const phi = without.phi.map((value, cell) => {
    const moved = value + 0.1 * other.phi[cell]!;
    return cell % rows === 0 ? moved + (without.inside[cell] ? 1 : -3) : moved;
  });
  return { applied: { ...without, phi }, without };
}

const dPrime = (ensemble: ScoredModels, row: number, skip?: number) => {
  const [out, into] = [0, 1].map((arm) => armOf(ensemble, row, arm, skip)) as [number[], number[]];
  return (mean(into) - mean(out)) / Math.sqrt((variance(into) + variance(out)) / 2);
};

test('the paired effect and its jackknife are what their definitions give', () => {
  const { applied, without } = pair();
  for (let row = 0; row < 6; row++) {
    const effect = pairedEffect(applied, without, row)!;
    near(effect.after, dPrime(applied, row));
    near(effect.before, dPrime(without, row));
    near(effect.difference, dPrime(applied, row) - dPrime(without, row));
    const left = Array.from({ length: 32 }, (_, model) => dPrime(applied, row, model) - dPrime(without, row, model));
    const error = Math.sqrt((31 / 32) * left.reduce((sum, value) => sum + (value - mean(left)) ** 2, 0));
    near(effect.error, error);
    near(effect.lower, effect.difference - 1.645 * error);
    const falls = left.map((_, model) => without.phi[model * 6 + row]! - applied.phi[model * 6 + row]!);
    near(effect.p, 1 - normalCdf(mean(falls) / Math.sqrt(variance(falls) / 32)), 1e-7);
  }
  const [victim, ...honest] = Array.from({ length: 6 }, (_, row) => pairedEffect(applied, without, row)!);
  assert.ok(victim!.lower > 1 && victim!.p < 0.01 && victim!.tpr > 0.1);
  for (const effect of honest) assert.ok(effect.lower < 1);
});

test('an arm with too few models gives no effect; equal ensembles give none', () => {
  const { without } = pair();
  const equal = pairedEffect(without, without, 2)!;
  assert.deepEqual([equal.difference, equal.error], [0, 0]);
  near(equal.p, 0.5, 1e-7);
  const inside = without.inside.map((bit, cell) => (cell % 6 === 2 && cell >= 18 ? 0 : bit));
  assert.equal(pairedEffect({ ...without, inside }, without, 2), null);
});

test("the jackknife of a mean is the mean's standard error", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  const left = values.map((value) => (31 - value) / 7);
  near(jackknifeError(left), Math.sqrt(variance(values) / 8));
  assert.equal(jackknifeError([2, 2, 2]), 0);
});

test('leakage of two ensembles: the whole, and errors by leaving out models and rows in groups', () => {
  const { applied, without } = pair(32, 40);
  const rows = Array.from({ length: 40 }, (_, row) => row);
  const [loose, strict] = compareLeakage(without, applied, { rows, rates: [0.1, 0.02] });
  const { before, after, difference, error } = loose!;
  assert.deepEqual([after.rate, strict!.after.rate], [0.1, 0.02]);
  assert.deepEqual(leakageOf(applied, { rows, rates: [0.02] }), [strict!.after]);
  assert.ok(strict!.after.fpr <= 0.02 && strict!.after.tpr <= after.tpr);
  for (const [leakage, ensemble] of [
    [before, without],
    [after, applied],
  ] as const) {
    // biome-ignore format: one pair
    const scores = liraScores(ensemble.phi, ensemble.inside, 40, { rows });
    assert.deepEqual(leakage.scores, scores);
    near(leakage.tpr, tprAt(scores, 0.1).tpr);
    near(leakage.area, areaUnder(scores));
    assert.ok(leakage.error > 0 && leakage.fpr <= 0.1);
  }
  near(difference, after.tpr - before.tpr);
  const tpr = (ensemble: ScoredModels, models: number[], part: number[]) =>
    tprAt(liraScores(ensemble.phi, ensemble.inside, 40, { models, rows: part }), 0.1).tpr;
  const all = Array.from({ length: 32 }, (_, model) => model);
  const gain = (models: number[], part: number[]) => tpr(applied, models, part) - tpr(without, models, part);
  const byModels = Array.from({ length: 8 }, (_, g) => gain(all.filter((model) => model % 8 !== g), rows)); // biome-ignore format: one idea
  const byRows = Array.from({ length: 10 }, (_, g) => gain(all, rows.filter((_, i) => i % 10 !== g))); // biome-ignore format: one idea
  near(error, Math.hypot(jackknifeError(byModels), jackknifeError(byRows)));
});
