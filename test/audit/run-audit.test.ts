import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attack, type AttackRun, answered } from '../../src/audit/attack.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attackOf = (id: string, run: Attack['run'], more: Partial<Attack> = {}): Attack => ({
  ...{ id, question: 'Is it so?', paper: 'none', blind: 'It sees nothing.', weight: 1, isDefault: () => true },
  ...{ run, ...more },
});
const fine = attackOf('fine', async () => answered('measured', 'It is so.'));
const broken = attackOf('broken', async () => {
  throw new TypeError('cells are undefined');
});
const TABLE = memorable(60);

test('an attack that breaks is an error of its own; the others answer', async (t) => {
  const { answers } = await smallAudit(t, { train: TABLE }, { attacks: [broken, fine] });
  assert.deepEqual(answers.map(({ attack, outcome }) => [attack, outcome]), [['broken', 'error'], ['fine', 'measured']]); // biome-ignore format: one idea
  assert.match(answers[0]!.summary, /cells are undefined/);
});

test('a data set that cannot be read is an error of every attack; the next one is audited', async (t) => {
  const { answers, data } = await smallAudit(t, { bad: 'x,label\n"1,2\n', good: TABLE }, { attacks: [fine, broken] });
  assert.deepEqual(answers.map(({ data: name, outcome }) => [name, outcome]), [['bad', 'error'], ['bad', 'error'], ['good', 'measured'], ['good', 'error']]); // biome-ignore format: one idea
  assert.deepEqual(data.map(({ name, rows }) => [name, rows]), [['good', 60]]); // biome-ignore format: one idea
  assert.match(answers[0]!.summary, /bad\.csv/);
});

test('only the attacks that are named are run; without a name, the default ones', async (t) => {
  const rare = attackOf('rare', async () => answered('measured', 'It is rare.'), {
    isDefault: ({ by }) => by !== null,
  });
  const ran = async (options: Parameters<typeof smallAudit>[2]['options']) =>
    (await smallAudit(t, { train: TABLE }, { attacks: [fine, rare], ...(options ? { options } : {}) })).answers.map(
      ({ attack }) => attack,
    );
  assert.deepEqual(await ran({}), ['fine']);
  assert.deepEqual(await ran({ attacks: ['rare'] }), ['rare']);
  assert.deepEqual(await ran({ by: 'who' }), ['fine', 'rare']);
});

test('an attack that does not apply is no answer where it was named', async (t) => {
  const beside = attackOf('beside', async () => answered('not-applicable', 'There is no text.'));
  const outcome = async (attacks: readonly string[] | null) =>
    (await smallAudit(t, { train: TABLE }, { attacks: [beside], options: { attacks } })).answers[0]!.outcome;
  assert.deepEqual([await outcome(null), await outcome(['beside'])], ['not-applicable', 'unknown']);
});

test('rows that an attack names are placed by file and line; shadow models are counted', async (t) => {
  const naming = attackOf('naming', async (at: AttackRun) => {
    await at.train({ name: 'one', seed: at.seed, models: 8 });
    return answered('measured', 'Some.', { rows: [{ row: 3, effect: 2, why: 'because' }] });
  });
  const { answers, cost, data } = await smallAudit(t, { train: TABLE }, { attacks: [naming], epochs: 2 });
  assert.deepEqual(answers[0]!.rows.map(({ path, line, why }) => [path, line, why]), [['train.csv', answers[0]!.rows[0]!.ordinal + 2, 'because']]); // biome-ignore format: one idea
  assert.deepEqual([cost.shadows, answers[0]!.cost.shadows], [8, 8]);
  assert.ok(data[0]!.testAccuracy! > 0 && data[0]!.testAccuracy! <= 1);
});
