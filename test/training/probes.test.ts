import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolRow } from '../../src/evidence/rows.ts';
import { encodeFeatures } from '../../src/features/features.ts';
import { hash32, uniformAt } from '../../src/tensor/random.ts';
import { makePlan } from '../../src/training/plan.ts';
import { askProbes, makeProbes } from '../../src/training/probes.ts';
import { type TrainingRun, trainScores } from '../../src/training/run.ts';
import { makeSubject } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { smallPool } from '../features/small-pool.ts';
import { runtime } from './small-set.ts';

const [BASE, ADDED, M] = [40, 4, 8];
const whoOf = (row: number) => 'abc'[hash32(1, row) % 3]!;
const ages = Array.from({ length: BASE }, (_, row) => String(20 + Math.floor(60 * uniformAt(2, row))));
/** Added rows are rows 0 to 2, and row 0 once more, but for the sensitive column and the label. */
const modelOf = (added: number) => added % 3;
const made = (added: number) => {
  const models = Array.from({ length: added }, (_, index) => modelOf(index));
  return smallPool({
    age: { kind: 'numeric', base: ages, added: models.map((row) => ages[row]!) },
    who: { kind: 'category', base: ages.map((_, row) => whoOf(row)), added: models.map((row) => (whoOf(row) === 'a' ? 'b' : 'a')) }, // biome-ignore format: one idea
  });
};

function prepared(added: number) {
  const pool = made(added);
  const rows = pool.rows.map((row, index): PoolRow => ({ ...row, label: index < BASE ? index % 2 : 1 - (modelOf(index - BASE) % 2) })); // biome-ignore format: one idea
  const units = assignUnits(rows, pool.groups, []);
  const features = encodeFeatures(pool, { maxWidth: 100 });
  const sizes = { task: 'classification', width: features.width, classes: 2, trainingRows: BASE } as const;
  const plan = makePlan(sizes, { nonce: 'n', membershipKey: 'k', models: M, budgetSeconds: 60, epochs: 5 });
  const subject = makeSubject(rows, units, features, 'classification');
  const probes = makeProbes({ subject, plan }, { pool, blocks: features.blocks, near: new Set() }, ['who', 'none']);
  return { run: { subject, plan, runtime, store: null, progress: () => {} } satisfies TrainingRun, probes };
}

test('probes are asked, never trained: no score changes, and the true value is answered like the row', async () => {
  const { run, probes } = prepared(ADDED);
  const plain = await trainScores(run, { screen: false });
  const probing = askProbes(run, probes);
  const scores = await trainScores(run, { screen: false, each: probing.each });
  assert.deepEqual(scores, plain);
  const { asked, unasked } = probing.answered();
  assert.deepEqual(unasked.map(({ column, outcome }) => [column, outcome]), [['none', 'not-applicable']]); // biome-ignore format: one idea
  const [{ rows, truth, values, ...answers }] = asked as [(typeof asked)[0]];
  assert.deepEqual([rows.length, values], [BASE, 3]);
  for (const name of ['base', 'with'] as const) {
    const { phi, rows: N } = scores[name]!;
    for (let model = 0; model < M; model++)
      rows.forEach((row, at) => {
        const own = answers[name]![(model * rows.length + at) * values + truth[at]!]!;
        assert.ok(Math.abs(own - phi[model * N + row]!) < 1e-4, `${name} ${model} ${row}: ${own}`);
      });
    const isOther = rows.some((_, at) => answers[name]![at * values + ((truth[at]! + 1) % 3)] !== answers[name]![at * values + truth[at]!]); // biome-ignore format: one idea
    assert.ok(isOther, 'another value, another answer');
  }
});

test('rows that equal one of the change in all but the column come first, those that it contradicts more than once before all', () => {
  const { run, probes } = prepared(ADDED);
  const [{ rows, near, contradicted }] = probes.probes.asked as [(typeof probes.probes.asked)[0]];
  const close = ages.flatMap((age, row) => (ages.slice(0, 3).includes(age) ? [row] : []));
  assert.equal(near, close.length);
  assert.deepEqual(rows.slice(0, near).sort((x, y) => x - y), close); // biome-ignore format: one idea
  const labelOf = (row: number) => run.subject.rows[row]!.label;
  const isContradicted = (row: number) =>
    Array.from({ length: ADDED }, (_, index) => index).filter((index) => ages[modelOf(index)] === ages[row] && labelOf(BASE + index) !== labelOf(row)).length >= 2; // biome-ignore format: one idea
  assert.deepEqual(rows.slice(0, near).map(isContradicted), rows.slice(0, near).map((_, at) => at < contradicted)); // biome-ignore format: one idea
  assert.ok(contradicted > 0 && contradicted < near);
  assert.ok(
    rows.every((row) => row < BASE),
    'only rows that stay',
  );
  assert.deepEqual(prepared(ADDED).probes.probes, probes.probes);
});

test('without a change the models of base answer for both', async () => {
  const { run, probes } = prepared(0);
  const probing = askProbes(run, probes);
  await trainScores(run, { screen: true, each: probing.each });
  const [probe] = probing.answered().asked;
  assert.equal(probe!.near, 0);
  assert.deepEqual(probe!.with, probe!.base);
  assert.ok(probe!.base!.some((value) => value !== 0));
});

test("of a model's own slice nothing is asked", () => {
  const { run } = prepared(0);
  const plan = { ...run.plan, slice: { kind: 'model' } } as unknown as TrainingRun['plan'];
  const { set, probes } = makeProbes({ ...run, plan }, { pool: made(0), blocks: [], near: new Set() }, ['who']);
  assert.equal(set, null);
  assert.match(probes.unasked[0]!.why, /model's own/);
});
