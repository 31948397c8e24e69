import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Config, Gate } from '../../src/config/config.ts';
import { silentFinding, type Unjudged } from '../../src/review/judged.ts';
import { type Review, type ReviewRow, reviewSchema } from '../../src/review/review.ts';
import { applyPolicy, exitCode, recomputeVerdict, verdictOf } from '../../src/review/verdict.ts';

const train = { data: 'train', model: null, path: null };
const gate: Gate = { check: 'mislabelled', data: null, max: null, maxIncrease: null, maxRows: null };
const row = (id: string): ReviewRow => ({
  data: 'train',
  revision: 'head',
  path: 'train.csv',
  line: 2,
  ordinal: 0,
  id,
  score: 1,
  q: 0.01,
  why: 'it looks wrong',
  victims: [],
});
const found = (more: Partial<Unjudged> = {}): Unjudged => ({
  ...silentFinding('mislabelled', train, false),
  outcome: 'fail',
  ...more,
});
const withRows = (ids: readonly string[], total = ids.length) => found({ rows: ids.map(row), rowsTotal: total });
const idColumn = [{ name: 'train', id: 'row_id' }] as unknown as Config['data'];

function policy(
  finding: Unjudged,
  ignores: readonly (readonly string[])[],
  more: { gates?: Gate[]; now?: string } = {},
) {
  const ignore = ignores.map((rows, i) => ({ check: 'mislabelled', rows, reason: `reason ${i}`, until: '2027-06-30' }));
  const { findings, notes } = applyPolicy(
    [finding],
    { data: idColumn, gates: more.gates ?? [gate], ignore },
    { now: Date.parse(more.now ?? '2027-01-01'), reviewed: [train] },
  );
  return { finding: findings[0]!, notes, verdict: verdictOf(findings, { onUnknown: 'fail' }) };
}

test('an ignore by rows covers a finding where it names all of its rows', () => {
  const two = withRows(['17', '18']);
  const covered = policy(two, [['row_id=17'], ['id=18', 'id=99']]);
  assert.equal(covered.verdict, 'pass');
  assert.deepEqual(covered.finding.ignored, { reason: 'reason 0; reason 1', until: '2027-06-30' });
  assert.equal(covered.finding.outcome, 'fail', 'what was found stays told');
  assert.equal(policy(two, [['row_id=17']]).verdict, 'fail');
  assert.equal(policy(two, [['row_id=17', 'id=118']]).verdict, 'fail');
  assert.equal(policy(withRows(['17', '18'], 3), [['id=17', 'id=18']]).verdict, 'fail', 'a row beyond the cap');
  assert.equal(policy(found(), [['id=17']]).verdict, 'fail', 'a finding without rows');
});

test('an ignore by rows is of no use for a figure of the whole data set', () => {
  const metric = { name: 'flagged', at: null, unit: 'rows', limit: null, base: null, head: { value: 9, low: 9, high: 9, n: 9 }, delta: null }; // biome-ignore format: one record
  const finding = { ...withRows(['17']), metrics: [metric] };
  const max = [{ ...gate, max: 1 }];
  assert.equal(policy(finding, [['id=17']], { gates: max }).verdict, 'fail');
  const whole = policy(finding, [[]], { gates: max });
  assert.equal(whole.verdict, 'pass');
  assert.equal(whole.finding.metrics[0]?.limit, 1);
});

test('an ignore without a gate keeps a warning out of the verdict, until it expires', () => {
  const warned = { ...withRows(['17']), outcome: 'warn' as const };
  assert.equal(policy(warned, [['id=17']], { gates: [] }).verdict, 'pass');
  assert.equal(policy(warned, [['id=17']], { gates: [], now: '2027-06-30T23:59:59Z' }).verdict, 'pass');
  const late = policy(warned, [['id=17']], { gates: [], now: '2027-07-01T00:00:00Z' });
  assert.equal(late.verdict, 'warn');
  assert.match(late.notes[0]!, /ignore of mislabelled .*expired on 2027-06-30/);
});

test('what lies outside the change has a switch of its own', () => {
  const judged = (infrastructure: boolean) =>
    applyPolicy(
      [found({ outcome: 'unknown', infrastructure })],
      { data: [], gates: [gate], ignore: [] },
      { now: 0, reviewed: [train] },
    ).findings;
  const table = [
    [true, 'fail', 'fail', 'unknown'],
    [true, 'fail', 'pass', 'warn'],
    [true, 'pass', 'fail', 'unknown'],
    [false, 'pass', 'fail', 'warn'],
    [false, 'fail', 'pass', 'unknown'],
  ] as const;
  for (const [outside, onUnknown, onInfrastructure, verdict] of table)
    assert.equal(verdictOf(judged(outside), { onUnknown, onInfrastructure }), verdict);
  assert.equal(verdictOf(judged(true), { onUnknown: 'pass' }), 'unknown', 'without the switch it stays closed');
});

test('a gate on weights wants an answer about every file of weights, and none about a data set', () => {
  const file = (path: string) => ({ data: null, model: path, path });
  const gates = [{ ...gate, check: 'unsafe-file' }, gate];
  const answered = { ...found({ outcome: 'pass' }), check: 'unsafe-file', subject: file('a.pt') };
  const { findings } = applyPolicy([answered], { data: [], gates, ignore: [] }, { now: 0, reviewed: [train, file('a.pt'), file('b.pt')] }); // biome-ignore format: one line
  assert.deepEqual(
    findings.map(({ check, subject, outcome }) => [check, subject.data ?? subject.model, outcome]),
    [
      ['unsafe-file', 'a.pt', 'pass'],
      ['unsafe-file', 'b.pt', 'unknown'],
      ['mislabelled', 'train', 'unknown'],
    ],
  );
  assert.equal(verdictOf(findings, { onUnknown: 'fail' }), 'unknown');
});

test('a gated check that said nothing about a data set is unknown there, and carries the cause along', () => {
  const other = { ...found({ outcome: 'error', infrastructure: true }), check: 'row-diff' };
  const silent = (data: string[], gates: Gate[]) =>
    applyPolicy(
      [other],
      { data: [], gates, ignore: [] },
      { now: 0, reviewed: data.map((name) => ({ ...train, data: name })) },
    ).findings.filter(({ check }) => check === 'mislabelled');
  const both = silent(['train', 'more'], [gate]);
  assert.deepEqual(
    both.map(({ outcome, gated, infrastructure, subject }) => [outcome, gated, infrastructure, subject.data]),
    [
      ['unknown', true, true, 'train'],
      ['unknown', true, false, 'more'],
    ],
  );
  assert.equal(silent(['train', 'more'], [{ ...gate, data: 'more' }]).length, 1);
  assert.equal(silent([], [gate]).length, 0, 'nothing was reviewed');
});

const samples = ['pass-clean', 'warn-hostile', 'fail-amplification', 'unknown-gated', 'nothing-new-data'];
const sample = (name: string): Review =>
  reviewSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/reviews/${name}.json`), 'utf8')));

test('the verdict of a foreign review is worked out again; the written one counts only where it is worse', () => {
  for (const name of samples) {
    const review = sample(name);
    assert.equal(recomputeVerdict(review), review.verdict, name);
  }
  const broken = sample('fail-amplification');
  for (const verdict of ['pass', 'warn', 'unknown'] as const)
    assert.equal(recomputeVerdict({ ...broken, verdict }), 'fail');
  const clean = sample('pass-clean');
  for (const verdict of ['warn', 'fail', 'unknown'] as const)
    assert.equal(recomputeVerdict({ ...clean, verdict }), verdict);
  const disguised = broken.findings.map((finding) => ({ ...finding, broken: false }));
  assert.equal(recomputeVerdict({ ...broken, verdict: 'pass', findings: disguised }), 'fail');
  const untold = sample('unknown-gated');
  assert.equal(recomputeVerdict({ ...untold, verdict: 'pass' }), 'unknown');
  assert.equal(recomputeVerdict({ ...untold, verdict: 'pass', onUnknown: 'pass' }, { onUnknown: 'fail' }), 'unknown');
  assert.equal(
    recomputeVerdict({ ...untold, verdict: 'pass', onInfrastructure: 'pass' }, { onUnknown: 'pass' }),
    'warn',
  );
});

test('exit codes', () => {
  assert.deepEqual((['pass', 'warn', 'fail', 'unknown'] as const).map(exitCode), [0, 0, 1, 2]); // biome-ignore format: one idea
});
