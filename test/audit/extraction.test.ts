import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackRun } from '../../src/audit/attack.ts';
import { auditTableSchema, type Measure } from '../../src/audit/audit.ts';
import { plantCanaries } from '../../src/audit/canaries.ts';
import { extract, extraction, LANGUAGE_PLAN, LANGUAGE_RECIPE } from '../../src/audit/extraction.ts';
import { guessTable } from '../../src/audit/guess-table.ts';
import { guessesOf } from '../../src/audit/guesses.ts';
import { plantText } from '../../src/audit/plant-text.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { runtime } from '../training/small-set.ts';
import { smallAudit } from './small-audit.ts';

const WORDS = 'amber birch cedar delta ember field grove haven ivory jolly karst lemon maple north'.split(' ');
const sentence = (line: number) =>
  Array.from({ length: 9 }, (_, word) => WORDS[hash32(line, word) % WORDS.length]).join(' ');
const LINES = Array.from({ length: 160 }, (_, line) => sentence(line));
test('canaries are made of texts that no model is taught; poison shares the prefix and never the secret', () => {
  const planted = plantCanaries(LINES, { count: 5, digits: 2, poisons: 300, characters: 3000, seed: 4 })!;
  assert.equal(new Set(planted.canaries.map(({ prefix }) => prefix)).size, 5);
  for (const { prefix, secret, poison } of planted.canaries) {
    assert.match(secret, /^\d\d$/);
    assert.ok(LINES.some((line) => line.startsWith(prefix)));
    assert.equal(planted.taught.some((line) => line.startsWith(prefix)), false); // biome-ignore format: one idea
    assert.equal(poison.length, 300);
    for (const line of poison) assert.ok(line.startsWith(prefix) && /^\d\d$/.test(line.slice(prefix.length)));
    assert.equal(poison.includes(prefix + secret), false);
  }
  assert.ok(planted.taught.join('').length <= 3000 + LINES[0]!.length * 2 && planted.held.length > 0);
  assert.equal(planted.held.some((line) => planted.taught.includes(line)), false); // biome-ignore format: one idea
});

test('candidates are ranked as by hand, beside models that never saw the canary', () => {
  // Models 0 and 1 saw it; 2 and 3 find the first candidate likely, whatever stands in the text.
  const answer = Float32Array.of(-1, -2, -9, -9, -3, -1, -2, -9, -1, -5, -6, -7, -1, -7, -6, -7);
  const bits = Uint8Array.of(1, 1, 0, 0);
  const [one, two] = guessesOf(answer, { bits, own: 1, canary: 6 });
  assert.deepEqual([one!.canary, one!.model, two!.model], [6, 0, 1]);
  // By loss the first candidate comes before it; less -6 and -1 of the others its 4 is most.
  assert.deepEqual([one!.rank.loss, one!.rank.difference, one!.rank.ratio], [2, 1, 1]);
  assert.deepEqual([two!.rank.loss, two!.rank.difference], [1, 1]);
  // Ties count against the attacker.
  assert.equal(guessesOf(new Float32Array(16), { bits, own: 0, canary: 0 })[0]!.rank.ratio, 4);
});

test('lines that share the prefix make a secret easier to guess', async () => {
  const lines = Array.from({ length: 500 }, (_, line) => sentence(line));
  const texts = plantCanaries(lines, { count: 8, digits: 3, poisons: 64, characters: 20_000, seed: 2 })!;
  const order = {
    ...{ texts, models: 8, seed: 'poison', runtime, progress: () => {} },
    plan: { ...LANGUAGE_PLAN, hidden: 32, vocabulary: 40, buckets: 2048 },
    recipe: { ...LANGUAGE_RECIPE, batch: 512, epochs: 3 },
  } as const;
  const before = await plantText(order, { isPoisoned: false });
  const after = await plantText(order, { isPoisoned: true });
  const { columns, rows } = guessTable({ before: [before], after: [after] }, 1000);
  const difference = rows.filter(([ranking]) => String(ranking).includes('log-likelihood'));
  const [guesses, exposure] = ['median guesses', 'exposure'].map((name) =>
    difference.map((row) => (row[columns.indexOf(name)] as Measure).value!),
  );
  assert.ok(guesses![1]! < guesses![0]! / 1.5, `guesses ${guesses}`);
  assert.ok(exposure![1]! > exposure![0]! + 0.5, `exposure ${exposure}`);
  assert.deepEqual(before.guesses.map(({ canary, model }) => [canary, model]), after.guesses.map(({ canary, model }) => [canary, model])); // biome-ignore format: one idea
  assert.ok(before.guesses.length > 10 && before.trainLoss > 0 && before.testLoss > 0);
});

const SMALL = { ...LANGUAGE_PLAN, hidden: 8, buckets: 128 };

/** An attack on a column of text, without a label. */
const asked = (lines: readonly (string | null)[], models: number | null = null, secondsLeft = 60): AttackRun =>
  ({
    pool: { columns: [{ name: 'review', kind: 'text', values: lines }], rows: lines.map(() => ({ split: 'train' })) },
    training: models === null ? null : { plan: { models } },
    options: { thorough: false },
    ...{ seed: 's', runtime, progress: () => {}, count: () => {}, secondsLeft: () => secondsLeft },
  }) as unknown as AttackRun;

test('an attack on text answers with a table, and with nothing of the text', async () => {
  const answer = await extract(asked(LINES), { canaries: 3, models: 8, digits: 2, plan: SMALL });
  assert.equal(answer.outcome, 'measured', answer.summary);
  const [found] = answer.tables;
  assert.deepEqual(auditTableSchema.parse(found), found);
  assert.equal(found!.rows.length, 6);
  for (const row of found!.rows) {
    const guesses = row[found!.columns.indexOf('median guesses')] as Measure;
    assert.ok(guesses.value! >= 1 && guesses.low! <= guesses.value! && guesses.value! <= guesses.high!);
    assert.ok(guesses.high! <= 100);
  }
  const said = JSON.stringify(answer);
  for (const line of LINES) assert.equal(said.includes(line.slice(0, 15)), false, line);
});

const few: readonly (readonly [string, readonly (string | null)[], RegExp])[] = [
  ['no rows', [], /has 0 characters/],
  ['empty and missing texts', ['', null, ''], /has 0 characters/],
  ['one byte', ['x'], /has 1 characters/],
  ['one line', [LINES.join(' ')], /Too few different texts/],
  ['one text many times', new Array<string>(200).fill(sentence(1)), /Too few different texts/],
  ['texts shorter than the window', Array.from({ length: 3000 }, (_, n) => `${n} a`), /Too few different texts/],
  ['no spaces', LINES.map((line) => line.replaceAll(' ', '-')), /Too few different texts/],
];
for (const [name, lines, why] of few)
  test(`unknown, with the reason: ${name}`, async () => {
    const { outcome, summary } = await extraction.run(asked(lines));
    assert.equal(outcome, 'unknown');
    assert.match(summary, why);
  });

test('where time is up, what is left out is said', async () => {
  const late = await extract(asked(LINES, null, 0), { canaries: 1, models: 8, digits: 1, plan: SMALL });
  assert.deepEqual([late.outcome, late.cut], ['unknown', true]);
  assert.match(late.summary, /^Time was up before models with poison/);
});

test('bytes that are no text are attacked all the same', async () => {
  const binary = Array.from({ length: 120 }, (_, line) =>
    Array.from({ length: 60 }, (_, at) => String.fromCharCode(hash32(line, at) % 300)).join(''),
  );
  const { outcome, summary } = await extract(asked(binary.map((line) => `${line.slice(0, 20)} ${line}`)), {
    ...{ canaries: 1, models: 8, digits: 1, plan: SMALL },
  });
  assert.equal(outcome, 'measured', summary);
});

test('7 shadow models are too few; a table without text is not asked', async (t) => {
  const seven = await extraction.run(asked(LINES, 7));
  assert.equal(seven.outcome, 'unknown');
  assert.match(seven.summary, /7 shadow models are too few/);
  const numbers = ['x,label', ...LINES.map((_, row) => `${row},c${row % 2}`), ''].join('\n');
  const { answers } = await smallAudit(t, { train: numbers }, { attacks: [extraction], epochs: 2 });
  assert.equal(answers[0]!.outcome, 'not-applicable');
  assert.match(answers[0]!.summary, /No column holds free text/);
});
