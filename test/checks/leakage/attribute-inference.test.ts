import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { attributeInference as check } from '../../../src/checks/leakage/attribute-inference.ts';
import { type Evidence, makeEvidence } from '../../../src/evidence/evidence.ts';
import type { Probe } from '../../../src/evidence/probes.ts';

const options = defaultOptions(check.options);
const { faulty, clean } = check.samples(3);
const probeOf = ({ probes }: Evidence) => probes!.asked[0]!;
const withProbe = (evidence: Evidence, more: Partial<Probe>): Evidence =>
  makeEvidence({ ...evidence, probes: { asked: [{ ...probeOf(evidence), ...more }], unasked: [] } });

test('a rise fails by its lower bound, names rows and says how much base leaked', () => {
  const finding = check.run(faulty, options);
  assert.equal(finding.outcome, 'fail');
  assert.match(
    finding.summary,
    /^Of 100 rows, models trained on them tell the value of "sex" for .*more than before\.$/,
  );
  assert.deepEqual(finding.metrics.map(({ name }) => name), ['leaked', 'leaked, sex']); // biome-ignore format: one idea
  const [{ base, head, delta }] = finding.metrics as [(typeof finding.metrics)[0]];
  assert.ok(delta!.low! > 0.05 && head!.value! > base!.value!);
  assert.ok(finding.rows.length === 20 && finding.rowsTotal >= 20);
  assert.ok(
    finding.rows.every(({ score }, at, all) => at === 0 || score! <= all[at - 1]!.score!),
    'worst first',
  );
  assert.equal(check.run(faulty, { min_increase: 1 }).outcome, 'pass');
});

test('rows that the change comes close to are judged by themselves: few of them drown in the sample', () => {
  const { values, rows } = probeOf(clean);
  const mixed = probeOf(clean).with!.slice();
  const { models } = clean.scores.base!;
  const near = 6;
  for (let model = 0; model < models; model++) {
    const start = model * rows.length * values;
    mixed.set(probeOf(faulty).with!.subarray(start, start + near * values), start);
  }
  assert.equal(check.run(withProbe(clean, { with: mixed }), options).outcome, 'pass');
  const aimed = check.run(withProbe(clean, { with: mixed, near }), options);
  assert.equal(aimed.outcome, 'fail', aimed.summary);
  assert.match(aimed.summary, /^Of the 6 rows that the change comes close to/);
  assert.ok(aimed.rows.every(({ row }) => row < near));
});

test('rows that the change repeats several times under another label are judged by themselves, from eight on', () => {
  const { values, rows } = probeOf(clean);
  const mixed = probeOf(clean).with!.slice();
  const { models } = clean.scores.base!;
  for (let model = 0; model < models; model++) {
    const start = model * rows.length * values;
    mixed.set(probeOf(faulty).with!.subarray(start, start + 8 * values), start);
  }
  const asked = (contradicted: number) => check.run(withProbe(clean, { with: mixed, near: 60, contradicted }), options);
  assert.notEqual(asked(0).outcome, 'fail', 'among sixty that it comes close to they drown');
  const aimed = asked(8);
  assert.equal(aimed.outcome, 'fail', aimed.summary);
  assert.match(aimed.summary, /^Of the 8 rows that the change repeats, more than once, under another label/);
  assert.ok(aimed.metrics.some(({ name }) => name === 'leaked, contradicted by the change, sex'));
  assert.ok(!asked(7).metrics.some(({ name }) => name.includes('contradicted')));
});

test('too little to tell: unknown, or not applicable, with the reason', () => {
  const few = probeOf(clean).rows.slice(0, 5);
  const answers = new Float32Array(clean.scores.base!.models * 5 * 3);
  const short = withProbe(clean, { rows: few, truth: few.map(() => 0), base: answers, with: answers });
  assert.match(check.run(short, options).summary, /5 rows with a sensitive value are too few/);
  assert.equal(check.run(short, options).outcome, 'unknown');
  const unasked = (outcome: 'unknown' | 'not-applicable') =>
    check.run({ ...clean, probes: { asked: [], unasked: [{ column: 'sex', outcome, why: 'It is so.' }] } }, options);
  assert.deepEqual([unasked('unknown').outcome, unasked('unknown').summary], ['unknown', '"sex": It is so.']);
  assert.equal(unasked('not-applicable').outcome, 'not-applicable');
  const { base } = clean.scores;
  const seven = { ...clean, scores: { ...clean.scores, base: { ...base!, models: 7 } } };
  assert.match(check.run(seven, options).summary, /7 shadow models are too few/);
});

test('probes that fit no evidence are a bug of ours', () => {
  assert.throws(() => withProbe(clean, { rows: [99_999], truth: [0], near: 0 }), /probes of sex: rows/);
  assert.throws(() => withProbe(clean, { near: 2, contradicted: 3 }), /probes of sex: rows/);
  assert.throws(() => withProbe(clean, { truth: probeOf(clean).truth.map(() => 3) }), /probes of sex: values/);
  assert.throws(() => withProbe(clean, { base: new Float32Array(3) }), /probes of sex: 3 answers/);
});
