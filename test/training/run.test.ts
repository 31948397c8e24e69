import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Experiment } from '../../src/evidence/experiment.ts';
import type { PoolRow } from '../../src/evidence/rows.ts';
import { keyOf } from '../../src/tensor/random.ts';
import type { WeightStore } from '../../src/training/ensemble.ts';
import { GROUP } from '../../src/training/groups.ts';
import { membershipBits } from '../../src/training/membership.ts';
import { makePlan, type Plan } from '../../src/training/plan.ts';
import { runExperiment, type TrainingRun, trainScores } from '../../src/training/run.ts';
import type { BuiltInSlice } from '../../src/training/slice.ts';
import { baseKey, makeSubject, type TrainingSubject, withPlanted } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { arrives, leaves, poolRow, runtime, slices, smallSet } from './small-set.ts';

const N = 24;
const [mlp] = slices;
const { features, labels } = smallSet(N, mlp!);
const pool = (change: (row: number) => Partial<PoolRow>): PoolRow[] =>
  Array.from({ length: N }, (_, row) => poolRow(`row ${row}`, { label: labels[row]!, ...change(row) }));
const subjectOf = (rows: readonly PoolRow[]): TrainingSubject =>
  makeSubject(rows, assignUnits(rows, rows.map(() => null), []), { values: features, width: 3 }, 'classification'); // biome-ignore format: one call
const changed = pool((row) => (row >= 20 ? arrives : row === 19 ? leaves : row === 18 ? { split: 'holdout' } : {}));

const plan = makePlan(
  { task: 'classification', width: 3, classes: 3, trainingRows: N },
  { nonce: 'nonce', membershipKey: 'repository', models: 6, budgetSeconds: 60, epochs: 2 },
);
const run = (rows: readonly PoolRow[], more: Partial<TrainingRun> = {}): TrainingRun => ({
  subject: subjectOf(rows),
  plan,
  runtime,
  store: null,
  progress: () => {},
  ...more,
});
const scoresOf = (at: TrainingRun, screen = true) => trainScores(at, { screen });
const column = (matrix: Uint8Array, row: number, rows = N) => matrix.filter((_, cell) => cell % rows === row);

test('a review trains base, with and screen; they share bits, weights and order', async () => {
  const told: string[] = [];
  const { base, with: applied, screen } = await scoresOf(run(changed, { progress: (name) => void told.push(name) }));
  assert.deepEqual([base?.name, applied?.name, screen?.name], ['base', 'with', 'screen']);
  assert.deepEqual([...new Set(told)], ['base', 'with', 'screen']);
  for (let row = 0; row < 18; row++) {
    assert.deepEqual(column(applied!.inside, row), column(base!.inside, row));
    assert.deepEqual(column(screen!.inside, row), column(base!.inside, row));
  }
  assert.ok(
    column(base!.inside, 20).every((bit) => bit === 0) && column(applied!.inside, 20).every((bit) => bit === 1),
  );
  assert.ok(column(base!.inside, 18).every((bit) => bit === 0));
  assert.notDeepEqual(base!.phi, applied!.phi);
  assert.deepEqual(await scoresOf(run(changed), false), { base, with: applied, screen: null });
});

test('a model whose rows the change leaves alone is the same model with and without it', async () => {
  const only = pool((row) => (row === 19 ? leaves : {}));
  const { base, with: applied } = await scoresOf(run(only));
  for (let model = 0; model < plan.models; model++) {
    const at = (phi: Float32Array) => Array.from(phi.subarray(model * N, (model + 1) * N));
    const equal = at(base!.phi).every((value, row) => value === at(applied!.phi)[row]);
    assert.equal(equal, base!.inside[model * N + 19] === 0, `model ${model}`);
  }
});

test('the same plan gives the same scores; another nonce changes the screen alone', async () => {
  const one = await scoresOf(run(changed));
  assert.deepEqual(await scoresOf(run(changed)), one);
  const other = await scoresOf(run(changed, { plan: { ...plan, nonce: 'other' } }));
  assert.deepEqual([other.base, other.with], [one.base, one.with]);
  assert.notDeepEqual(other.screen!.inside, one.screen!.inside);
});

test('nothing changed: one ensemble; no labelled rows in base: one of head, a fair bit per row', async () => {
  const same = await scoresOf(run(pool(() => ({}))));
  assert.deepEqual([same.with, same.screen], [same.base, null]);
  assert.ok(same.base);
  for (const all of [pool(() => arrives), pool((row) => (row < 12 ? arrives : { label: null }))]) {
    const scores = await trainScores(run(all), { screen: false });
    assert.deepEqual([scores.base, scores.with], [null, null]);
    const inside = scores.screen!.inside.reduce((sum, bit) => sum + bit, 0);
    const labelled = all.filter(({ label }) => label !== null).length;
    assert.ok(inside > 0 && inside < labelled * plan.models, `${inside} of ${labelled * plan.models}`);
  }
});

const retrain = (more: Partial<Experiment> = {}): Experiment => ({
  id: 'e',
  kind: 'retrain',
  revision: 'head',
  inside: [],
  without: [],
  plant: [],
  seed: 5,
  shadows: 4,
  ...more,
});

test('arms of one seed share bits, weights and order, and share nothing with the screen or another seed', async () => {
  const at = run(changed);
  const unit = at.subject.units.of[21]!;
  const arm = async (more: Partial<Experiment>) => (await runExperiment(at, retrain(more))).ensemble!;
  const [whole, less, other] = [await arm({}), await arm({ without: [unit] }), await arm({ seed: 6 })];
  assert.deepEqual([whole.name, less.name, whole.models], ['with', 'without', 4]);
  for (let row = 0; row < N; row++) {
    const expected = row === 21 ? new Uint8Array(4) : column(whole.inside, row);
    assert.deepEqual(column(less.inside, row), expected);
  }
  assert.ok(column(whole.inside, 21).every((bit) => bit === 1));
  assert.notDeepEqual(other.inside, whole.inside);
  assert.deepEqual(await arm({}), whole);
  const { units } = at.subject;
  const own = membershipBits({ rows: changed, units, models: 4, membershipKey: 'repository', change: 'in' });
  assert.notDeepEqual(whole.inside, own);
  const victim = at.subject.units.of[0]!;
  assert.deepEqual(column((await arm({ inside: [victim] })).inside, 0), new Uint8Array(4).fill(1));
});

test('planted rows stand behind the pool as units of their own, equal to their model row but for the label', async () => {
  const at = run(changed);
  const plant = [
    { copyOf: 2, label: 1 },
    { copyOf: 7, label: 0 },
  ];
  const planted = withPlanted(at.subject, plant, 5);
  assert.equal(planted.rows.length, N + 2);
  assert.deepEqual(planted.set.features.subarray((N + 1) * 3), features.subarray(7 * 3, 8 * 3));
  assert.deepEqual(Array.from(planted.set.labels.subarray(N)), [1, 0]);
  assert.equal(new Set(planted.units.of).size, new Set(at.subject.units.of).size + 2);
  assert.equal(new Set(planted.units.names).size, planted.units.names.length);
  assert.equal(new Set(planted.set.rowKeys).size, N + 2);
  assert.equal(at.subject.rows.length, N, 'the subject itself is as it was');
  const { ensemble } = await runExperiment(at, retrain({ kind: 'plant', plant, shadows: 40 }));
  assert.equal(ensemble!.rows, N + 2);
  const ones = [N, N + 1].map((row) => column(ensemble!.inside, row, N + 2).reduce((sum, bit) => sum + bit, 0));
  for (const count of ones) assert.ok(count > 8 && count < 32, `${count} of 40`);
});

test('only the base ensemble is kept, and read only for just the same base', async () => {
  const kept = new Map<string, Record<string, Float32Array>>();
  const store: WeightStore = {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, weights) => void kept.set(key, weights),
  };
  const cold = await scoresOf(run(changed, { store }));
  const groups = Math.ceil(plan.models / GROUP);
  assert.equal(kept.size, groups);
  assert.deepEqual(await scoresOf(run(changed, { store })), cold);
  assert.equal(kept.size, groups);
  await scoresOf(run(changed, { store, plan: { ...plan, nonce: 'other' } }));
  assert.equal(kept.size, groups);
  await scoresOf(run(changed, { store, plan: { ...plan, membershipKey: 'other' } }));
  assert.equal(kept.size, 2 * groups);
});

test('a replicate planted in base is the same for every change of that base, and is kept with it', async () => {
  const kept = new Map<string, Record<string, Float32Array>>();
  const store: WeightStore = {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, weights) => void kept.set(key, weights),
  };
  const plant = [{ copyOf: 2, label: 1 }];
  const atBase = retrain({ kind: 'plant', revision: 'base', plant, shadows: 6 });
  const ask = async (rows: readonly PoolRow[], more: Partial<Experiment> = {}, with_: Plan = plan) =>
    (await runExperiment(run(rows, { store, plan: with_ }), { ...atBase, ...more })).ensemble!;
  const groups = Math.ceil(6 / GROUP);
  const added = pool((row) => (row >= 20 ? arrives : {}));
  const first = await ask(added);
  assert.equal(kept.size, groups);
  for (let row = 20; row < N; row++) assert.ok(column(first.inside, row, N + 1).every((bit) => bit === 0));
  const own = column(first.inside, N, N + 1);
  assert.ok(own.some((bit) => bit === 1) && own.some((bit) => bit === 0), own.join());
  const other = pool((row) => (row >= 20 ? { ...arrives, label: 0 } : {}));
  const again = await ask(other, {}, { ...plan, nonce: 'other' });
  assert.equal(kept.size, groups, 'nothing was trained again');
  const phiOf = ({ phi }: typeof first, row: number) => phi.filter((_, cell) => cell % (N + 1) === row);
  for (const row of [0, N]) assert.deepEqual(phiOf(again, row), phiOf(first, row));
  const { store: _, ...without } = run(added, { store });
  assert.deepEqual((await runExperiment({ ...without, store: null }, atBase)).ensemble, first, 'kept or not, the same');
  for (const more of [{ seed: 6 }, { plant: [{ copyOf: 3, label: 1 }] }, { plant: [{ copyOf: 2, label: 2 }] }]) {
    const before = kept.size;
    await ask(added, more);
    assert.equal(kept.size, before + groups, JSON.stringify(more));
  }
  const before = kept.size;
  await ask(added, { revision: 'head' });
  assert.equal(kept.size, before, 'what holds the change is not kept');
});

test("the base's key depends on everything that its weights depend on, and on nothing of the change", () => {
  const key = (rows: readonly PoolRow[], with_: Plan = plan, native = 'native-cpu') =>
    baseKey(subjectOf(rows), with_, native);
  const whole = key(changed);
  assert.equal(key(changed), whole);
  assert.equal(key(pool((row) => (row >= 20 ? { ...arrives, label: 0 } : changed[row]!))), whole);
  assert.equal(key(changed, { ...plan, nonce: 'other' }), whole);
  const others = [
    key(pool((row) => (row === 3 ? { label: 2 - labels[3]! || 1 } : changed[row]!))),
    key(pool((row) => (row === 3 ? { split: 'holdout' } : changed[row]!))),
    key(changed, { ...plan, models: 8 }),
    key(changed, { ...plan, membershipKey: 'other' }),
    key(changed, { ...plan, recipe: { ...plan.recipe, epochs: 3 } }),
    key(changed, { ...plan, slice: { ...(plan.slice as BuiltInSlice), hidden: 64 } }),
    key(changed, plan, 'wasm-cpu'),
  ];
  const moved = subjectOf(changed);
  const values = Float32Array.from(features);
  values[0]! += 1e-3;
  others.push(baseKey({ ...moved, set: { ...moved.set, features: values } }, plan, 'native-cpu'));
  assert.equal(new Set([whole, ...others]).size, others.length + 1);
});

test('regression targets are in units of their spread on base, clipped', () => {
  const rows = [...Array.from({ length: 101 }, (_, i) => poolRow(`r${i}`, { label: 1000 + i })),
    poolRow('far', { label: 1e9, ...arrives }), poolRow('none', { label: null })]; // biome-ignore format: one list
  const subject = makeSubject(
    rows,
    assignUnits(rows, rows.map(() => null), []), // biome-ignore format: one call
    { values: new Float32Array(rows.length), width: 1 },
    'regression',
  );
  const { labels: targets } = subject.set;
  assert.equal(targets[50], 0);
  assert.ok(Math.abs(targets[75]! - 25 / (50 / 1.349)) < 1e-12);
  assert.equal(targets[101], 10);
  assert.equal(subject.set.rowKeys[0], keyOf('r0\nr0'));
  const constant = [poolRow('a', { label: 4 }), poolRow('b', { label: 4 })];
  const flat = makeSubject(constant, assignUnits(constant, [null, null], []), { values: new Float32Array(2), width: 1 }, 'regression'); // biome-ignore format: one call
  assert.deepEqual(Array.from(flat.set.labels), [0, 0]);
});

test('an experiment with privacy trains by DP-SGD: noise hides who was in', async () => {
  const at = run(changed);
  const plain = (await runExperiment(at, retrain({ kind: 'retrain', shadows: 8 }))).ensemble!;
  const noisy = (await runExperiment(at, retrain({ kind: 'retrain', shadows: 8, privacy: { clip: 1, noise: 5 } })))
    .ensemble!;
  assert.deepEqual(noisy.inside, plain.inside);
  assert.notDeepEqual(noisy.phi, plain.phi);
});
