import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ledgerOf } from '../../src/bot/ledger.ts';
import { findingOf, sampleReview, withFinding } from '../report/samples.ts';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

test('of a review the ledger keeps hashes and scores: a row once, with its worst', () => {
  const review = sampleReview('fail-amplification');
  const [row] = findingOf(review, 'amplification').rows;
  const rows = [
    { ...row!, id: 'ann@example.com', score: 2 },
    { ...row!, id: 'bob@example.com', score: null },
    { ...row!, id: 'ann@example.com', score: 5 },
    { ...row!, id: 'ann@example.com', score: null },
  ];
  const ledger = ledgerOf(withFinding(review, 'amplification', { rows }));
  assert.equal(ledger.length, review.findings.length);
  const entry = ledger.find(({ check }) => check === 'amplification')!;
  assert.deepEqual([entry.subject, entry.outcome], ['train', 'fail']);
  assert.deepEqual(entry.rows, [
    { hash: sha('ann@example.com'), score: 5 },
    { hash: sha('bob@example.com'), score: null },
  ]);
  assert.doesNotMatch(JSON.stringify(ledger), /example\.com|data\/train/);
});
