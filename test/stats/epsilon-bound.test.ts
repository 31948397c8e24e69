import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditEpsilon } from '../../src/stats/audit-epsilon.ts';
import { type AttackCounts, epsilonBound } from '../../src/stats/epsilon-bound.ts';
import type { LiraScores } from '../../src/stats/lira.ts';
import { oneRunBound, oneRunPValue } from '../../src/stats/one-run-bound.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const plain = { delta: 0, confidence: 0.95, tried: 1 };
const counts = (truePositives: number, members: number, falsePositives: number, others: number): AttackCounts => ({
  truePositives,
  members,
  falsePositives,
  others,
});

test('the bound stays below the epsilon of a mechanism that has one, as often as it says', () => {
  // Randomised response: a coin of known bias tells the truth, so that epsilon is log(0.75 / 0.25).
  const random = randomSequence(3);
  const epsilon = Math.log(3);
  let [above, oneRunAbove] = [0, 0];
  for (let run = 0; run < 400; run++) {
    let [tp, fp] = [0, 0];
    for (let n = 0; n < 200; n++) tp += Number(random.next() < 0.75);
    for (let n = 0; n < 200; n++) fp += Number(random.next() < 0.25);
    if (epsilonBound(counts(tp, 200, fp, 200), plain)!.epsilon > epsilon) above++;
    const guesses = { canaries: 400, guesses: 400, correct: tp + 200 - fp };
    if (oneRunBound(guesses, plain)! > epsilon) oneRunAbove++;
  }
  assert.ok(above <= 0.05 * 400 + 3 * Math.sqrt(400 * 0.05), `${above} of 400`);
  assert.ok(oneRunAbove <= 0.05 * 400 + 3 * Math.sqrt(400 * 0.05), `${oneRunAbove} of 400`);
});

test('both directions count, more trials tell more, and delta and more thresholds tell less', () => {
  const sure = epsilonBound(counts(500, 500, 200, 500), plain)!;
  assert.equal(sure.by, 'others');
  assert.ok(sure.epsilon > epsilonBound(counts(500, 500, 200, 500), { ...plain, delta: 0.1 })!.epsilon);
  assert.ok(sure.epsilon > epsilonBound(counts(500, 500, 200, 500), { ...plain, tried: 50 })!.epsilon);
  assert.ok(sure.epsilon < epsilonBound(counts(5000, 5000, 2000, 5000), plain)!.epsilon);
  assert.equal(epsilonBound(counts(300, 500, 0, 500), plain)!.by, 'members');
  const guesses = { canaries: 500, guesses: 200, correct: 190 };
  assert.ok(oneRunBound(guesses, plain)! > oneRunBound(guesses, { ...plain, delta: 1e-4 })!);
  assert.ok(oneRunBound(guesses, plain)! > oneRunBound(guesses, { ...plain, tried: 50 })!);
});

test('the interval is never forgotten: a few errorless trials show little', () => {
  for (const n of [1, 3, 10, 30, 100]) {
    const found = epsilonBound(counts(n, n, 0, n), plain)!.epsilon;
    assert.ok(found <= Math.log(n / Math.log(40) + 1), `${n} trials show ${found}`);
    const oneRun = oneRunBound({ canaries: n, guesses: n, correct: n }, plain)!;
    assert.ok(Math.abs(oneRun - Math.max(0, -Math.log(0.05 ** (-1 / n) - 1))) < 1e-6, `${oneRun}`);
  }
});

test('nothing was measured: null; what are no counts: an error', () => {
  assert.equal(epsilonBound(counts(0, 0, 1, 9), plain), null);
  assert.equal(epsilonBound(counts(1, 9, 0, 0), plain), null);
  assert.equal(epsilonBound(counts(3, 50, 3, 50), plain)!.epsilon, 0);
  for (const wrong of [counts(2, 1, 0, 1), counts(Number.NaN, 1, 0, 1), counts(0.5, 1, 0, 1), counts(0, 1, -1, 1)])
    assert.throws(() => epsilonBound(wrong, plain), /no counts/);
  for (const how of [{ delta: 1 }, { delta: Number.NaN }, { confidence: 1 }, { tried: 0 }, { tried: 1.5 }])
    assert.throws(() => epsilonBound(counts(1, 1, 0, 1), { ...plain, ...how }), /a bound at/);
  assert.equal(oneRunBound({ canaries: 10, guesses: 0, correct: 0 }, plain), null);
  for (const wrong of [
    [10, 11, 1],
    [10, 5, 6],
    [10, Number.NaN, 1],
    [-1, -1, -1],
  ] as const)
    assert.throws(() =>
      oneRunPValue({ canaries: wrong[0], guesses: wrong[1], correct: wrong[2] }, { epsilon: 1, delta: 0 }),
    );
});

test('right and wrong alike prove nothing, whatever is tried', () => {
  for (const delta of [0, 1e-5]) {
    const found = oneRunBound({ canaries: 1000, guesses: 200, correct: 100 }, { ...plain, delta });
    assert.equal(found, 0);
  }
});

function drawn(seed: number, shift: number, size = 400): LiraScores {
  const random = randomSequence(seed);
  const members = Float64Array.from({ length: size }, () => shift + random.normal()).sort();
  return { members, others: Float64Array.from({ length: size }, () => random.normal()).sort() };
}

test('thresholds are fixed on one half: the bound on the other holds where members are like others', () => {
  let above = 0;
  for (let seed = 0; seed < 200; seed++) {
    const found = auditEpsilon(drawn(2 * seed, 0), drawn(2 * seed + 1, 0), { delta: 0, confidence: 0.95 })!;
    if (found.rates.epsilon > 0) above++;
    assert.ok(found.counts.members === 400 && found.guesses.canaries === 800);
  }
  // Epsilon is 0 here; each direction may be wrong once in forty.
  assert.ok(above <= 0.05 * 200 + 3 * Math.sqrt(200 * 0.05), `${above} of 200`);
});

test('what was seen where thresholds were chosen proves nothing', () => {
  const found = auditEpsilon(drawn(1, 50), drawn(2, 0), { delta: 0, confidence: 0.95 })!;
  assert.deepEqual([found.rates.epsilon, found.oneRun], [0, 0]);
});

test('what stands apart is proved, up to what so many trials can show', () => {
  const how = { delta: 1e-5, confidence: 0.95 };
  const far = auditEpsilon(drawn(1, 50), drawn(2, 50), how)!;
  assert.ok(
    Math.abs(far.rates.epsilon - epsilonBound(counts(400, 400, 0, 400), { ...how, tried: 1 })!.epsilon) < 1e-12,
  );
  assert.equal(far.most, Math.min(far.rates.epsilon, far.oneRun));
  const near = auditEpsilon(drawn(3, 2), drawn(4, 2), how)!;
  assert.ok(near.rates.epsilon > 1 && near.rates.epsilon < near.most, `${near.rates.epsilon} of ${near.most}`);
  assert.ok(near.oneRun > 1 && near.oneRun < near.most, `${near.oneRun} of ${near.most}`);
});

test('an audit of constant, tied, missing or broken scores', () => {
  const how = { delta: 0, confidence: 0.95 };
  const constant = { members: new Float64Array(30).fill(2), others: new Float64Array(30).fill(2) };
  assert.deepEqual(
    [0, 0],
    [auditEpsilon(constant, constant, how)!.rates.epsilon, auditEpsilon(constant, constant, how)!.oneRun],
  );
  const tied = (scores: LiraScores) => ({
    members: scores.members.map(Math.round),
    others: scores.others.map(Math.round),
  });
  const found = auditEpsilon(tied(drawn(5, 2)), tied(drawn(6, 2)), how)!;
  assert.ok(found.rates.epsilon > 0.5 && found.rates.epsilon < found.most);
  const none = { members: new Float64Array(0), others: Float64Array.of(1) };
  const broken = { members: Float64Array.of(1, Number.NaN), others: Float64Array.of(1) };
  for (const wrong of [none, broken, { members: Float64Array.of(1), others: new Float64Array(0) }]) {
    assert.equal(auditEpsilon(wrong, drawn(1, 1), how), null);
    assert.equal(auditEpsilon(drawn(1, 1), wrong, how), null);
  }
});
