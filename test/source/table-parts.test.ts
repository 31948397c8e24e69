import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableParts } from '../../src/source/table-parts.ts';

const joined = (paths: readonly string[], others: readonly string[] = []) =>
  tableParts(paths, [...paths, ...others]).map(({ path, files }) => [path, files.length]);

test('parts of one table are joined by their last number', () => {
  assert.deepEqual(joined(['d/part-000.csv', 'd/part-001.csv', 'd/part-002.csv', 'd/labels.csv']), [
    ['d/part-*.csv', 3],
    ['d/labels.csv', 1],
  ]);
  assert.deepEqual(joined(['v2_2023.csv', 'v2_2024.csv', 'v2_2025.csv']), [['v2_*.csv', 3]]);
});

test('two files, files of several folders or endings, and files without a number stay alone', () => {
  const alone = ['a1.csv', 'a2.csv', 'x/a3.csv', 'a4.tsv', 'b.csv', '.csv', 'p1.csv.dvc', 'p2.csv.dvc', 'p3.csv.dvc'];
  assert.deepEqual(joined(alone).map(([path]) => path), alone); // biome-ignore format: one idea
});

test('a pattern that would take in other files is not used', () => {
  const numbers = ['1.csv', '2.csv', '3.csv'];
  assert.deepEqual(joined(numbers), [['*.csv', 3]]);
  assert.deepEqual(joined(numbers, ['other.csv']).map(([path]) => path), numbers); // biome-ignore format: one idea
  const odd = ['a[1].csv', 'a[2].csv', 'a[3].csv'];
  assert.deepEqual(joined(odd), [['a[*].csv', 3]]);
  const wild = ['*1.csv', '*2.csv', '*3.csv', 'x4.csv'];
  assert.deepEqual(joined(wild).map(([path]) => path), wild); // biome-ignore format: one idea
});

test('many files take no time to speak of', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `d/part-${at}.csv`);
  assert.deepEqual(joined(many), [['d/part-*.csv', 20_000]]);
});
