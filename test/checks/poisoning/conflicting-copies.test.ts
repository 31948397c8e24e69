import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { conflictingCopies as check } from '../../../src/checks/poisoning/conflicting-copies.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import { copyRow, type SampleRow } from '../../../src/checks/sample-rows.ts';

const options = defaultOptions(check.options);
const other = (row: SampleRow) => ((row.label ?? 0) + 1) % 4;

test('names exactly the planted copies and the rows that they repeat', () => {
  const world = sampleWorld(21, {
    more: (rows) => rows.slice(30, 34).map((row, i) => copyRow(row, i, { label: other(row) })),
  });
  const finding = check.run(sampleEvidence(world), options);
  assert.equal(finding.outcome, 'fail');
  assert.deepEqual(
    finding.rows.map(({ row, victims }) => [row, victims[0]!.row]),
    [460, 461, 462, 463].map((row, i) => [row, 30 + i]),
  );
});

test('a base that contradicts itself as often makes the same copies no finding', () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = sampleWorld(seed, {
      added: 80,
      more: (rows) => [
        ...rows.slice(0, 40).map((row, i) => copyRow(row, i, { change: 'same', inBase: true, label: other(row) })),
        ...rows.slice(100, 105).map((row, i) => copyRow(row, i, { label: other(row) })),
      ],
    });
    assert.equal(check.run(sampleEvidence(world), options).outcome, 'pass');
  }
});

test('a corrected label is no conflict with its own old version', () => {
  const world = sampleWorld(5, {
    more: (rows) =>
      rows.slice(0, 20).flatMap((row) => {
        const twin = copyRow(row, 1, { replaced: 30 });
        return [
          { ...twin, change: 'changed' as const, inBase: true, inHead: false },
          { ...twin, change: 'changed' as const, label: other(row) },
        ];
      }),
  });
  assert.equal(check.run(sampleEvidence(world), options).outcome, 'pass');
});
