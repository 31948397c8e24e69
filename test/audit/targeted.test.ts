import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaptCopies } from '../../src/audit/adapt-copies.ts';
import type { AttackRun } from '../../src/audit/attack.ts';
import { comparePoisoned, withoutPoison } from '../../src/audit/compare-targets.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from '../../src/audit/enough.ts';
import { nearCopy } from '../../src/audit/near-copy.ts';
import type { ShadowOrder } from '../../src/audit/shadows.ts';
import { batchesOf, mostCopies, poisonTargets, type Targeted } from '../../src/audit/targeted.ts';
import { randomTargets, worstTargets } from '../../src/audit/targets.ts';
import type { Ensemble } from '../../src/evidence/scores.ts';
import { trainedClasses } from '../../src/evidence/trained-classes.ts';
import { poolRow } from '../training/small-set.ts';

const N = 60;
const WIDTH = 20;
const labelOf = (row: number) => (row < 2 ? 2 : row % 2);
const features = Float32Array.from({ length: N * WIDTH }, (_, cell) => cell);
const aRun = (more: Partial<AttackRun> = {}): AttackRun =>
  ({
    pool: {
      ...{ task: 'classification', classes: ['a', 'b', 'rare'], columns: [] },
      rows: Array.from({ length: N }, (_, row) =>
        poolRow(`row ${row}`, { label: labelOf(row), ...(row === 59 ? { split: 'holdout' } : {}) }),
      ),
    },
    training: { plan: { models: 16 }, subject: { set: { features, width: WIDTH } } },
    options: { targets: 20 },
    ...{ seed: 'seed', blocks: null },
    ...more,
  }) as unknown as AttackRun;

test('targets are labelled training rows of classes with enough rows, under one wrong label of such a class', () => {
  const targets = randomTargets(aRun());
  assert.equal(targets.length, 20);
  assert.equal(new Set(targets.map(({ row }) => row)).size, 20);
  for (const { row, wrong } of targets) {
    assert.ok(row >= 2 && row < 59, `row ${row}`);
    assert.equal(wrong, 1 - labelOf(row));
  }
  assert.deepEqual(randomTargets(aRun()), targets);
  assert.notDeepEqual(randomTargets(aRun({ seed: 'other' })), targets);
  assert.equal(randomTargets(aRun({ options: { targets: 1000 } as AttackRun['options'] })).length, 28, 'at most half');
  const { large, small } = trainedClasses(aRun().pool);
  assert.deepEqual({ large, small }, { large: [0, 1], small: [2] });
  assert.match(smallClasses(aRun().pool), /1 of 3 classes have fewer than 4 rows.*unknown/);
});

test('the worst targets are those whose scores lie farthest apart in another ensemble', () => {
  const models = 16;
  const inside = Uint8Array.from({ length: models * N }, (_, cell) => Math.floor(cell / N) % 2);
  const phi = Float32Array.from({ length: models * N }, (_, cell) => {
    const [model, row] = [Math.floor(cell / N), cell % N];
    return (inside[cell]! ? row : 0) + 0.1 * ((model >> 1) % 3);
  });
  const worst = worstTargets(aRun(), { models, rows: N, phi, inside } as unknown as Ensemble);
  assert.deepEqual(worst.map(({ row }) => row), Array.from({ length: 20 }, (_, index) => 58 - index)); // biome-ignore format: one idea
});

test('copies are spread over ensembles that they do not flood', () => {
  const targets = Array.from({ length: 5 }, (_, row) => ({ row, wrong: 0 }));
  assert.deepEqual(batchesOf(targets, [0, 0, 0, 0, 0], 3), [[0, 1, 2, 3, 4]]);
  assert.deepEqual(batchesOf(targets, [1, 1, 1, 1, 1], 3), [[0, 1, 2], [3, 4]]); // biome-ignore format: one idea
  assert.deepEqual(batchesOf(targets, [16, 1, 1, 1, 2], 3), [[0], [1, 2, 3], [4]], 'more than fit stand alone');
  assert.equal(mostCopies(aRun()), 2);
});

test('each target’s column comes from the ensemble that holds its copies', async () => {
  const orders: ShadowOrder[] = [];
  const train = async (order: ShadowOrder): Promise<Ensemble> => {
    orders.push(order);
    const rows = N + order.extra!.length;
    const phi = new Float32Array(16 * rows).fill(orders.length);
    const inside = Uint8Array.from({ length: 16 * rows }, (_, cell) => (cell % rows) % 2);
    return { ...{ name: 'with', models: 16, rows, phi, inside }, trainAccuracy: 1, testAccuracy: orders.length / 10 };
  };
  const at = aRun({ train });
  const targets = [4, 7, 9].map((row) => ({ row, wrong: 0 }));
  const { scored, batches, accuracy } = await poisonTargets(at, targets, { name: 'x', seed: 's', copies: [1, 1, 2] });
  assert.equal(batches, 2);
  assert.ok(Math.abs(accuracy - 0.15) < 1e-9);
  assert.deepEqual(orders.map(({ extra }) => extra!.map(({ copyOf, label, trained }) => [copyOf, label, trained])), [
    [[4, 0, 'always'], [7, 0, 'always']],
    [[9, 0, 'always'], [9, 0, 'always']],
  ]); // biome-ignore format: one idea
  assert.deepEqual([...scored.phi.slice(0, 3)], [1, 1, 2]);
  assert.deepEqual([...scored.inside.slice(0, 3)], [0, 1, 1]);
  assert.deepEqual(new Set(orders.map(({ seed }) => seed)), new Set(['s']), 'paired');
});

test('with and without poison the same targets are asked of models that are paired', async () => {
  const seeds: string[] = [];
  const train = async ({ seed, extra = [] }: ShadowOrder): Promise<Ensemble> => {
    seeds.push(seed);
    const rows = N + extra.length;
    // Poison moves every member's score by 9.
    const inside = Uint8Array.from({ length: 16 * rows }, (_, cell) => (Math.floor(cell / rows) + (cell % rows)) % 2);
    const phi = Float32Array.from(inside, (bit, cell) => bit * (extra.length > 0 ? 9 : 0) + ((cell * 7) % 13) / 13);
    return { ...{ name: 'with', models: 16, rows, phi, inside }, trainAccuracy: 1, testAccuracy: 1 };
  };
  const at = aRun({ train });
  const targets = randomTargets(at);
  const untouched = await withoutPoison(at, { whom: 'random rows', targets, seed: 'paired' });
  const poisoning = { name: '1 copy', copies: targets.map(() => 1) };
  const { leakage, targets: asked } = await comparePoisoned(at, untouched, poisoning, [0.01]);
  assert.deepEqual(new Set(seeds), new Set(['paired']));
  assert.deepEqual(asked, targets);
  assert.ok(leakage[0]!.before.tpr < 0.2 && leakage[0]!.after.tpr === 1, JSON.stringify([leakage[0]!.before.tpr]));
});

test('a near copy differs in a tenth of the columns, and takes those from another row', () => {
  const own = features.subarray(10 * WIDTH, 11 * WIDTH);
  const changed = (copy: Float32Array) => copy.reduce((sum, value, at) => sum + Number(value !== own[at]), 0);
  const copy = nearCopy(aRun(), 10);
  assert.equal(changed(copy), 2, 'two of twenty features');
  const blocks = Array.from({ length: 4 }, (_, column) => ({ column: `x${column}`, offset: 5 * column, width: 5 }));
  const byColumn = nearCopy(aRun({ blocks }), 10);
  assert.equal(changed(byColumn), 5, 'one of four columns');
  const from = new Set(
    [...byColumn].filter((value, at) => value !== own[at]).map((value) => Math.floor(value / WIDTH)),
  );
  assert.equal(from.size, 1);
  assert.deepEqual(features[10 * WIDTH], 10 * WIDTH, 'the data are left as they were');
});

test('copies are adapted: one step before models that trained on the row misread it', () => {
  const column = (copies: number, inMeans: readonly number[]) => {
    const inside = Uint8Array.from({ length: 8 * inMeans.length }, (_, cell) => Math.floor(cell / inMeans.length) % 2);
    const phi = Float32Array.from(inside, (bit, cell) => (bit ? inMeans[cell % inMeans.length]! : -5));
    const scored = { models: 8, rows: inMeans.length, phi, inside };
    return { poisoning: { name: '', copies: inMeans.map(() => copies) }, poisoned: { scored } as Targeted };
  };
  assert.deepEqual(adaptCopies([column(0, [3, 3, -1]), column(1, [2, -1, 2]), column(4, [1, 2, 2])]), [4, 0, 0]);
});

test('what cannot be answered says why; rates need false positives', () => {
  const why = (more: object) => whyNoWrongLabels({ ...aRun(), ...more } as AttackRun);
  assert.equal(why({}), null);
  assert.match(why({ training: { plan: { models: 7 } } })!, /7 shadow models are too few: at least 8/);
  assert.match(why({ training: null })!, /no labelled rows/);
  assert.match(why({ pool: { ...aRun().pool, task: 'regression' } })!, /no wrong class/);
  assert.match(why({ pool: { ...aRun().pool, rows: aRun().pool.rows.slice(0, 5) } })!, /fewer than 4 rows/);
  assert.deepEqual(carriedRates(200, 64), [0.001, 0.01]);
  assert.deepEqual(carriedRates(100, 64), [0.01]);
  assert.deepEqual(carriedRates(10, 16), []);
});
