import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NearCopy, PoolRow } from '../../src/evidence/rows.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { assignUnits } from '../../src/training/units.ts';
import { arrives, leaves, poolRow } from './small-set.ts';

const near = (a: number, b: number, similarity = 0.9): NearCopy => ({ a, b, similarity });
const staying = (n: number) => Array.from({ length: n }, (_, row) => poolRow(`row ${row}`));
const noGroups = (rows: readonly PoolRow[]) => rows.map(() => null);
const of = (rows: readonly PoolRow[], pairs: readonly NearCopy[], groups = noGroups(rows) as (string | null)[]) =>
  Array.from(assignUnits(rows, groups, pairs).of);
/** All pairs of some rows. */
const clique = (members: readonly number[], similarity = 0.9) =>
  members.flatMap((a, i) => members.slice(i + 1).map((b) => near(a, b, similarity)));

test('a cluster needs every pair: a chain and a star fall apart', () => {
  const rows = staying(4);
  assert.deepEqual(of(rows, clique([0, 1, 2])), [0, 0, 0, 1]);
  assert.deepEqual(of(rows, [near(0, 1, 0.9), near(1, 2, 0.8), near(2, 3, 0.9)]), [0, 0, 1, 1]);
  const star = of(rows, [near(0, 1), near(0, 2), near(0, 3)]);
  assert.deepEqual(star, [0, 0, 1, 2]);
});

test('the most similar rows are joined first, and only near enough ones', () => {
  const rows = staying(3);
  assert.deepEqual(of(rows, [near(0, 1, 0.8), near(1, 2, 0.95)]), [0, 1, 1]);
  assert.deepEqual(of(rows, [near(0, 1, 0.69)]), [0, 1, 2]);
  assert.deepEqual(of(rows, [near(0, 1, 0.7)]), [0, 0, 1]);
});

test('no cluster holds more than 16 rows', () => {
  const rows = staying(40);
  const members = Array.from(rows.keys());
  const sizes = new Map<number, number>();
  for (const unit of of(rows, clique(members))) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  assert.equal(Math.max(...sizes.values()), 16);
  assert.deepEqual([...sizes.values()].sort((a, b) => a - b), [8, 16, 16]); // biome-ignore format: one idea
});

test('rows that stay, arrive, leave and are held out never share a unit, neither by likeness nor by group', () => {
  const sides = [{}, arrives, leaves, { split: 'holdout' as const }];
  const rows = sides.flatMap((side, index) => [poolRow(`x${index}`, side), poolRow(`y${index}`, side)]);
  const all = clique(Array.from(rows.keys()), 1);
  assert.deepEqual(of(rows, all), [0, 0, 1, 1, 2, 2, 3, 3]);
  const { names, of: grouped } = assignUnits(rows, rows.map(() => 'one person'), []); // biome-ignore format: one idea
  assert.deepEqual(Array.from(grouped), [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.equal(new Set(names).size, 4);
});

test('a group wins over likeness, and names cannot be forged', () => {
  const rows = [...staying(4), poolRow('group/p')];
  const groups = ['p', 'p', null, null, null];
  assert.deepEqual(of(rows, clique([0, 1, 2, 3], 1), groups), [0, 0, 1, 1, 2]);
  const forged = [poolRow('a'), poolRow('b'), poolRow('c', arrives)];
  const { of: units, names } = assignUnits(forged, [null, 'row/a', 'stays/group/row/a'], []);
  assert.equal(new Set(units).size, 3);
  assert.equal(new Set(names).size, 3);
});

test('names depend on the rows, not on where they stand', () => {
  const rows = staying(5);
  const unitName = (all: readonly PoolRow[], pairs: readonly NearCopy[]) => {
    const { of: units, names } = assignUnits(all, noGroups(all), pairs);
    return new Map(all.map((row, index) => [row.id, names[units[index]!]!]));
  };
  const before = unitName(rows, []);
  const after = unitName([poolRow('first', arrives), ...rows], []);
  for (const [id, name] of before) assert.equal(after.get(id), name);
});

test('random likenesses: every pair inside a unit is near', () => {
  const random = randomSequence(3);
  const rows = staying(60);
  const pairs: NearCopy[] = [];
  for (let a = 0; a < 60; a++)
    for (let b = a + 1; b < 60; b++) if (random.next() < 0.4) pairs.push(near(a, b, 0.5 + random.next() / 2));
  const known = new Set(pairs.filter(({ similarity }) => similarity >= 0.7).map(({ a, b }) => `${a} ${b}`));
  const units = of(rows, pairs);
  let joined = 0;
  for (let a = 0; a < 60; a++)
    for (let b = a + 1; b < 60; b++)
      if (units[a] === units[b]) {
        joined++;
        assert.ok(known.has(`${a} ${b}`));
      }
  assert.ok(joined > 10);
  assert.deepEqual(of(rows, [...pairs].reverse()), units);
});
