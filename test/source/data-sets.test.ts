import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDataSets } from '../../src/source/data-sets.ts';
import type { ChangedFile, TreeEntry } from '../../src/source/repository.ts';

const entry = (path: string, kind: TreeEntry['kind'] = 'file'): TreeEntry => ({ path, kind, object: '0'.repeat(40) });
const change = (path: string, previousPath: string | null = null): ChangedFile => ({
  path,
  previousPath,
  change: previousPath === null ? 'modified' : 'renamed',
  kind: 'file',
});
const train = { name: 'train', path: 'data/train.csv', holdout: null };

test('a link and a submodule are named as problems, also when they lie on the way', () => {
  const cases: [TreeEntry, string, RegExp][] = [
    [entry('data/train.csv', 'link'), 'data/train.csv', /train\.csv is a symbolic link/],
    [entry('data', 'link'), 'data/train.csv', /^data is a symbolic link/],
    [entry('data', 'submodule'), 'data/train.csv', /^data is a submodule/],
    [entry('data/b.csv', 'link'), 'data/*.csv', /b\.csv is a symbolic link/],
  ];
  for (const [odd, path, message] of cases) {
    const trees = { base: [entry('other.csv')], head: [odd, entry('data/a.csv')], changes: [change(odd.path)] };
    const [found] = findDataSets(trees, [{ ...train, path }]);
    assert.match(found!.problem ?? '', message);
    assert.equal(found!.changed, true);
  }
});

test('a rename is followed from either name', () => {
  const trees = { base: [entry('old.csv')], head: [entry('new.csv')], changes: [change('new.csv', 'old.csv')] };
  for (const path of ['old.csv', 'new.csv']) {
    const [found] = findDataSets(trees, [{ ...train, path }]);
    assert.deepEqual([found!.base, found!.head, found!.path], [['old.csv'], ['new.csv'], 'new.csv'], path);
    assert.deepEqual([found!.previousPath, found!.changed, found!.problem], ['old.csv', true, null]);
  }
});

test('a glob takes parts of one folder, a new set has no base, an untouched one is not changed', () => {
  const head = ['data/a.csv', 'data/b.csv', 'data/deep/c.csv', 'data/b.csv.bak'].map((path) => entry(path));
  const trees = { base: [head[0]!], head, changes: [change('readme.md')] };
  const [parts, deep, fresh] = findDataSets(trees, [
    { ...train, path: 'data/*.csv' },
    { ...train, path: 'data/**/*.csv' },
    { ...train, path: 'data/b.csv', holdout: 'data/a.csv' },
  ]);
  assert.deepEqual([parts!.base, parts!.head, parts!.changed], [['data/a.csv'], ['data/a.csv', 'data/b.csv'], false]);
  assert.deepEqual(deep!.head, ['data/a.csv', 'data/b.csv', 'data/deep/c.csv']);
  assert.deepEqual([fresh!.base, fresh!.head], [null, ['data/b.csv']]);
  assert.deepEqual(fresh!.holdout, { base: ['data/a.csv'], head: ['data/a.csv'] });
});

test('without configuration every changed file with a known ending is a data set of its own name', () => {
  const paths = ['a/train.csv', 'b/train.csv', 'c/big.parquet.dvc', 'main.py'];
  const trees = { base: [], head: paths.map((path) => entry(path)), changes: paths.map((path) => change(path)) };
  assert.deepEqual(
    findDataSets(trees, null).map(({ name, path, head }) => [name, path, head]),
    [
      ['train', 'a/train.csv', ['a/train.csv']],
      ['b/train.csv', 'b/train.csv', ['b/train.csv']],
      ['big', 'c/big.parquet', ['c/big.parquet.dvc']],
    ],
  );
});
