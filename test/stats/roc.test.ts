import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiraScores } from '../../src/stats/lira.ts';
import { areaUnder, rocCurve, tprAt } from '../../src/stats/roc.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

/** Drawn scores; with `steps` they are rounded, so that many are equal. */
function drawn(seed: number, n: number, steps = 0): LiraScores {
  const random = randomSequence(seed);
  const draw = (shift: number) => {
    const value = random.normal() + shift;
    return steps ? Math.round(value * steps) / steps : value;
  };
  return {
    members: sorted(Array.from({ length: n }, () => draw(1))),
    others: sorted(Array.from({ length: 2 * n }, () => draw(0))),
  };
}

/** The best true positive rate over all thresholds whose false positive rate is allowed. */
function bruteTpr({ members, others }: LiraScores, fpr: number): number {
  const thresholds = [Number.NEGATIVE_INFINITY, ...members, ...others];
  const rates = thresholds
    .filter((t) => others.filter((score) => score > t).length <= fpr * others.length)
    .map((t) => members.filter((score) => score > t).length / members.length);
  return Math.max(...rates);
}

for (const steps of [0, 4, 1])
  test(`the TPR at a rate and the area are those of brute force${steps ? `, scores rounded to 1/${steps}` : ''}`, () => {
    const scores = drawn(steps + 1, 150, steps);
    for (const fpr of [0, 0.001, 0.0033, 0.01, 0.1, 0.5, 0.99]) {
      const point = tprAt(scores, fpr);
      assert.ok(Math.abs(point.tpr - bruteTpr(scores, fpr)) < 1e-12, `at ${fpr}: ${point.tpr}`);
      assert.ok(point.fpr <= fpr);
      assert.equal(point.falsePositives, scores.others.filter((score) => score > point.threshold).length);
    }
    let wins = 0;
    for (const member of scores.members)
      for (const other of scores.others) wins += member > other ? 1 : member === other ? 0.5 : 0;
    assert.ok(Math.abs(areaUnder(scores) - wins / (150 * 300)) < 1e-12);
  });

test('everything is flagged at a rate of one', () => {
  assert.equal(tprAt(drawn(3, 40), 1).tpr, 1);
  assert.equal(tprAt(drawn(3, 40), 1).falsePositives, 80);
});

test('the curve rises from the smallest rate to one', () => {
  const curve = rocCurve(drawn(5, 200), 30);
  assert.equal(curve.length, 30);
  assert.ok(Math.abs(curve[0]![0] - 1 / 400) < 1e-12 && Math.abs(curve.at(-1)![0] - 1) < 1e-12);
  for (const [index, [fpr, tpr]] of curve.entries()) {
    assert.ok(tpr >= 0 && tpr <= 1);
    if (index > 0) assert.ok(fpr > curve[index - 1]![0] && tpr >= curve[index - 1]![1]);
  }
});

test('perfect and reversed scores', () => {
  const perfect = { members: sorted([3, 4]), others: sorted([1, 2]) };
  assert.deepEqual([tprAt(perfect, 0).tpr, areaUnder(perfect)], [1, 1]);
  const reversed = { members: perfect.others, others: perfect.members };
  assert.deepEqual([tprAt(reversed, 0).tpr, areaUnder(reversed)], [0, 0]);
});

test('without members, without others, or with a score that is none there is no rate', () => {
  const none = new Float64Array(0);
  for (const scores of [
    { members: none, others: sorted([1]) },
    { members: sorted([1]), others: none },
    { members: Float64Array.of(1, Number.NaN), others: sorted([1]) },
    { members: sorted([1]), others: Float64Array.of(1, Number.NaN) },
  ]) {
    assert.ok(Number.isNaN(areaUnder(scores)));
    assert.ok(Object.values(tprAt(scores, 0.1)).every(Number.isNaN));
  }
});
