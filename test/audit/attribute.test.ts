import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackRun } from '../../src/audit/attack.ts';
import { attribute } from '../../src/audit/attribute.ts';
import { type AttributeQuestion, askAttribute, attributeQuestion } from '../../src/audit/attribute-question.ts';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { imputeValues } from '../../src/audit/imputation.ts';
import type { ShadowOrder } from '../../src/audit/shadows.ts';
import { hash32, normalAt, uniformAt } from '../../src/tensor/random.ts';
import { smallAudit } from './small-audit.ts';

const [ROWS, COLUMNS] = [240, 40];
/** A table of many drawn numbers and a drawn label, which models memorise; `who` is drawn by `whoOf`. */
function tableOf(whoOf: (row: number) => string, rows = ROWS, columns = COLUMNS): string {
  const line = (row: number) => {
    const cells = Array.from({ length: columns }, (_, column) => normalAt(7, row, column).toFixed(3));
    return [...cells, whoOf(row), `c${hash32(8, row) % 2}`].join(',');
  };
  const header = [...Array.from({ length: columns }, (_, column) => `x${column}`), 'who', 'label'].join(',');
  return [header, ...Array.from({ length: rows }, (_, row) => line(row)), ''].join('\n');
}
const ANY = tableOf((row) => (uniformAt(9, row) < 0.5 ? 'a' : 'b'));
const attacks = [attribute];

test('three columns: poison makes models that trained on a row tell a value that nothing else tells', async (t) => {
  const options = { poisons: [0, 2], targets: 30 };
  const audit = await smallAudit(t, { train: ANY }, { attacks, options, shadows: 32, sensitive: ['who'] });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const [answer] = audit.answers;
  assert.equal(answer?.outcome, 'measured', answer?.summary);
  const [table] = answer.tables;
  assert.deepEqual(table!.columns.slice(3), ['without the model', 'row out', 'row in', 'in less out', 'rise against no poison']); // biome-ignore format: one idea
  const line = (copies: string, figure: string) => table!.rows.find(([, one, other]) => one === copies && other === figure)!; // biome-ignore format: one idea
  const [clean, poisoned] = ['none', '2 copies'].map((copies) => line(copies, 'guessed right').slice(3) as Measure[]);
  const [imputed, out, inside, leaked, rise] = poisoned!;
  // The value is drawn: classifiers that were never trained on the targets can only guess, and so can models without them.
  assert.ok(imputed!.value! < 0.72, `imputation ${imputed!.value}`);
  assert.ok(out!.value! < imputed!.value! + 0.15, `out ${out!.value}`);
  assert.ok(inside!.value! > out!.value! + 0.15, `in ${inside!.value}, out ${out!.value}`);
  assert.ok(leaked!.low! > 0 && rise!.value! > 0);
  assert.ok(clean![3]!.value! < leaked!.value!);
  assert.match(answer.summary, /with 2/);
  assert.ok(answer.rows.length > 0);
  for (const { path, line: at } of answer.rows) assert.ok(path === 'train.csv' && at! >= 2 && at! <= ROWS + 1);
});

test('imputation is never trained on the rows whose value it guesses', async (t) => {
  // More columns than rows: a classifier knows every row that it was trained on by heart; the value is drawn.
  const table = tableOf((row) => 'ab'[hash32(9, row) % 2]!, 70, 90);
  const seen: number[] = [];
  const look = {
    ...attribute,
    run: async (at: AttackRun) => {
      const { values, truth, targets } = attributeQuestion(at, 'who', { copies: 0 }) as AttributeQuestion;
      const prior = await imputeValues(at, values, targets.map(({ row }) => row)); // biome-ignore format: one idea
      seen.push(...truth.map((value, target) => Number(prior[2 * target + value]! > Math.log(0.5))));
      for (let target = 0; target < targets.length; target++)
        assert.ok(Math.abs(Math.exp(prior[2 * target]!) + Math.exp(prior[2 * target + 1]!) - 1) < 1e-9);
      return await attribute.run({ ...at, sensitive: [] });
    },
  };
  await smallAudit(t, { train: table }, { attacks: [look], sensitive: ['who'] });
  assert.equal(seen.length, 17);
  const right = seen.filter(Boolean).length;
  assert.ok(right >= 3 && right <= 13, `${right} of 17 right`);
});

test('what imputation tells is no leakage, and the summary says so', async (t) => {
  // The value follows from another column; the model is a few epochs from memorising anything.
  const table = tableOf((row) => (normalAt(7, row, 0) > 0 ? 'a' : 'b'));
  const options = { poisons: [0], targets: 40 };
  const { answers } = await smallAudit(t, { train: table }, { attacks, options, epochs: 4, sensitive: ['who'] });
  const [imputed, out, inside, leaked] = answers[0]!.tables[0]!.rows[0]!.slice(3) as Measure[];
  assert.ok(imputed!.value! > 0.7, `${imputed!.value}`);
  assert.ok(Math.abs(out!.value! - imputed!.value!) < 0.1 && Math.abs(inside!.value! - imputed!.value!) < 0.1);
  assert.ok(leaked!.low! <= 0);
  assert.match(answers[0]!.summary, /who: this is no leakage of the row, although the attack predicts/);
  assert.deepEqual(answers[0]!.figures, [], 'one number of copies makes no curve');
});

test('no figure without an answer: the reason is said', async (t) => {
  const ask = async (text: string, more: object = {}) => {
    const { answers } = await smallAudit(t, { train: text }, { attacks, epochs: 2, sensitive: ['who'], ...more });
    const [{ outcome, summary, tables }] = answers as [(typeof answers)[0]];
    assert.deepEqual(tables, [], summary);
    return `${outcome}: ${summary}`;
  };
  const short = tableOf((row) => 'ab'[row % 2]!, 60);
  assert.match(await ask(short, { sensitive: [] }), /^not-applicable: There is no column that the configuration calls/);
  assert.match(await ask(short, { sensitive: ['nobody'] }), /^not-applicable: nobody: The data set has no such column/);
  assert.match(await ask(short, { sensitive: ['label'] }), /^not-applicable: label: It gives the model no features/);
  assert.match(await ask(tableOf(() => 'a', 60)), /^unknown: who: It has one value/);
  assert.match(await ask(tableOf((row) => (row < 3 ? 'b' : 'a'), 60)), /^unknown: who: 1 of its 2 values have fewer than 4 rows/); // biome-ignore format: one idea
  assert.match(await ask(short, { shadows: 7 }), /^unknown: 7 shadow models are too few/);
  assert.match(await ask(short, { label: null }), /^unknown: No label/);
});

test('where time is up, what is left out is said; one column is asked about all the same', async (t) => {
  let now = 0;
  const seconds = () => {
    now += 1000;
    return now;
  };
  const table = tableOf((row) => 'ab'[row % 2]!, 80);
  const { answers, cut } = await smallAudit(t, { train: table }, { attacks, seconds, epochs: 2, sensitive: ['who'] });
  assert.equal(cut, true);
  assert.ok(answers[0]!.tables[0]!.rows.every(([, copies]) => copies === 'none'));
});

test('each target is out, or in with one value, in every model; poison has every value under the wrong label', async () => {
  const [K, V, M] = [2, 3, 12];
  const states = Int8Array.from({ length: M * K }, (_, cell) => (cell % 4) - 1);
  const question = {
    values: { block: { column: 'who', offset: 1, width: 1 }, features: [7, 8, 9].map((one) => Float32Array.of(one)) },
    targets: [4, 2].map((row) => ({ row, wrong: 1 })),
    ...{ truth: [0, 1], states, seed: 's' },
  } as unknown as AttributeQuestion;
  const features = Float32Array.from({ length: 120 }, (_, cell) => -cell);
  const rows = Array.from({ length: 40 }, () => ({ split: 'train', label: 0 }));
  const orders: ShadowOrder[] = [];
  const at = {
    pool: { rows, classes: ['x', 'y'] },
    training: { plan: { models: M }, subject: { set: { features, width: 3 }, rows } },
    train: async (order: ShadowOrder) => {
      orders.push(order);
      const width = 40 + order.extra!.length;
      return { rows: width, phi: Float32Array.from({ length: M * width }, (_, cell) => cell % width) };
    },
  } as unknown as AttackRun;
  const phi = await askAttribute(at, question, { name: 'x', copies: 2 });
  // 5% of 40 rows: the copies of one target alone are more than an ensemble is given.
  assert.equal(orders.length, K);
  const asked = orders[0]!.extra!.slice(0, K * V);
  assert.deepEqual(asked.map(({ copyOf, label, features: own }) => [copyOf, label, [...own!]]), [4, 2].flatMap((row) => [7, 8, 9].map((value) => [row, 0, [-3 * row, value, -3 * row - 2]]))); // biome-ignore format: one idea
  for (let model = 0; model < M; model++)
    for (let target = 0; target < K; target++) {
      const bits = asked.slice(target * V, (target + 1) * V).map(({ trained }) => (trained as Uint8Array)[model]!);
      assert.deepEqual(bits, [0, 1, 2].map((value) => Number(states[model * K + target] === value))); // biome-ignore format: one idea
    }
  for (const [index, { extra, without }] of orders.entries()) {
    assert.deepEqual(extra!.slice(0, K * V), asked, 'the same with and without poison');
    assert.deepEqual([...without!], [4, 2]);
    assert.deepEqual(extra!.slice(K * V).map(({ copyOf, label, trained, features: own }) => [copyOf, label, trained, own![1]]), [7, 7, 8, 8, 9, 9].map((value) => [[4, 2][index], 1, 'always', value])); // biome-ignore format: one idea
  }
  assert.deepEqual([...phi.slice(0, 6)], [40, 41, 42, 43, 44, 45]);
});

test('states are drawn: a third out, the values alike, and unlike from target to target', async (t) => {
  const seen: AttributeQuestion[] = [];
  const look = {
    ...attribute,
    run: async (at: AttackRun) => {
      seen.push(attributeQuestion(at, 'who', { copies: 0 }) as AttributeQuestion);
      return await attribute.run({ ...at, sensitive: [] });
    },
  };
  await smallAudit(t, { train: ANY }, { attacks: [look], options: { targets: 60 }, shadows: 32, sensitive: ['who'] });
  const [{ states, targets, truth }] = seen as [AttributeQuestion];
  assert.equal(targets.length, 60);
  const count = (state: number) => states.filter((one) => one === state).length / states.length;
  for (const state of [-1, 0, 1]) assert.ok(Math.abs(count(state) - 1 / 3) < 0.05, `${state}: ${count(state)}`);
  assert.ok(truth.includes(0) && truth.includes(1));
  const columns = targets.map((_, target) => states.filter((_, cell) => cell % 60 === target).join(''));
  assert.equal(new Set(columns).size, 60);
});
