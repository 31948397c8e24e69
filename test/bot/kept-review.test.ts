import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { keptReview } from '../../src/bot/kept-review.ts';
import { namedId } from '../../src/report/finding-rows.ts';
import { reviewSchema } from '../../src/review/review.ts';
import { richReview } from '../report/pages.ts';

test('ids become hashes, those of victims, too; all else stays, and the review is still one', () => {
  const given = richReview();
  const ids = ['mail@example.com', '491701234567', 'deadbeefdeadbeef-0', ''];
  const findings = given.findings.map((finding) => ({
    ...finding,
    figures: finding.figures.map((figure) => ({
      ...figure,
      series: figure.series.map((series) => ({ ...series, ids: series.points.map(() => 'Grace Hopper') })),
    })),
    rows: finding.rows.map((row, at) => ({
      ...row,
      id: ids[at % ids.length]!,
      victims: row.victims.map((victim) => ({ ...victim, id: 'Grace Hopper' })),
    })),
  }));
  const review = { ...given, findings };
  const before = JSON.stringify(review);
  const kept = keptReview(review);
  assert.equal(JSON.stringify(review), before, 'the given one is untouched');
  const text = JSON.stringify(kept);
  for (const id of [...ids.filter((id) => id !== ''), 'Grace Hopper'])
    assert.ok(!text.includes(JSON.stringify(id)), id);
  assert.deepEqual(reviewSchema.parse(kept), kept);
  const rows = kept.findings.flatMap((finding) => finding.rows);
  assert.ok(rows.length > 0 && rows.some(({ victims }) => victims.length > 0));
  assert.equal(rows[0]!.id, createHash('sha256').update(ids[0]!).digest('hex'));
  for (const row of rows) assert.equal(namedId(row), null);
  const without = (one: object) => JSON.stringify(one, (key, value) => (key === 'id' || key === 'ids' ? '' : value));
  assert.equal(without(kept), without(review));
});
