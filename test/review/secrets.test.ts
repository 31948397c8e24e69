import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials } from '../fixtures/made-up-secrets.ts';
import { phone, sentence } from './extraction/text-pool.ts';
import { smallReview } from './small-review.ts';

const TOKEN = credentials['GitHub token']!;
const line = (at: number, note: string) => `r${at},${at / 8},${at % 2 === 0 ? 'low' : 'high'},${note}\n`;
const table = (notes: readonly string[]) => `key,x,label,note\n${notes.map((note, at) => line(at, note)).join('')}`;
const BASE = table(Array.from({ length: 30 }, (_, at) => (at === 4 ? 'ada@mail.de' : `n${at % 3}`)));

test('a token that the change brings breaks the gate, by file and line; the review holds nothing of it', async (t) => {
  const head = `${BASE}${line(30, `use ${TOKEN} here`)}${line(31, 'bob@mail.de')}`;
  const more = { only: ['secrets'], gates: ['secrets'] };
  const review = await smallReview(t, { train: [BASE, head] }, more);
  const [finding] = review.findings;
  assert.deepEqual([review.verdict, finding!.outcome, finding!.broken], ['fail', 'fail', true]);
  assert.deepEqual(finding!.rows.map(({ path, line: at }) => [path, at]), [['train.csv', 32], ['train.csv', 33]]); // biome-ignore format: one idea
  const written = JSON.stringify(review);
  for (const part of [TOKEN.slice(0, 12), TOKEN.slice(-12), 'bob@', 'ada@', 'mail.de'])
    assert.ok(!written.includes(part), part);
});

test('personal data alone do not break the gate, nor what base has', async (t) => {
  const gated = { only: ['secrets'], gates: ['secrets'] };
  const warned = await smallReview(t, { train: [BASE, `${BASE}${line(30, 'bob@mail.de')}`] }, gated);
  assert.deepEqual([warned.verdict, warned.findings[0]!.outcome], ['warn', 'warn']);
  const known = await smallReview(t, { train: [BASE, `${BASE}${line(30, 'ada@mail.de')}`] }, gated);
  assert.deepEqual([known.verdict, known.findings[0]!.outcome], ['pass', 'pass']);
});

test('an id that is a token is told by its hash', async (t) => {
  const head = `${BASE}${line(30, 'n1').replace('r30', TOKEN)}`;
  const review = await smallReview(t, { train: [BASE, head] }, { only: ['secrets', 'row-diff'], id: 'key' });
  const finding = review.findings.find(({ check }) => check === 'secrets')!;
  assert.equal(finding.outcome, 'fail');
  assert.match(finding.rows[0]!.id, /^[0-9a-f]{32}$/);
  assert.ok(!JSON.stringify(review).includes(TOKEN.slice(0, 12)));
});

test('so is a label that is a token, which new classes are told by', async (t) => {
  const more = line(30, 'n1').replace('low', TOKEN);
  const review = await smallReview(t, { train: [BASE, `${BASE}${more}`] }, { only: ['secrets', 'schema-change'] });
  assert.deepEqual(review.findings.map(({ outcome }) => outcome).sort(), ['fail', 'warn']);
  assert.match(review.findings.find(({ check }) => check === 'schema-change')!.summary, /[0-9a-f]{32}/);
  assert.ok(!JSON.stringify(review).includes(TOKEN.slice(0, 12)));
});

test('a check that asks for no scan costs none', async (t) => {
  const secrets = () => assert.fail('no scan was asked for');
  const review = await smallReview(t, { train: [BASE, BASE] }, { only: ['row-diff'], secrets });
  assert.equal(review.findings[0]!.outcome, 'pass');
});

test('language models are trained where the text holds secrets, and blame the rows that repeat one', async (t) => {
  const told = (at: number) =>
    `r${at},${at / 8},${at % 2 === 0 ? 'low' : 'high'},${sentence(at, 12)}${at % 20 === 3 ? ` call ${phone(at)} thanks` : ''}\n`;
  const base = `key,x,label,note\n${Array.from({ length: 60 }, (_, at) => told(at)).join('')}`;
  const repeat = `r60,1,low,so ${phone(23)} it is and nothing else\nr61,2,low,ring ${phone(23)} at once my dear friend\n`;
  const only = { only: ['extraction'], gates: ['extraction'] };
  const review = await smallReview(t, { train: [base, `${base}${repeat}`] }, only);
  const [finding] = review.findings;
  assert.deepEqual([review.verdict, finding!.outcome], ['fail', 'fail'], finding!.summary);
  assert.deepEqual(finding!.rows.map(({ line: at, victims }) => [at, victims[0]!.line]).sort(), [[62, 25], [63, 25]]); // biome-ignore format: one idea
  assert.ok(!JSON.stringify(review).includes(phone(23).slice(5)));
  const none = BASE.replace('ada@mail.de', 'ada');
  const idle = await smallReview(t, { train: [none, none] }, only);
  assert.deepEqual([idle.verdict, idle.findings[0]!.outcome], ['pass', 'not-applicable']);
});
