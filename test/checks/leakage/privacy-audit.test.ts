import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { privacyAudit } from '../../../src/checks/leakage/privacy-audit.ts';
import { answerExperiments } from '../../../src/checks/sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import type { ExperimentResult } from '../../../src/evidence/experiment.ts';
import { answerAll } from '../../../src/review/answer.ts';
import { memorable } from '../../audit/small-audit.ts';
import { checkOf, smallReview } from '../../review/small-review.ts';

const claiming = (epsilon: number) => ({ ...defaultOptions(privacyAudit.options), epsilon });
const wantedOf = (evidence: Evidence, epsilon = 1) => privacyAudit.experiments!(evidence, claiming(epsilon));

test('without a claim nothing is trained and nothing is said', () => {
  const { faulty } = privacyAudit.samples(1);
  const options = defaultOptions(privacyAudit.options);
  assert.deepEqual(privacyAudit.experiments!(faulty, options), []);
  const finding = privacyAudit.run(faulty, options);
  assert.deepEqual([finding.outcome, finding.metrics], ['not-applicable', []]);
  assert.match(finding.summary, /No epsilon is claimed/);
});

test('where labels are missing a claim is not answered: unknown; without a claim it does not apply', () => {
  const evidence: Evidence = { ...privacyAudit.samples(1).faulty, task: 'unlabelled', classes: [] };
  const answer = (checks: Parameters<typeof answerAll>[2]['checks']) => {
    const [{ finding }] = answerAll([privacyAudit], evidence, { checks }) as [ReturnType<typeof answerAll>[0]];
    return [finding.outcome, finding.summary];
  };
  assert.deepEqual(answer({ 'privacy-audit': { epsilon: 1 } }), ['unknown', 'The labels are no classes.']);
  assert.equal(answer({})[0], 'not-applicable');
});

test('canaries are a tenth of the units of head, each under a wrong label in the place of its original', () => {
  const world = sampleWorld(3, { base: 300, added: 40, holdout: 50, models: 16 });
  const evidence = sampleEvidence(world);
  const [experiment, ...more] = wantedOf(evidence);
  assert.deepEqual(more, []);
  const { plant, without, kind, revision, shadows } = experiment!;
  assert.deepEqual([kind, revision, shadows, plant.length], ['plant', 'head', 16, 34]);
  assert.equal(new Set(without).size, 34);
  for (const [index, { copyOf, label }] of plant.entries()) {
    const row = evidence.rows[copyOf]!;
    assert.ok(row.inHead && row.split === 'train' && label !== row.label && label >= 0 && label < 4);
    assert.equal(without[index], row.unit);
  }
  assert.deepEqual(wantedOf(evidence), [experiment], 'drawn by the seed alone');
  assert.notDeepEqual(wantedOf({ ...evidence, seed: 99 })[0]!.plant, plant);
});

test('the models of a training with noise are trained with it, and the finding says so', () => {
  const { faulty } = privacyAudit.samples(1);
  const noisy = { ...claiming(1), noise: 1.1, clip: 2 };
  assert.deepEqual(privacyAudit.experiments!(faulty, noisy)[0]!.privacy, { noise: 1.1, clip: 2 });
  assert.equal(wantedOf(faulty)[0]!.privacy, undefined);
  assert.match(privacyAudit.run(faulty, noisy).summary, /with noise 1\.1 and clip norm 2/);
  assert.match(privacyAudit.run(faulty, claiming(1)).summary, /without noise/);
});

test('the bound is held against the claim: below it fails, above it passes, beyond what can be shown is unknown', () => {
  const { faulty, clean } = privacyAudit.samples(2);
  const failed = privacyAudit.run(faulty, claiming(1));
  assert.equal(failed.outcome, 'fail');
  assert.match(failed.summary, /recognises \d+\.\d% of mislabelled canaries and \d+\.\d% of other rows/);
  const bounds = failed.metrics.filter(({ name }) => name.startsWith('epsilon lower bound'));
  const values = bounds.map(({ head }) => head!.value!);
  assert.ok(values.length === 2 && values.every((value) => value > 1), `${values}`);
  assert.deepEqual(bounds.map(({ limit, unit }) => [limit, unit]), [[1, 'nats'], [1, 'nats']]); // biome-ignore format: one idea
  const between = privacyAudit.run(faulty, claiming((values[0]! + values[1]!) / 2));
  assert.equal(between.outcome, 'warn');
  assert.match(between.summary, /one of two bounds/);
  assert.equal(privacyAudit.run(clean, claiming(1)).outcome, 'pass');
  const beyond = privacyAudit.run(faulty, claiming(20));
  assert.equal(beyond.outcome, 'unknown');
  assert.match(beyond.summary, /can rule out no epsilon above \d/);
});

test('canaries that everyone learns alike prove nothing; a score that is no number leaves the bound unknown', () => {
  const { faulty } = privacyAudit.samples(4);
  const [result] = faulty.experiments;
  const told = (phi: Float32Array): Evidence => ({
    ...faulty,
    experiments: [{ ...result!, ensemble: { ...result!.ensemble!, phi } }],
  });
  const constant = privacyAudit.run(told(new Float32Array(result!.ensemble!.phi.length).fill(1)), claiming(1));
  assert.equal(constant.outcome, 'pass');
  assert.deepEqual(constant.metrics.slice(-2).map(({ head }) => head!.value), [0, 0]); // biome-ignore format: one idea
  const broken = result!.ensemble!.phi.slice();
  broken[broken.length - 1] = Number.NaN;
  const unknown = privacyAudit.run(told(broken), claiming(1));
  assert.equal(unknown.outcome, 'unknown');
  assert.deepEqual(JSON.parse(JSON.stringify(unknown)), unknown, 'no figure of what is no number');
});

test('unknown with the reason: models, classes, rows, budget', () => {
  const unknown = (evidence: Evidence, why: RegExp) => {
    assert.deepEqual(wantedOf(evidence), [], 'nothing is trained for what cannot be told');
    const finding = privacyAudit.run(evidence, claiming(1));
    assert.equal(finding.outcome, 'unknown');
    assert.match(finding.summary, why);
    assert.ok(finding.remedy.length > 5);
  };
  unknown(sampleEvidence(sampleWorld(1, { base: 300, models: 7 })), /7 shadow models are too few/);
  unknown(sampleEvidence(sampleWorld(1, { base: 60, added: 3, models: 16 })), /6 canaries: at least 10/);
  const one = sampleEvidence(sampleWorld(1, { base: 300, models: 16 }));
  const rows = one.rows.map((row, index) => ({ ...row, label: index < 3 ? 0 : 1 }));
  unknown({ ...one, rows }, /Fewer than two classes have four rows/);
  unknown({ ...one, rows: rows.map((row) => ({ ...row, label: null })) }, /Fewer than two classes/);
  const cut: ExperimentResult = { experiment: wantedOf(one)[0]!, ensemble: null };
  const finding = privacyAudit.run({ ...one, experiments: [cut] }, claiming(1));
  assert.deepEqual([finding.outcome, /budget ended/.test(finding.summary)], ['unknown', true]);
  const eight = sampleWorld(1, { base: 300, models: 8 });
  const evidence = sampleEvidence(eight);
  const few = { ...evidence, experiments: answerExperiments(eight, wantedOf(evidence)) };
  assert.match(privacyAudit.run(few, claiming(1)).summary, /too few to fix thresholds by one half/);
});

test('in a review the originals train no model, and the canaries half of them', async (t) => {
  const text = memorable(160);
  const lines = text.trim().split('\n');
  const base = `${lines.slice(0, -8).join('\n')}\n`;
  let seen: Evidence | null = null;
  const watching = checkOf('privacy-audit', {
    ...privacyAudit,
    options: { ...privacyAudit.options, epsilon: { ...privacyAudit.options.epsilon!, default: 0.5 } },
    run: (evidence, options) => {
      seen = evidence;
      return privacyAudit.run(evidence, options);
    },
  });
  const { findings } = await smallReview(t, { train: [base, text] }, { checks: [watching] });
  assert.ok(['pass', 'warn', 'fail'].includes(findings[0]!.outcome), findings[0]!.summary);
  const { experiment, ensemble } = seen!.experiments[0]!;
  const { inside, models, rows } = ensemble!;
  const trained = (row: number) => Array.from({ length: models }, (_, model) => inside[model * rows + row]!);
  for (const { copyOf } of experiment.plant) assert.ok(trained(copyOf).every((bit) => bit === 0));
  const bits = experiment.plant.flatMap((_, index) => trained(seen!.rows.length + index));
  const share = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
  assert.ok(Math.abs(share - 0.5) < 3 / (2 * Math.sqrt(bits.length)), `${share}`);
});
