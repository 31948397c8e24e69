import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../../src/adapters/onnxruntime.ts';
import { defaultOptions } from '../../../src/checks/check.ts';
import { extraction as check } from '../../../src/checks/leakage/extraction.ts';
import { weightEvidence } from '../../../src/evidence/evidence.ts';
import { measureExtraction } from '../../../src/review/extraction/measure-extraction.ts';
import type { Pool } from '../../../src/table/pool.ts';
import { phone, sentence, textPool } from './text-pool.ts';

type Order = Parameters<typeof measureExtraction>[0];
const measure = (pool: Pool, more: Partial<Order> = {}) =>
  measureExtraction({
    ...{ pool, nearCopies: [], shadows: 64, nonce: 'drawn', hasTime: () => true, progress: () => {} },
    runtime: async () => makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' }),
    ...more,
  });
const never = () => assert.fail('nothing is to be trained');

const BASE = Array.from({ length: 60 }, (_, at): [string, string] => {
  const words = sentence(at, 12);
  return [`k${at}`, at % 20 === 3 ? `${words} call ${phone(at)} thanks` : words];
});
const honest = Array.from({ length: 10 }, (_, at): [string, string] => [`n${at}`, sentence(500 + at, 12)]);
const poolOf = (t: TestContext, added: readonly [string, string][]) => textPool(t, BASE, [...BASE, ...added]);

test('a row that repeats a secret of base is found by models without it; the other secrets do not rise', async (t) => {
  const repeat: [string, string][] = [['r1', `${sentence(900, 5)} so ${phone(23)} it is`], ['r2', `${phone(23)} ${sentence(901, 6)}`]]; // biome-ignore format: one idea
  const pool = await poolOf(t, [...honest, ...repeat]);
  const found = await measure(pool);
  assert.ok(found.kind === 'measured');
  assert.deepEqual([found.models, found.candidates, found.secrets.length, found.left], [16, 1000, 3, 0]);
  const finding = check.run({ ...weightEvidence('x', emptyWeights, 1), rows: pool.rows, extraction: found } as never, defaultOptions(check.options)); // biome-ignore format: one idea
  assert.equal(finding.outcome, 'fail', finding.summary);
  assert.deepEqual(finding.rows.map(({ row }) => pool.rows[row]!.id).sort(), ['r1', 'r2']);
  assert.deepEqual(
    finding.rows.flatMap(({ victims }) => victims.map(({ row }) => pool.rows[row]!.id)),
    ['k23', 'k23'],
  );
  assert.ok(!JSON.stringify([found, finding]).includes(phone(23).slice(5)), 'nothing of the secret');
});

test('an honest change raises nothing; without a change of the text both revisions are one ensemble', async (t) => {
  const pool = await poolOf(t, honest);
  const found = await measure(pool, { shadows: 8 });
  assert.ok(found.kind === 'measured' && found.models === 8);
  for (const { base, head, without, suspects } of found.secrets) {
    assert.equal(base!.length, 4);
    const rise = head!.reduce((sum, value, at) => sum + value - base![at]!, 0) / 4;
    assert.ok(rise < 3, `${rise} bits`);
    assert.deepEqual([without, suspects], [null, []]);
  }
  let opened = 0;
  const same = await measure(await textPool(t, BASE, BASE), {
    shadows: 8,
    hasTime: () => ++opened <= 1,
  });
  assert.ok(same.kind === 'measured');
  assert.deepEqual(
    same.secrets.map(({ base }) => base),
    same.secrets.map(({ head }) => head),
  );
});

test('a new data set has no base to train on: its secrets are told at head alone', async (t) => {
  const found = await measure(await textPool(t, null, BASE), { shadows: 8 });
  assert.ok(found.kind === 'measured');
  assert.deepEqual(
    found.secrets.map(({ base, head, suspects }) => [base, head!.length, suspects.length]),
    found.secrets.map(() => [null, 4, 0]),
  );
  const gone = await measure(await textPool(t, BASE, null), { shadows: 8 });
  assert.ok(gone.kind === 'measured' && gone.secrets.every(({ head }) => head === null));
});

test('there is an answer without training: no text, no secret, too little of anything', async (t) => {
  const without = { runtime: never };
  const plain = BASE.filter(([, text]) => !text.includes('+44'));
  assert.deepEqual(await measure(await textPool(t, plain, plain), without), { kind: 'not-applicable', reason: 'No secret was found in the text.' }); // biome-ignore format: one idea
  const pool = await poolOf(t, []);
  const reasonOf = async (more: Partial<Order>, of = pool) => {
    const found = await measure(of, { ...without, ...more });
    return found.kind === 'measured' ? '' : `${found.kind}: ${found.reason}`;
  };
  assert.match(await reasonOf({}, { ...pool, columns: pool.columns.filter(({ kind }) => kind !== 'text') }), /^not-applicable: No column/); // biome-ignore format: one idea
  assert.match(await reasonOf({ shadows: 7 }), /^unknown: 7 shadow models are too few/);
  assert.match(await reasonOf({ hasTime: () => false }), /^unknown: The budget/);
  const small = BASE.slice(0, 5);
  assert.match(await reasonOf({}, await textPool(t, small, small)), /^unknown: There is too little text/);
  const short = [...plain, ['s', 'mail ab@web.de'] as [string, string]];
  assert.match(await reasonOf({}, await textPool(t, short, short)), /^unknown: The secrets .* too short/);
});

const emptyWeights = { change: 'added', base: null, head: { bytes: 1, sha256: '', format: 'x', promised: null, imports: [], importsTotal: 0, problems: [], unread: [] }, tensors: null, tensorsUnread: 'x' } as const; // biome-ignore format: one idea
