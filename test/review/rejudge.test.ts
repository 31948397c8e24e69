import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { rejudge } from '../../src/review/rejudge.ts';
import type { Review, ReviewFinding } from '../../src/review/review.ts';
import { findingOf, SAMPLES, sampleReview, withFinding } from '../report/samples.ts';

const NOW = Date.parse('2026-11-27T00:00:00Z');
const failing = sampleReview('fail-amplification');
const configOf = (text: string) => parseConfig(`version: 1\n${text}`, { path: 'taster.yml' });
const DATA = 'data: [{name: train, path: data/train.csv, label: label}]\n';
const finding = (review: Review, check: string) => {
  const { gated, broken, outcome, ignored } = findingOf(review, check);
  return { gated, broken, outcome, ignored };
};

for (const sample of SAMPLES)
  test(`${sample}: a configuration that gates nothing of it makes it no better`, () => {
    const review = sampleReview(sample);
    assert.equal(rejudge(review, defaultConfig, NOW).verdict, review.verdict);
  });

test('an honest review under its own configuration stays as it is, however often it is judged', () => {
  const config = configOf(`${DATA}gates: {amplification: fail, membership: {max: 0.05}}\n`);
  const once = rejudge(failing, config, NOW);
  // What broke the gate is told where the review did not.
  const findings = failing.findings.map((each) => (each.broken ? { ...each, brokenBy: 'rows' } : each));
  assert.deepEqual(once, { ...failing, findings, onInfrastructure: 'fail' });
  assert.deepEqual(rejudge(once, config, NOW), once);
});

test('a gate of the configuration counts where the review denies it', () => {
  const config = configOf(`${DATA}gates: {amplification: fail}\n`);
  const denied: Review = {
    ...withFinding(failing, 'amplification', { gated: false, broken: false, ignored: { reason: 'x', until: null } }),
    verdict: 'pass',
  };
  const judged = rejudge(denied, config, NOW);
  assert.equal(judged.verdict, 'fail');
  assert.deepEqual(finding(judged, 'amplification'), { gated: true, broken: true, outcome: 'fail', ignored: null });
});

test('limits are held against the figures that the review has; a missing figure is no pass', () => {
  const clean = sampleReview('pass-clean');
  const limited = (max: number) => configOf(`${DATA}gates: {membership: {max: ${max}}}\n`);
  assert.equal(rejudge(clean, limited(0.9), NOW).verdict, 'pass');
  const [metric] = findingOf(clean, 'membership').metrics;
  const fresh = withFinding(clean, 'membership', { metrics: [{ ...metric!, base: null, delta: null }] });
  assert.equal(rejudge(fresh, limited(0), NOW).verdict, 'fail');
  const bare = withFinding(clean, 'membership', { metrics: [] });
  assert.equal(rejudge(bare, limited(0.9), NOW).verdict, 'unknown');
});

test('a gated check that says nothing about a data set of the review is unknown, once', () => {
  const config = configOf(`${DATA}gates: {exposed-rows: fail}\n`);
  const judged = rejudge(failing, config, NOW);
  assert.equal(judged.findings.length, failing.findings.length + 1);
  assert.deepEqual(finding(judged, 'exposed-rows'), {
    ...{ gated: true, broken: false, outcome: 'unknown', ignored: null },
  });
});

test('weights that were looked at want an answer of a gated check; a model with a changed tokenizer is not one of them', () => {
  const config = configOf('gates: {unsafe-file: fail, tensor-diff: fail}\n');
  const unsafe: ReviewFinding = {
    ...findingOf(failing, 'membership'),
    ...{ check: 'unsafe-file', family: 'weights', outcome: 'pass', gated: true, metrics: [] },
    subject: { data: null, model: 'm.pt', path: 'm.pt' },
  };
  const models = ['m.pt', 'tokenized.onnx'].map((path) => ({ path, change: 'changed' as const, slice: '' }));
  const review: Review = { ...failing, verdict: 'pass', data: [], models, findings: [unsafe] };
  const judged = rejudge(review, config, NOW);
  assert.equal(judged.verdict, 'unknown');
  assert.deepEqual(
    judged.findings.map(({ check, subject }) => [check, subject.model]),
    [
      ['unsafe-file', 'm.pt'],
      ['tensor-diff', 'm.pt'],
    ],
  );
});

test("the configuration's switches take the place of the review's", () => {
  const review: Review = { ...sampleReview('unknown-gated'), verdict: 'pass', onUnknown: 'pass' };
  assert.equal(rejudge(review, configOf(`${DATA}gates: {amplification: fail}\n`), NOW).verdict, 'unknown');
  const open = configOf(`${DATA}gates: {amplification: fail}\non-unknown: pass\n`);
  assert.equal(rejudge({ ...review, onUnknown: 'fail' }, open, NOW).verdict, 'warn');
  const outside = withFinding(review, 'amplification', { infrastructure: true });
  assert.equal(rejudge({ ...outside, onInfrastructure: 'pass' }, open, NOW).verdict, 'unknown');
});
