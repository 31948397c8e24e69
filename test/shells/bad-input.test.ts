import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONFIG, type Files, smallRepository, table } from './small-repository.ts';

const AT = '.github/taster.yml';
/** What needs no training, so that the whole list stays quick. */
const QUICK = ['--only', 'row-diff,schema-change,conflicting-copies'];
const GATED = `${CONFIG}gates: {conflicting-copies: fail}\n`;

interface Case {
  readonly what: string;
  readonly base?: Files;
  readonly head: Files;
  /** What standard error says, once. */
  readonly says: RegExp | null;
  readonly code?: 0 | 1 | 2;
  readonly out?: RegExp;
}

const wide = (rows: number) =>
  [
    [...Array.from({ length: 9999 }, (_, i) => `c${i}`), 'label'],
    ...Array.from({ length: rows }, (_, i) => [...new Array(9999).fill(i), i % 2 ? 'y' : 'n']),
  ]
    .map((cells) => cells.join(','))
    .join('\n');

const cases: readonly Case[] = [
  {
    what: 'a configuration with an unknown key',
    base: { [AT]: `${CONFIG}gatez: {}\n` },
    head: { 'train.csv': table(61) },
    says: /taster\.yml:4:1: unknown key "gatez"; did you mean "gates"\?/,
  },
  {
    what: 'a configuration with a wrong type',
    base: { [AT]: `${CONFIG}shadows: {models: many}\n` },
    head: { 'train.csv': table(61) },
    says: /taster\.yml:4:\d+: .*models/,
  },
  {
    what: 'YAML with __proto__',
    base: { [AT]: `${CONFIG}__proto__: {x: 1}\n` },
    head: { 'train.csv': table(61) },
    says: /taster\.yml:4:1: the key "__proto__" is not allowed/,
  },
  {
    what: 'a label column that is missing',
    base: { [AT]: CONFIG.replace('label: label', 'label: nope') },
    head: { 'train.csv': table(61) },
    says: /train\.csv: there is no label column "nope"/,
  },
  {
    what: 'a label column with a single value',
    base: { 'train.csv': table().replaceAll('no', 'yes') },
    head: { 'train.csv': table(61).replaceAll('no', 'yes') },
    says: null,
    code: 0,
    out: /The label has only one value at base/,
  },
  {
    what: 'a class with one row',
    head: { 'train.csv': table(60, ['5,5,maybe']) },
    says: null,
    code: 0,
    out: /new classes: "maybe"/,
  },
  { what: 'an empty file', head: { 'train.csv': '' }, says: /train\.csv: the file is empty/ },
  { what: 'a header and nothing else', head: { 'train.csv': 'a,b,label\n' }, says: /train\.csv holds no rows/ },
  {
    what: 'ragged lines',
    head: { 'train.csv': table(60, ['1,2']) },
    says: /train\.csv, line 62: expected 3 columns, found 2/,
  },
  {
    what: 'invalid UTF-8',
    head: {
      'train.csv': Buffer.concat([Buffer.from(table()), Buffer.from([0x31, 0x2c, 0xff, 0xfe, 0x2c, 0x79, 0x0a])]),
    },
    says: /train\.csv, line 62: the text is not valid UTF-8/,
  },
  {
    what: 'NaN and infinity',
    head: { 'train.csv': table(60, ['NaN,1,yes', 'inf,-Infinity,no', '1e999,2,no']) },
    says: null,
    code: 0,
    out: /60 → 63 rows/,
  },
  {
    what: 'a cell of 100,000 characters',
    head: { 'train.csv': table(60, [`${'x'.repeat(100_000)},1,yes`]) },
    says: null,
    code: 0,
    out: /60 → 61 rows/,
  },
  {
    what: '10,000 columns',
    base: { 'train.csv': wide(20) },
    head: { 'train.csv': wide(21) },
    says: /train\.csv: 10000 columns; at most 2000/,
  },
  {
    what: 'an id column with duplicates',
    base: { [AT]: CONFIG.replace('label: label', 'label: label, id: a') },
    head: { 'train.csv': table(60, ['5,9,yes']) },
    says: /the id column "a" repeats itself in 1 rows/,
  },
  {
    what: 'a Parquet file cut short',
    base: { [AT]: CONFIG.replace('train.csv', 't.parquet'), 't.parquet': 'PAR1xxxxxxxxxxxxPAR1' },
    head: { 't.parquet': 'PAR1xxxxxxx' },
    says: /t\.parquet: the Parquet file is damaged or cut short/,
  },
  {
    what: 'an LFS pointer that cannot be resolved',
    head: { 'train.csv': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234\n` },
    says: /train\.csv is a Git LFS pointer, and its content is not at hand/,
  },
  {
    what: 'a column named like markdown, a mention and a workflow command',
    head: { 'train.csv': table(61).replace('a,b,label', 'a,"[x](http://e) @everyone ::error::boo",label') },
    says: null,
    code: 0,
    out: /renamed: "b to \[x\]\(http:\/\/e\)/,
  },
  {
    what: 'with a gate: a malformed row',
    base: { [AT]: GATED },
    head: { 'train.csv': table(60, ['"a,b']) },
    says: /train\.csv, line 62: a quoted value does not end/,
    out: /no verdict/,
  },
  {
    what: 'with a gate: 100,000 added rows',
    base: { [AT]: `${GATED}shadows: {max_rows: 1000}\n` },
    head: { 'train.csv': table(100_060) },
    says: /the change touches 100000 rows/,
    out: /no verdict/,
  },
];

describe('bad input ends with one clear line', { concurrency: 2 }, () => {
  for (const { what, base, head, says, code = 2, out } of cases)
    test(what, async (t) => {
      const repository = smallRepository(t);
      const at = repository.commit({ [AT]: CONFIG, 'train.csv': table(), ...base });
      repository.git('checkout', '-q', '-b', 'change');
      repository.commit(head);
      const ran = await repository.taster('review', '--base', at, ...QUICK);
      assert.equal(ran.code, code, ran.err);
      if (says) assert.equal(ran.err.split('\n').filter((line) => says.test(line)).length, 1, ran.err);
      if (out) assert.match(ran.out, out);
      assert.doesNotMatch(ran.out + ran.err, /::error|\n\s+at |This is a bug/);
      assert.deepEqual(ran.leftOver, []);
    });
});

test('an unknown revision', async (t) => {
  const repository = smallRepository(t);
  repository.commit({ 'train.csv': table() });
  const ran = await repository.taster('review', '--base', 'nowhere');
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^The revision "nowhere" does not exist here\..*\n$/);
});

test('not a repository', async (t) => {
  const { taster, path } = smallRepository(t);
  rmSync(join(path, '.git'), { recursive: true });
  const ran = await taster('review');
  assert.equal(ran.code, 2);
  assert.match(ran.err, /is not inside a git repository/);
  assert.deepEqual(ran.leftOver, []);
});

test('a shallow clone without network', async (t) => {
  const repository = smallRepository(t);
  const first = repository.commit({ 'train.csv': table() });
  repository.commit({ 'train.csv': table(61) });
  const clone = join(repository.path, '..', 'clone');
  execFileSync('git', ['clone', '-q', '--depth=1', `file://${repository.path}`, clone], { stdio: 'pipe' });
  renameSync(repository.path, `${repository.path}-gone`);
  mkdirSync(repository.path);
  const ran = await repository.taster('review', '--repo', clone, '--base', first);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /is not in this shallow clone.*fetch-depth: 0/);
});

test('no configuration and nothing recognisable', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({ 'README.md': 'x' });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'README.md': 'y' });
  const ran = await repository.taster('review', '--base', base);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /no file that looks like data or weights/);
});

test('no configuration: changed data are told about, nothing is gated', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({ 'train.csv': table() });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': table(61) });
  const ran = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /60 → 61 rows/);
  const out = ran.out.replace(/\s+/g, ' ');
  assert.match(out, /The target branch has no \.github\/taster\.yml/);
  assert.match(out, /the column "label" is taken for it/);
  repository.commit(Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.csv`, table()])));
  const many = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(many.code, 0, many.err);
  assert.doesNotMatch(many.out.replace(/\s+/g, ' '), /is taken for it/, 'a folder of tables is not worth guessing');
});

test('nothing relevant changed: passes without starting the engine', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({ [AT]: GATED, 'train.csv': table() });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'README.md': 'y' });
  const ran = await repository.taster('review', '--base', base, '--runtime-path', '/nowhere', '--json', 'out.json');
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.err, '');
  assert.match(ran.out, /nothing relevant changed/);
});

test('a data path that is a link out of the repository, or a submodule', async (t) => {
  const repository = smallRepository(t);
  const outside = join(repository.path, '..', 'outside.csv');
  writeFileSync(outside, `${table()}secret,1,yes\n`);
  const base = repository.commit({ [AT]: CONFIG, 'train.csv': table() });
  repository.git('checkout', '-q', '-b', 'change');
  rmSync(join(repository.path, 'train.csv'));
  symlinkSync(outside, join(repository.path, 'train.csv'));
  repository.commit({});
  const linked = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(linked.code, 2);
  assert.match(linked.err, /train\.csv is a symbolic link: links are not followed/);
  assert.doesNotMatch(linked.out + linked.err, /secret/);

  repository.git('update-index', '--add', '--cacheinfo', `160000,${base},train.csv`);
  repository.git('commit', '-q', '-m', 'submodule');
  const submodule = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(submodule.code, 2);
  assert.match(submodule.err, /train\.csv is a submodule/);
});

test('the configuration of the change never counts', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({ [AT]: GATED, 'train.csv': table() });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ [AT]: 'version: 1\n', 'train.csv': table(60, ['"a,b']) });
  const ran = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(ran.code, 2);
  assert.match(ran.out, /no verdict/);
  assert.match(ran.out.replace(/\s+/g, ' '), /The change proposes another \.github\/taster\.yml/);
});
