import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NearCopy, PoolRow } from '../../src/evidence/rows.ts';
import { nearEnough } from '../../src/review/near-threshold.ts';
import { arrives, poolRow } from '../training/small-set.ts';

const N = 40;
const rowsOf = (change: Partial<PoolRow>, holdout = 0) =>
  Array.from({ length: N }, (_, row) =>
    poolRow(`row ${row}`, row >= N - holdout ? { ...change, split: 'holdout' } : change),
  );
const chain = (similarity: number, from = 0, to = N): NearCopy[] =>
  Array.from({ length: to - from - 1 }, (_, index) => ({ a: from + index, b: from + index + 1, similarity }));
const kept = (pairs: readonly NearCopy[], rows: readonly PoolRow[]) => nearEnough(pairs, rows).length;

test('where base rows are alike, likeness alone makes no near copy; closer pairs and exact copies stay', () => {
  const closer = { a: 0, b: 20, similarity: 0.96 };
  const exact = { a: 3, b: 30, similarity: 1 };
  assert.deepEqual(nearEnough([...chain(0.87), closer, exact], rowsOf({})), [closer, exact]);
  assert.equal(kept([{ a: 0, b: 1, similarity: 0.81 }], rowsOf({})), 1);
});

test('a new data set is judged by its own rows, and its holdout by them', () => {
  assert.equal(kept(chain(0.87), rowsOf(arrives)), 0);
  assert.equal(kept(chain(0.87), rowsOf({})), 0);
  const pairs = chain(0.87, N - 20);
  assert.equal(kept(pairs, rowsOf(arrives, 20)), pairs.length, 'rows of the holdout do not set the threshold');
});

test('added rows do not set the threshold where there is a base', () => {
  const rows = rowsOf({}).map((row, index) => (index < 20 ? row : { ...row, ...arrives }));
  assert.equal(kept(chain(0.87, 20), rows), 19);
});
