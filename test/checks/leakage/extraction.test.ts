import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { extraction as check } from '../../../src/checks/leakage/extraction.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import type { ExposedSecret, Extraction } from '../../../src/evidence/extraction.ts';
import { normalAt } from '../../../src/tensor/random.ts';

const plain = sampleEvidence(sampleWorld(1, { base: 20, added: 20 }));
const around = (mean: number, seed: number, noise = 0.5) =>
  Array.from({ length: 8 }, (_, model) => mean + 2 * normalAt(3, model) + noise * normalAt(seed, model));
const secret = (more: Partial<ExposedSecret>): ExposedSecret => ({
  ...{ secret: 0, kind: 'phone number', isCredential: false, rows: [2], suspects: [], characters: 10 },
  ...{ base: around(5, 1), head: around(5, 2), without: null },
  ...more,
});
const measured = (secrets: readonly ExposedSecret[], left = 0): Extraction => ({
  ...{ kind: 'measured', secrets, models: 16, candidates: 1000, texts: 90, left },
  slice: 'built-in language model: small',
});
const ask = (extraction: Extraction) => check.run({ ...plain, extraction }, defaultOptions(check.options));

test('a rise that goes without the suspects fails, and names them with the row that they expose', () => {
  const finding = ask(
    measured([secret({ rows: [2, 25], suspects: [25, 26], head: around(12, 2), without: around(5, 3) })]),
  );
  assert.equal(finding.outcome, 'fail');
  assert.match(
    finding.summary,
    /1 secret of the text is easier to extract .* from \d\.\d bits to 1\d\.\d bits .*verified for 1 of 1/,
  );
  assert.deepEqual(
    finding.rows.map(({ row, victims }) => [row, victims.map((victim) => victim.row)]),
    [
      [25, [2]],
      [26, [2]],
    ],
  );
  assert.match(finding.rows[0]!.why, /Repeats a secret \(phone number\) that base holds/);
  assert.match(finding.rows[1]!.why, /Goes on from the same words/);
});

test('a rise that stays without the suspects, or has none, warns and blames nobody', () => {
  for (const more of [
    { suspects: [25], without: around(12, 3) },
    { suspects: [], without: null },
  ]) {
    const finding = ask(measured([secret({ ...more, head: around(12, 2) })]));
    assert.equal(finding.outcome, 'warn');
    assert.deepEqual(
      finding.rows.map(({ row, victims }) => [row, victims]),
      [[2, []]],
    );
    assert.ok(!finding.summary.includes('verified'));
  }
});

test('a rise whose proof the budget cut is unknown, not verified', () => {
  const finding = ask(measured([secret({ suspects: [25], head: around(12, 2) })]));
  assert.equal(finding.outcome, 'unknown');
  assert.match(finding.summary, /not verified: the budget ended/);
});

test('a fall, a rise below the limit and one within chance pass', () => {
  for (const head of [around(2, 2), around(6, 2), around(5, 2)])
    assert.equal(ask(measured([secret({ head })])).outcome, 'pass');
  const gone = secret({ head: null, rows: [2] });
  assert.equal(ask(measured([gone, secret({})])).outcome, 'pass');
});

test('a new secret counts from a limit of its own', () => {
  const rows = [25];
  assert.equal(ask(measured([secret({ rows, base: null, head: around(6, 2) })])).outcome, 'pass');
  const exposed = ask(measured([secret({ rows, base: null, head: around(15, 2) })]));
  assert.equal(exposed.outcome, 'warn');
  assert.match(exposed.summary, /exposure that base does not have/);
});

test('models that differ too much to see a rise are unknown; beside others they are told', () => {
  const blind = secret({ base: around(5, 1, 8), head: around(5, 2, 8) });
  const finding = ask(measured([blind]));
  assert.equal(finding.outcome, 'unknown');
  assert.match(finding.summary, /could not be told/);
  const both = ask(measured([blind, secret({ secret: 1 })], 3));
  assert.equal(both.outcome, 'pass');
  assert.match(both.summary, /none of 1 secret .* 1 secret could not be told.* 3 more secrets were not asked about/);
});

test('what was not measured says why', () => {
  assert.equal(ask({ kind: 'unknown', reason: '4 shadow models are too few.' }).outcome, 'unknown');
  assert.equal(ask({ kind: 'not-applicable', reason: 'No column holds text.' }).outcome, 'not-applicable');
  assert.equal(ask(measured([secret({ head: null })])).outcome, 'unknown', 'no secret is left at head');
});

test('many secrets and rows stay within the caps', () => {
  const many = Array.from({ length: 20 }, (_, at) => secret({ secret: at, suspects: Array.from({ length: 20 }, (_, row) => 20 + row), head: around(12, at), without: around(5, 30 + at) })); // biome-ignore format: one idea
  const finding = ask(measured(many));
  assert.ok(finding.rows.length <= 50 && finding.summary.length < 700);
});
