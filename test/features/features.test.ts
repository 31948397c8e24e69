import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFeatures, type Features } from '../../src/features/features.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { smallPool } from './small-pool.ts';

const limit = { maxWidth: 4096 };
const rowOf = ({ values, width }: Features, row: number) => [...values.subarray(row * width, (row + 1) * width)];
const allFinite = ({ values }: Features) => values.every((value) => Number.isFinite(value));

test('values of the change do not alter how base is read', () => {
  const base = {
    age: { kind: 'numeric' as const, base: ['1', '2', '3', '40', null] },
    town: { kind: 'category' as const, base: ['a', 'b', 'a', 'c', null] },
    when: { kind: 'date' as const, base: ['2024-01-01', '2024-02-01', '2024-03-05', '2024-04-01', '2024-05-01'] },
    words: { kind: 'text' as const, base: ['hello world', 'good bye', 'hello again', 'see you', ''] },
    flag: { kind: 'boolean' as const, base: ['true', 'false', 'true', 'true', 'false'] },
    same: { kind: 'constant' as const, base: ['x', 'x', 'x', 'x', 'x'] },
  };
  const hostile: Record<string, string> = {
    age: '1e308',
    town: 'new',
    when: '9999-12-31',
    words: 'hello hello',
    flag: 'maybe',
    same: 'y',
  };
  const grown = Object.fromEntries(
    Object.entries(base).map(([name, column]) => [name, { ...column, added: [hostile[name]!, null] }]),
  );
  const alone = encodeFeatures(smallPool(base), limit);
  const both = encodeFeatures(smallPool(grown), limit);
  assert.equal(both.width, alone.width);
  assert.deepEqual([...both.values.subarray(0, alone.values.length)], [...alone.values]);
  assert.deepEqual(both.description, alone.description);
  assert.ok(allFinite(both));
  assert.ok(both.values.every((value) => Math.abs(value) <= 10));
});

test('the same pool gives the same bits', () => {
  const pool = smallPool({
    t: { kind: 'text', base: ['one two', 'two three', 'three'] },
    n: { kind: 'numeric', base: ['1', '5', '9'] },
  });
  assert.deepEqual(encodeFeatures(pool, limit), encodeFeatures(pool, limit));
});

test('0/1 numbers stay as they are, other pairs of values become 0 and 1', () => {
  const features = encodeFeatures(
    smallPool({
      a: { kind: 'numeric', base: ['0', '1', '1', '0'] },
      b: { kind: 'numeric', base: ['255', '7', '7', '7'] },
    }),
    limit,
  );
  assert.deepEqual([...features.values], [0, 1, 1, 0, 1, 0, 0, 0]);
});

test('numbers are scaled by median and IQR, and outliers are cut off', () => {
  const random = randomSequence(7);
  const base = Array.from({ length: 999 }, () => String(100 + 20 * random.normal()));
  const { values } = encodeFeatures(
    smallPool({ x: { kind: 'numeric', base, added: ['100', '120', '1e300', '-1e300'] } }),
    limit,
  );
  assert.ok(Math.abs(values[999]!) < 0.15);
  assert.ok(Math.abs(values[1000]! - 1) < 0.25);
  assert.deepEqual([...values.subarray(1001)], [10, -10]);
});

test('a column that is mostly zero gets a signed logarithm', () => {
  const base = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? String(5000 + i * 100) : '0'));
  const { values, description } = encodeFeatures(smallPool({ gain: { kind: 'numeric', base } }), limit);
  assert.match(description[0]!, /signed logarithm/);
  assert.ok(values.every((value) => Math.abs(value) < 3));
  assert.equal(values[1], 0);
});

test('NaN, infinity, hexadecimal and words are missing numbers', () => {
  const features = encodeFeatures(
    smallPool({ x: { kind: 'numeric', base: ['1', '2', '3', 'NaN', 'Infinity', '0x10', 'n/a', ''] } }),
    limit,
  );
  assert.equal(features.width, 2);
  assert.deepEqual(
    Array.from({ length: 8 }, (_, row) => features.values[row * 2 + 1]),
    [0, 0, 0, 1, 1, 1, 1, 1],
  );
  assert.match(features.description[0]!, /5 missing/);
});

test('categories beyond the cap, unseen ones and newly missing ones are "other"', () => {
  const base = Array.from({ length: 120 }, (_, i) => `c${i < 60 ? 0 : i}`);
  const features = encodeFeatures(
    smallPool({ c: { kind: 'category', base, added: ['never seen', null, '__proto__'] } }),
    limit,
  );
  assert.equal(features.width, 51);
  for (const row of [99, 120, 121, 122]) assert.equal(rowOf(features, row)[50], 1);
  for (let row = 0; row < 123; row++)
    assert.equal(
      rowOf(features, row).reduce((a, b) => a + b),
      1,
    );
});

test('all-missing and constant columns, empty pools and pools without columns are encoded', () => {
  const empty = [null, null, null];
  for (const kind of ['numeric', 'category', 'boolean', 'date', 'text', 'constant'] as const)
    for (const base of [empty, ['5', '5', '5'], []])
      assert.ok(allFinite(encodeFeatures(smallPool({ x: { kind, base } }), limit)), kind);
  assert.deepEqual(encodeFeatures(smallPool({}), limit), {
    values: new Float32Array(0),
    width: 0,
    description: [],
    blocks: [],
  });
});

test('each column says which features it became', () => {
  const features = encodeFeatures(
    smallPool({
      c: { kind: 'category', base: ['a', 'b', 'a'] },
      left: { kind: 'excluded', base: ['1', '2', '3'] },
      x: { kind: 'numeric', base: ['1', '2', '4'] },
    }),
    limit,
  );
  assert.deepEqual(features.blocks.map(({ column }) => column), ['c', 'left', 'x']); // biome-ignore format: one idea
  const [c, left, x] = features.blocks;
  assert.deepEqual([c!.offset, left!.width, x!.offset], [0, 0, c!.width]);
  assert.equal(x!.offset + x!.width, features.width);
});

test('label, id, group and excluded columns are no features', () => {
  const kinds = ['label', 'id', 'group', 'excluded'] as const;
  const features = encodeFeatures(
    smallPool(Object.fromEntries(kinds.map((kind) => [kind, { kind, base: ['a', 'b'] }]))),
    limit,
  );
  assert.equal(features.width, 0);
  assert.equal(features.description.length, 4);
});

test('a new data set is fitted on head', () => {
  const features = encodeFeatures(smallPool({ c: { kind: 'category', base: [], added: ['a', 'b', 'a'] } }), limit);
  assert.deepEqual([...features.values], [1, 0, 0, 0, 1, 0, 1, 0, 0]);
});

test('too many columns are left out, and said so', () => {
  const columns = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, i) => [`c${i}`, { kind: 'numeric' as const, base: ['1', '2', '4'] }]),
  );
  const features = encodeFeatures(smallPool(columns), { maxWidth: 1000 });
  assert.equal(features.width, 1000);
  assert.match(features.description[1000]!, /left out/);
  const squares = features.values.reduce((sum, value) => sum + value * value, 0) / 3;
  assert.ok(squares <= 64.01, `squared length ${squares}`);
});

test('text is narrowed before a column is left out', () => {
  const columns = {
    t: { kind: 'text' as const, base: ['a b', 'c d'] },
    n: { kind: 'numeric' as const, base: ['1', '2'] },
  };
  assert.equal(encodeFeatures(smallPool(columns), { maxWidth: 300 }).width, 257);
});

test('dates read offsets, and other notations become categories', () => {
  const base = ['2024-03-01T10:00:00Z', '2024-03-01T12:00:00+02:00', '2024-06-01', '2025-01-31'];
  const dates = encodeFeatures(smallPool({ d: { kind: 'date', base, added: ['not a date'] } }), limit);
  assert.deepEqual(rowOf(dates, 0), rowOf(dates, 1));
  assert.ok(allFinite(dates));
  const other = encodeFeatures(smallPool({ d: { kind: 'date', base: ['1 May', '2 May', '1 May'] } }), limit);
  assert.match(other.description[0]!, /category/);
});

test('descriptions are one line whatever a column is called', () => {
  const { description } = encodeFeatures(smallPool({ 'a\n::error::b': { kind: 'numeric', base: ['1'] } }), limit);
  assert.ok(!/[\n]|::/.test(description[0]!));
});

test('extreme numbers in base stay finite and bounded', () => {
  const extremes = [
    '5e-324',
    '-5e-324',
    '0',
    '1.7976931348623157e308',
    '-1.7976931348623157e308',
    '2.2e-308',
    '1',
    '1e999',
  ];
  const random = randomSequence(23);
  for (let round = 0; round < 300; round++) {
    const base = Array.from({ length: 1 + random.below(9) }, () => extremes[random.below(extremes.length)]!);
    const features = encodeFeatures(smallPool({ x: { kind: 'numeric', base, added: extremes } }), limit);
    assert.ok(
      features.values.every((value) => Math.abs(value) <= 10),
      base.join(' '),
    );
  }
});
