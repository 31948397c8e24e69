import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { headline, verdictLine } from '../../src/report/verdict-line.ts';
import type { Review } from '../../src/review/review.ts';
import { findingOf, LINKS, sampleReview, withFinding } from './samples.ts';

const failing = sampleReview('fail-amplification');
const passing = sampleReview('pass-clean');
const nothing: Review = { ...passing, data: [], models: [], findings: [], power: [], plan: null };

const because = (review: Review) => verdictLine(review).because;
const rowsOf = (change: Partial<Review['data'][number]['rows']>): Review['data'] =>
  passing.data.map((data) => ({
    ...data,
    rows: { base: 10, head: 10, added: 0, removed: 0, changed: 0, moved: 0, ...change },
  }));

test('a failure speaks with the words of the finding, its first sentence', () => {
  const finding = findingOf(failing, 'amplification');
  assert.equal(because(failing), headline(finding));
  assert.ok(finding.summary.startsWith(`${because(failing)}.`));
  assert.ok(!because(failing).includes('planted'));
});

test('no retraining is claimed that the finding does not claim', () => {
  const summary = 'Something stands out.';
  assert.equal(because(withFinding(failing, 'amplification', { summary })), 'Something stands out');
});

for (const [summary, expected] of [
  ['One. Two.', 'One'],
  ['The rate is 3.5 at d. p. 7, see a.csv here. Then more.', 'The rate is 3.5 at d. p. 7, see a.csv here'],
  ['No stop', 'No stop'],
  ['  Spaces.  ', 'Spaces'],
  ['', ''],
  ['...', '..'],
] as const)
  test(`a headline is the first sentence: ${JSON.stringify(summary)}`, () =>
    assert.equal(headline({ ...findingOf(failing, 'amplification'), summary }), expected));

test('several broken gates are counted', () => {
  const both = withFinding(failing, 'membership', { broken: true, outcome: 'fail' });
  assert.match(because(both), /\(and 1 more\)$/);
});

test('a pass tells apart why there was nothing', () => {
  assert.equal(because(nothing), 'nothing relevant changed: no training data, no model weights');
  const still = { ...passing, data: rowsOf({}) };
  assert.equal(because(still), 'the data files hold the same rows as before');
  assert.equal(because({ ...still, data: rowsOf({ moved: 4 }) }), 'the data files hold the same rows as before');
  assert.match(because(passing), /^no harm found in this change by 4 checks/);
  assert.match(because(sampleReview('nothing-new-data')), /by 2 checks; leakage and poisoning were not measured$/);
});

test('an empty new data set is not called unchanged', () => {
  const empty = { ...sampleReview('nothing-new-data'), data: rowsOf({ base: 0, head: 0 }) };
  assert.doesNotMatch(because(empty), /same rows|nothing relevant/);
});

test('a pass says what could not answer and what is ignored', () => {
  const silent = withFinding(passing, 'conflicting-copies', { outcome: 'unknown' });
  assert.match(because(silent), /by 3 checks; 1 could not answer$/);
  const ignored = { reason: 'known', until: null };
  assert.match(because(withFinding(passing, 'duplicates', { ignored })), /; 1 finding ignored by the configuration$/);
});

test('a gate without an answer is no pass', () => {
  const { word, because: text } = verdictLine(sampleReview('unknown-gated'));
  assert.equal(word, 'no verdict');
  assert.match(text, /^amplification could not tell/);
  assert.match(because({ ...nothing, verdict: 'unknown' }), /does not count as passed/);
});

test('a verdict without a finding that bears it out is still told', () => {
  for (const verdict of ['fail', 'warn'] as const) assert.notEqual(because({ ...nothing, verdict }), '');
});

test('nobody is told of a measured rate of false alarms', () => {
  const text = renderMarkdown(failing, { limit: 60_000, links: LINKS, marker: '' });
  assert.match(text, /aim at a false alarm in at most 1 of 100/);
  assert.match(text, /amplification found 20 of 20 planted faults/);
});
