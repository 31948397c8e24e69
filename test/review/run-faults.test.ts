import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { plainFinding } from '../../src/evidence/finding.ts';
import { exitCode } from '../../src/review/verdict.ts';
import { BASE, checkOf, HEAD, smallReview } from './small-review.ts';

const fine = checkOf('row-diff', { run: () => plainFinding('pass', 'It is not so.') });
const throwing = checkOf('membership', {
  run: () => {
    throw new TypeError('cells are undefined');
  },
});

test('a check that throws is an error of its own; the others answer', async (t) => {
  const { findings, verdict } = await smallReview(t, { train: [BASE, HEAD] }, { checks: [throwing, fine] });
  assert.deepEqual(findings.map(({ check, outcome }) => [check, outcome]), [['membership', 'error'], ['row-diff', 'pass']]); // biome-ignore format: one idea
  assert.match(findings[0]!.summary, /The check broke: TypeError: cells are undefined/);
  assert.equal(verdict, 'warn');
});

test('a gated check that throws leaves no verdict; a gate on another does not care', async (t) => {
  const gated = async (gate: string) =>
    (await smallReview(t, { train: [BASE, HEAD] }, { checks: [throwing, fine], gates: [gate] })).verdict;
  assert.equal(await gated('membership'), 'unknown');
  assert.equal(exitCode(await gated('membership')), 2);
  assert.equal(await gated('row-diff'), 'warn');
  assert.equal(await gated('amplification'), 'unknown', 'a gated check that is not asked');
});

test('a check that throws when asked for experiments is an error, too, and costs no other its experiment', async (t) => {
  const broken = checkOf('exposed-rows', {
    needs: ['screen'],
    experiments: () => {
      throw new UserError('too-wide', 'It is too wide.', { hint: 'Make it narrow.' });
    },
    run: () => {
      throw new UserError('too-wide', 'It is too wide.', { hint: 'Make it narrow.' });
    },
  });
  const experiment = {
    kind: 'retrain',
    revision: 'head',
    inside: [],
    without: [60],
    plant: [],
    seed: 4,
    shadows: 4,
  } as const;
  const asking = checkOf('amplification', {
    needs: ['screen'],
    experiments: () => [{ ...experiment, id: 'amplification/less' }],
    run: ({ experiments }) => plainFinding(experiments[0]?.ensemble ? 'pass' : 'unknown', 'It was looked at.'),
  });
  const { findings } = await smallReview(t, { train: [BASE, HEAD] }, { checks: [broken, asking] });
  assert.deepEqual(findings.map(({ outcome }) => outcome), ['error', 'pass']); // biome-ignore format: one idea
  assert.deepEqual([findings[0]?.summary, findings[0]?.remedy], ['It is too wide.', 'Make it narrow.']);
});

test('a data set that cannot be read is an error of every check about it; the next one is reviewed', async (t) => {
  const data = { torn: [BASE, `${BASE}1,2\n`], train: [BASE, HEAD] } as const;
  const { findings, verdict } = await smallReview(t, data, { checks: [fine], gates: ['row-diff'] });
  assert.deepEqual(findings.map(({ subject, outcome }) => [subject.data, outcome]), [['torn', 'error'], ['train', 'pass']]); // biome-ignore format: one idea
  assert.equal(verdict, 'unknown');
});
