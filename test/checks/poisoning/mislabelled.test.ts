import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { mislabelled as check } from '../../../src/checks/poisoning/mislabelled.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import { copyRow, sampleRows } from '../../../src/checks/sample-rows.ts';

const options = defaultOptions(check.options);

test('finds flipped rows and holds the share of false names', () => {
  let found = 0;
  let wrong = 0;
  for (let seed = 100; seed < 120; seed++) {
    const world = sampleWorld(seed, {
      base: 600,
      models: 16,
      more: () =>
        sampleRows(seed ^ 0xabc, { count: 8, shares: [1, 1, 1, 1] }).map((row, i) =>
          copyRow(row, i, { label: (row.label! + 1) % 4 }),
        ),
    });
    for (const { row } of check.run(sampleEvidence(world), options).rows) row >= 660 ? found++ : wrong++;
  }
  assert.ok(found >= 0.9 * 160, `${found} of 160`);
  assert.ok(wrong <= 0.1 * (found + wrong), `${wrong} wrong names beside ${found}`);
});

test('too few base rows is said, not passed', () => {
  const finding = check.run(sampleEvidence(sampleWorld(1, { base: 60, added: 120, models: 16 })), options);
  assert.equal(finding.outcome, 'unknown');
  assert.match(finding.summary, /Too few base rows/);
});

test('rows of another domain are called that, not poison', () => {
  const world = sampleWorld(3, {
    models: 16,
    more: () => sampleRows(9, { count: 60, shares: [1, 1, 1, 1], domain: 7, change: 'added' }),
  });
  const finding = check.run(sampleEvidence(world), options);
  assert.equal(finding.outcome, 'unknown');
  assert.match(finding.summary, /New domain/);
  assert.deepEqual(finding.rows, []);
});

test('a change without new rows has nothing to be judged', () => {
  assert.equal(check.run(sampleEvidence(sampleWorld(1, { added: 0, models: 16 })), options).outcome, 'pass');
});
