import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackRun } from '../../src/audit/attack.ts';
import { keepOnce, nearnessOf, refuseConflicts } from '../../src/audit/sanitise.ts';
import { drawnBits, type ExtraRow } from '../../src/audit/shadows.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { poolRow } from '../training/small-set.ts';

const N = 40;
const WIDTH = 16;
const order = { seed: 's', models: 24 };

/** Rows of 0 and 1, of two classes in turn; rows 30 to 33 are one row, 34 is that row under another label. */
function aRun(groups: readonly (string | null)[] = Array.from({ length: N }, () => null)): AttackRun {
  const random = randomSequence(3);
  const features = Float32Array.from({ length: N * WIDTH }, () => Number(random.next() < 0.5));
  const isCopy = (row: number) => row > 30 && row <= 34;
  for (let row = 31; row <= 34; row++) features.copyWithin(row * WIDTH, 30 * WIDTH, 31 * WIDTH);
  const rows = Array.from({ length: N }, (_, row) =>
    poolRow(`row ${row}`, {
      label: row === 34 ? 1 : isCopy(row) ? 0 : row % 2,
      featureHash: isCopy(row) ? 'row 30' : `row ${row}`,
      ...(row === 39 ? { split: 'holdout' } : {}),
    }),
  );
  const of = Int32Array.from({ length: N }, (_, row) => (isCopy(row) ? 30 : row));
  const units = { of, names: rows.map(({ id }) => id) };
  const subject = { rows, units, set: { features, width: WIDTH } };
  return { pool: { rows, groups, classes: ['a', 'b'] }, training: { subject } } as unknown as AttackRun;
}

const copy = (row: number, label: number, features?: Float32Array): ExtraRow => ({
  ...{ copyOf: row, label, trained: 'always', ...(features && { features }) },
});

test('a copy is refused by the models that have its target, and kept by those that do not', () => {
  const at = aRun();
  const { rows, copies } = refuseConflicts(at, { ...order, near: 1 }, [copy(4, 1), copy(4, 1), copy(7, 0)]);
  assert.equal(rows.size, 0);
  for (const [index, target] of [4, 4, 7].entries()) {
    const bits = drawnBits(at.training!.subject, order, target);
    assert.deepEqual(copies.get(index), bits.map((bit) => 1 - bit)); // biome-ignore format: one idea
    assert.ok(bits.includes(0) && bits.includes(1));
  }
});

test('a copy under the label that its rows have is refused by none; of a holdout row neither', () => {
  const { copies } = refuseConflicts(aRun(), { ...order, near: 1 }, [copy(4, 0), copy(39, 0)]);
  for (const index of [0, 1]) assert.ok((copies.get(index) as Uint8Array).every((bit) => bit === 1));
});

test('a near copy is refused from the similarity on that is asked for', () => {
  const at = aRun();
  const { features } = at.training!.subject.set;
  const own = features.slice(4 * WIDTH, 5 * WIDTH);
  own[own.indexOf(1)] = 0;
  const kept = (near: number) => refuseConflicts(at, { ...order, near }, [copy(4, 1, own)]).copies.get(0) as Uint8Array;
  assert.ok(kept(1).every((bit) => bit === 1));
  const refusing = drawnBits(at.training!.subject, order, 4);
  refusing.forEach((bit, model) => {
    if (bit === 1) assert.equal(kept(0.8)[model], 0);
  });
});

test('of near copies with one label one stays, a target before others; of equal copies one', () => {
  const planted = [copy(4, 1), copy(4, 1), copy(32, 1), copy(32, 1), copy(32, 1)];
  const { rows, copies } = keepOnce(aRun(), [{ row: 4, wrong: 1 }, { row: 32, wrong: 1 }], planted); // biome-ignore format: one idea
  assert.deepEqual([...rows].sort(), [30, 31, 33]);
  assert.deepEqual([...copies], [[1, 'never'], [3, 'never'], [4, 'never']]); // biome-ignore format: one idea
  assert.deepEqual([...keepOnce(aRun(), [], []).rows].sort(), [31, 32, 33]);
});

test('rows of one group that are unlike all stay', () => {
  const groups = Array.from({ length: N }, (_, row) => (row < 10 ? 'person' : null));
  const at = aRun(groups);
  at.training!.subject.units.of.fill(0, 0, 10);
  assert.deepEqual([...keepOnce(at, [], []).rows].sort(), [31, 32, 33]);
});

test('how near is near is told from the data', () => {
  assert.ok(nearnessOf(aRun()) >= 0.8 && nearnessOf(aRun()) <= 1);
});
