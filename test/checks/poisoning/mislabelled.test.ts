import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { mislabelled as check } from '../../../src/checks/poisoning/mislabelled.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import { copyRow, sampleRows } from '../../../src/checks/sample-rows.ts';
import { newDataSet } from '../new-data-set.ts';

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
  assert.match(finding.summary, /Too few rows to compare with\. .* 60 units of base/);
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

const flips = (seed: number, count: number) => () =>
  sampleRows(seed ^ 0xabc, { count, shares: [1, 1, 1, 1], change: 'added' }).map((row, i) =>
    copyRow(row, i, { label: (row.label! + 1) % 4 }),
  );

test('a new data set is held against its holdout', () => {
  let found = 0;
  let wrong = 0;
  for (let seed = 200; seed < 220; seed++) {
    const world = sampleWorld(seed, { base: 0, added: 300, holdout: 800, models: 16, more: flips(seed, 16) });
    const finding = check.run(newDataSet(world), options);
    assert.match(finding.summary, /models of the other rows\b.* The holdout came with the change/);
    for (const { row } of finding.rows) row >= 1100 ? found++ : wrong++;
  }
  assert.ok(found >= 0.9 * 320, `${found} of 320`);
  assert.ok(wrong <= 0.1 * (found + wrong), `${wrong} wrong names beside ${found}`);
  const clean = sampleWorld(221, { base: 0, added: 300, holdout: 400, models: 16 });
  assert.equal(check.run(newDataSet(clean), options).outcome, 'pass');
});

test('a holdout that stood in base already is believed more than one that comes along', () => {
  const world = sampleWorld(5, { base: 0, added: 300, holdout: 400, models: 16 });
  const evidence = newDataSet(world);
  const rows = evidence.rows.map((row) => (row.split === 'holdout' ? { ...row, inBase: true } : row));
  assert.doesNotMatch(check.run({ ...evidence, rows }, options).summary, /came with the change/);
});

test('a new data set without a holdout, or with one that repeats it, cannot be judged', () => {
  const alone = newDataSet(sampleWorld(6, { base: 0, added: 300, models: 16, more: flips(6, 8) }));
  const finding = check.run(alone, options);
  assert.deepEqual([finding.outcome, finding.rows.length], ['unknown', 0]);
  assert.match(finding.remedy, /holdout/);
  const world = sampleWorld(7, {
    base: 0,
    added: 300,
    models: 16,
    more: (rows) => rows.slice(0, 200).map((row) => ({ ...row, split: 'holdout' as const })),
  });
  assert.equal(check.run(newDataSet(world), options).outcome, 'unknown');
});
