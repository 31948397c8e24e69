import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamilies } from '../../src/checks/ids.ts';
import { statusLine } from '../../src/report/status-line.ts';
import type { Review } from '../../src/review/review.ts';
import { ATTACKS } from './attacks.ts';
import { findingOf, flooded, SAMPLES, sampleReview } from './samples.ts';

const failing = sampleReview('fail-amplification');

/** What GitHub takes, and nobody can have smuggled in. */
function assertPlain(description: string): void {
  assert.ok(description.length <= 140, `${description.length}`);
  assert.match(description, /^[A-Za-z][A-Za-z ,:0-9-]*\.$/);
}

for (const [name, text] of Object.entries(ATTACKS))
  test(`no foreign word stands in a status: ${name}`, () => {
    for (const sample of SAMPLES) assertPlain(statusLine(flooded(sampleReview(sample), text)).description);
  });

test('broken gates are named, three at most, each once', () => {
  const broken = findingOf(failing, 'amplification');
  const of = (checks: readonly string[]): Review => ({
    ...failing,
    findings: checks.map((check) => ({ ...broken, check })),
  });
  const all = [...checkFamilies.keys()];
  assert.equal(
    statusLine(of([...all, ...all])).description,
    `A gate is broken: ${all.slice(0, 3).join(', ')} and ${all.length - 3} more.`,
  );
  const longest = all.toSorted((a, b) => b.length - a.length);
  for (const verdict of ['fail', 'unknown'] as const) {
    const findings = of(longest).findings.map((each) => ({ ...each, outcome: verdict, broken: verdict === 'fail' }));
    assertPlain(statusLine({ ...failing, verdict, findings }).description);
  }
});

test('only pass and warn are a success', () => {
  const states = (['pass', 'warn', 'fail', 'unknown'] as const).map(
    (verdict) => statusLine({ ...failing, verdict }).state,
  );
  assert.deepEqual(states, ['success', 'success', 'failure', 'error']);
  assert.equal(
    statusLine({ ...failing, verdict: 'pass', data: [], findings: [] }).description,
    'Nothing relevant changed.',
  );
});
