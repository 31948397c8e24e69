import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atRecall, precisionOf } from '../../src/stats/precision.ts';

const sorted = (...values: number[]) => Float64Array.from(values).sort();

test('the strictest threshold that a share of the members reaches, with the false positives behind it', () => {
  const scores = { members: sorted(1, 2, 3, 4), others: sorted(0, 1.5, 2.5, 3.5, 9) };
  assert.deepEqual(atRecall(scores, 0.25), { tpr: 0.25, fpr: 0.2, falsePositives: 1 });
  assert.deepEqual(atRecall(scores, 0.5), { tpr: 0.5, fpr: 0.4, falsePositives: 2 });
  assert.deepEqual(atRecall(scores, 0.51), { tpr: 0.75, fpr: 0.6, falsePositives: 3 }, 'never fewer than asked for');
  assert.deepEqual(atRecall(scores, 1), { tpr: 1, fpr: 0.8, falsePositives: 4 });
});

test('equal scores are called together: constant ones tell nothing', () => {
  const scores = { members: sorted(1, 1, 1), others: sorted(1, 1) };
  const point = atRecall(scores, 0.1);
  assert.deepEqual(point, { tpr: 1, fpr: 1, falsePositives: 2 });
  for (const prior of [0.5, 0.01]) assert.equal(precisionOf(point, prior), prior);
});

test('without members nobody is called; precision is then no number', () => {
  const point = atRecall({ members: sorted(), others: sorted(1, 2) }, 0.1);
  assert.equal(point.falsePositives, 0);
  assert.ok(Number.isNaN(precisionOf(point, 0.5)));
});

test('precision at a prior, by hand', () => {
  assert.equal(precisionOf({ tpr: 0.5, fpr: 0.5 }, 0.5), 0.5);
  // 10 members, 990 others: 5 right calls, 9.9 wrong ones.
  assert.ok(Math.abs(precisionOf({ tpr: 0.5, fpr: 0.01 }, 0.01) - 5 / 14.9) < 1e-12);
  assert.equal(precisionOf({ tpr: 0.1, fpr: 0 }, 0.01), 1);
});
