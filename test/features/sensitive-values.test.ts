import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFeatures } from '../../src/features/features.ts';
import { isAsked, type SensitiveValues, sensitiveValues, withValue } from '../../src/features/sensitive-values.ts';
import { smallPool } from './small-pool.ts';

const times = (count: number, value: string | null) => Array.from({ length: count }, () => value);
const who = [...times(6, 'b'), ...times(8, 'a'), ...times(4, 'c'), ...times(3, 'rare'), null];
const rows = who.map((_, row) => row);
const pool = smallPool({
  age: { kind: 'numeric', base: rows.map((row) => String(20 + row)) },
  who: { kind: 'category', base: who },
  same: { kind: 'category', base: times(22, 'x') },
  gone: { kind: 'excluded', base: who },
  unlike: { kind: 'category', base: rows.map((row) => `v${row}`) },
});
const features = encodeFeatures(pool, { maxWidth: 200 });
const matrix = { values: features.values, width: features.width };
const at = { pool, blocks: features.blocks, features: matrix };
const ask = (column: string, most?: number) =>
  sensitiveValues(at, column, { among: rows, ...(most === undefined ? {} : { most }) });
const why = (column: string) => {
  const found = ask(column);
  assert.ok(!isAsked(found));
  return `${found.outcome}: ${found.why}`;
};

test('candidates are the values with enough rows, the most frequent first; others are counted', () => {
  const found = ask('who') as SensitiveValues;
  assert.equal(found.features.length, 3);
  assert.deepEqual(found.leftOut, { rare: 1, others: 0 });
  assert.deepEqual([...found.of], [...times(6, '1'), ...times(8, '0'), ...times(4, '2'), ...times(4, '-1')].map(Number)); // biome-ignore format: one idea
  const two = ask('who', 2) as SensitiveValues;
  assert.deepEqual([two.features.length, two.leftOut.others, two.of[15]], [2, 1, -1]);
});

test('a row with another value is that row but for the column', () => {
  const found = ask('who') as SensitiveValues;
  const { offset, width: wide } = found.block;
  const { values, width } = matrix;
  const other = withValue(matrix, found, { row: 0, value: 0 });
  for (let feature = 0; feature < width; feature++) {
    const isOwn = feature >= offset && feature < offset + wide;
    // Row 6 is the first that has the value.
    assert.equal(other[feature], values[(isOwn ? 6 : 0) * width + feature]);
  }
  assert.notDeepEqual(other, values.slice(0, width));
  assert.deepEqual(withValue(matrix, found, { row: 0, value: found.of[0]! }), values.slice(0, width));
});

test('what cannot be asked says why', () => {
  assert.match(why('same'), /^unknown: It has one value/);
  assert.match(why('unlike'), /^unknown: 22 of its 22 values have fewer than 4 rows/);
  assert.match(why('gone'), /^not-applicable: It gives the model no features/);
  assert.match(why('none'), /^not-applicable: The data set has no such column/);
  const none = sensitiveValues(at, 'who', { among: [21] });
  assert.match((none as { why: string }).why, /no value in any row/);
});

test('values that the features do not tell apart are one', () => {
  const blind = { ...at, features: { values: new Float32Array(matrix.values.length), width: matrix.width } };
  const found = sensitiveValues(blind, 'who', { among: rows });
  assert.match((found as { why: string }).why, /do not tell its values apart/);
});
