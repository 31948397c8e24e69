import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { membership as check } from '../../../src/checks/leakage/membership.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import { newDataSet } from '../new-data-set.ts';

const options = defaultOptions(check.options);

test('a new data set is told what it leaks: head alone, and never a fail', () => {
  const world = sampleWorld(1, { base: 0, added: 300, models: 64 });
  const finding = check.run(newDataSet(world), options);
  assert.equal(finding.outcome, 'warn');
  assert.match(finding.summary, /no base to compare with: at 0\.1% false positives an attacker recognises \d+\.\d% of/);
  const [tpr] = finding.metrics;
  assert.deepEqual([tpr?.name, tpr?.base, tpr?.delta], ['tpr', null, null]);
  assert.ok(tpr!.head!.low! > 0.01 && tpr!.head!.value! < tpr!.head!.high!, JSON.stringify(tpr));
  assert.deepEqual(
    finding.figures[0]!.series.map(({ name }) => name),
    ['head'],
  );
});

test('a new data set whose models answer alike about members and others passes', () => {
  const evidence = newDataSet(sampleWorld(2, { base: 0, added: 300, models: 64 }));
  const screen = evidence.scores.screen!;
  const shuffled = screen.inside.map((_, cell) => screen.inside[(cell * 7919 + 13) % screen.inside.length]!);
  const scores = { ...evidence.scores, screen: { ...screen, inside: shuffled } };
  assert.equal(check.run({ ...evidence, scores }, options).outcome, 'pass');
});

test('with a base the rows of base are what is measured, before and after', () => {
  const finding = check.run(sampleEvidence(sampleWorld(3, { base: 300, models: 64 })), options);
  const [tpr] = finding.metrics;
  assert.ok(tpr!.base!.value! > 0.01 && tpr!.delta !== null);
  assert.ok(Math.abs(tpr!.head!.n! / tpr!.base!.n! - 1) < 0.1, 'the added rows are not counted');
});

test('too few rows for a rate is said, not passed', () => {
  const few = newDataSet(sampleWorld(4, { base: 0, added: 12, models: 64 }));
  assert.equal(check.run(few, options).outcome, 'unknown');
});
