import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonBound } from '../../src/stats/epsilon-bound.ts';
import { extrapolatedExposure } from '../../src/stats/exposure.ts';
import { fitSkewNormal } from '../../src/stats/fit-skew-normal.ts';
import { normalCdf } from '../../src/stats/gaussian.ts';
import { heldOutLira, type LiraScores, liraScores } from '../../src/stats/lira.ts';
import { offlineLira } from '../../src/stats/offline-lira.ts';
import { oneRunBound, oneRunPValue } from '../../src/stats/one-run-bound.ts';
import { rmia } from '../../src/stats/rmia.ts';
import { areaUnder, tprAt } from '../../src/stats/roc.ts';
import { logSkewNormalCdf } from '../../src/stats/skew-normal.ts';
import { modelsOf, references, stored } from './attack-references.ts';

const near = (value: number, expected: number, within: number, what = '') =>
  assert.ok(
    Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected)),
    `${what}: ${value}, not ${expected}`,
  );

function sameScores(found: LiraScores, expected: Readonly<Record<keyof LiraScores, readonly number[]>>): void {
  for (const arm of ['members', 'others'] as const) {
    assert.equal(found[arm].length, expected[arm].length, arm);
    for (const [at, score] of expected[arm].entries()) near(found[arm][at]!, score, 1e-6, `${arm} ${at}`);
  }
}

const { rows, population } = references.asked;

for (const [name, prior] of [
  ['ownVariance', 0],
  ['shrunk', undefined],
  ['fixedVariance', 1e15],
] as const)
  test(`LiRA is that of PrivacyGuard: ${name}`, () => {
    const part = prior === undefined ? { rows } : { rows, prior };
    sameScores(liraScores(stored.phi, stored.inside, stored.rows, part), references.lira[name]);
  });

test('LiRA of targets that are no shadows is that of PrivacyGuard', () => {
  const { heldOut } = references.lira;
  assert.ok(heldOut.rows.length > 10 && heldOut.members.length > 20);
  sameScores(heldOutLira(stored.phi, stored.inside, stored.rows, heldOut), heldOut);
});

test('offline LiRA is the normal deviate of what SACRO-ML gives', () => {
  const { target, most, scores } = references.lira.offline;
  assert.equal(target, 0);
  const others = modelsOf(stored, 1, stored.models);
  const found = offlineLira(stored.phi.slice(0, stored.rows), others, rows, most);
  for (const [at, score] of scores.entries()) near(normalCdf(found[at]!), score, 1e-6, `row ${at}`);
});

test('RMIA is that of PrivacyGuard, and of the paper where some models trained on the row', () => {
  const { target, online, offline, few } = references.rmia;
  assert.equal(target, 0);
  const own = stored.phi.slice(0, stored.rows);
  const same = (found: Float64Array, expected: readonly number[]) => {
    for (const [at, score] of expected.entries()) near(found[at]!, score, 1e-9, `row ${at}`);
  };
  const others = modelsOf(stored, 1, stored.models);
  same(rmia(own, others, { rows, population, offline: null }), online);
  same(rmia(own, others, { rows: offline.rows, population: offline.population, offline: offline.a }), offline.scores);
  same(rmia(own, modelsOf(stored, 1, 1 + few.models), { rows, population, offline: few.a }), few.scores);
});

test("the area and the TPR at a rate are scikit-learn's, with ties and on constant scores", () => {
  for (const { members, others, area, at } of references.roc) {
    const scores = { members: Float64Array.from(members).sort(), others: Float64Array.from(others).sort() };
    near(areaUnder(scores), area, 1e-12);
    for (const { rate, tpr } of at) near(tprAt(scores, rate).tpr, tpr, 1e-12, `at ${rate}`);
  }
});

test("bounds of epsilon by counts are JAX Privacy's, and the published one", () => {
  for (const { counts, delta, confidence, epsilon } of references.epsilon)
    near(epsilonBound(counts, { delta, confidence, tried: 1 })!.epsilon, epsilon, 1e-9, JSON.stringify(counts));
  for (const { source, counts, delta, confidence, epsilon, within } of references.published.epsilon)
    near(epsilonBound(counts, { delta, confidence, tried: 1 })!.epsilon, epsilon, within, source);
});

test("bounds by one run are JAX Privacy's, and those that their paper prints", () => {
  for (const { counts, delta, p, epsilon } of references.oneRun) {
    for (const [at, of] of [0, 1, 3].entries()) near(oneRunPValue(counts, { epsilon: of, delta }), p[at]!, 1e-9);
    const found = oneRunBound(counts, { delta, confidence: 0.95, tried: 1 });
    if (epsilon === null) assert.equal(found, null);
    else near(found!, epsilon, 2e-6, JSON.stringify(counts));
  }
  const counts = ({ m, r, v }: { m: number; r: number; v: number }) => ({ canaries: m, guesses: r, correct: v });
  for (const one of references.published.oneRun)
    near(oneRunBound(counts(one), { delta: one.delta, confidence: 0.95, tried: 1 })!, one.epsilon, 1e-3, one.source);
  for (const one of references.published.oneRunP)
    near(oneRunPValue(counts(one), { epsilon: Math.log(one.ratio), delta: one.delta }), one.p, 1e-3, one.source);
});

test("the skew normal, its fit and the exposure by it are SciPy's", () => {
  const { cdf, fits } = references.skewNormal;
  for (const { shape, x, log } of cdf)
    near(logSkewNormalCdf({ location: 0, scale: 1, shape }, x), log, 3e-7, `shape ${shape} at ${x}`);
  for (const { references: values, fit, secrets, bits } of fits) {
    const found = fitSkewNormal(values)!;
    for (const name of ['shape', 'location', 'scale'] as const) near(found[name], fit[name], 1e-4, name);
    for (const [at, secret] of secrets.entries())
      near(extrapolatedExposure(secret, values)!, bits[at]!, 1e-3, `${secret}`);
    assert.ok(
      bits.every((bit, at) => at === 0 || bit > bits[at - 1]!),
      'the likelier, the more exposed',
    );
  }
});
