import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from '../../src/config/config.ts';
import { silentFinding, type Unjudged } from '../../src/review/judged.ts';
import { applyPolicy, exitCode, verdictOf } from '../../src/review/verdict.ts';

const train = { data: 'train', model: null, path: null };
const gate: Gate = { check: 'mislabelled', data: null, max: null, maxIncrease: null, maxRows: null };
const found = (more: Partial<Unjudged>): Unjudged => ({ ...silentFinding('mislabelled', train, false), ...more });
const switches = { onUnknown: 'fail' } as const;

function verdict(finding: Partial<Unjudged>[], gates: Gate[], ignore: { rows: string[]; until: string | null }[] = []) {
  const config = {
    data: [],
    gates,
    ignore: ignore.map((each) => ({ check: 'mislabelled', reason: 'known', ...each })),
  };
  const context = { now: Date.parse('2027-02-01'), reviewed: [train], checks: [] };
  const judged = applyPolicy(finding.map(found), config, context);
  return { verdict: verdictOf(judged.findings, switches), notes: judged.notes, findings: judged.findings };
}

test('a gate does not fail open', () => {
  for (const outcome of ['unknown', 'error'] as const) assert.equal(verdict([{ outcome }], [gate]).verdict, 'unknown');
  assert.equal(verdict([], [gate]).verdict, 'unknown');
  assert.equal(verdict([{ outcome: 'pass' }], [{ ...gate, max: 0.1 }]).verdict, 'unknown');
  assert.equal(exitCode('unknown'), 2);
});

test('a gate that would be kept is not, where rows of the change could not be looked at', () => {
  const some = { unseen: 2, rowsTotal: 1 };
  assert.equal(verdict([{ outcome: 'warn', ...some }], [{ ...gate, maxRows: 5 }]).verdict, 'unknown');
  assert.equal(verdict([{ outcome: 'warn', ...some }], [{ ...gate, maxRows: 0 }]).verdict, 'fail');
  assert.equal(verdict([{ outcome: 'warn', ...some }], []).verdict, 'warn');
  assert.equal(verdict([{ outcome: 'warn', rowsTotal: 1, unseen: 0 }], [{ ...gate, maxRows: 5 }]).verdict, 'warn');
});

test('a gate judges what the change introduced', () => {
  assert.equal(verdict([{ outcome: 'fail' }], [gate]).verdict, 'fail');
  assert.equal(verdict([{ outcome: 'fail', introduced: false }], [gate]).verdict, 'pass');
  assert.equal(verdict([{ outcome: 'fail' }], []).verdict, 'warn');
  assert.equal(verdict([{ outcome: 'warn', rowsTotal: 1 }], [{ ...gate, maxRows: 0 }]).verdict, 'fail');
});

test('an ignore has no effect after its day, nor on what could not be told', () => {
  assert.equal(verdict([{ outcome: 'fail' }], [gate], [{ rows: [], until: '2027-02-01' }]).verdict, 'pass');
  const late = verdict([{ outcome: 'fail' }], [gate], [{ rows: [], until: '2027-01-31' }]);
  assert.equal(late.verdict, 'fail');
  assert.match(late.notes[0] ?? '', /expired on 2027-01-31/);
  assert.equal(verdict([{ outcome: 'unknown' }], [gate], [{ rows: [], until: null }]).verdict, 'unknown');
});

test('contradicting fields are read as the worse', () => {
  const [finding] = verdict([{ outcome: 'fail' }], [gate]).findings;
  assert.ok(finding);
  assert.equal(verdictOf([{ ...finding, broken: false }], switches), 'fail');
  assert.equal(verdictOf([{ ...finding, gated: false }], switches), 'fail');
});
