import assert from 'node:assert/strict';
import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { memorable } from '../audit/small-audit.ts';
import { type Files, smallRepository } from './small-repository.ts';

const AT = '.github/taster.yml';
const CONFIG = 'version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\nshadows: {epochs: 2}\n';
const QUICK = ['--attack', 'truth-serum', '--shadows', '8', '--targets', '130', '--poisons', '0'];
const TABLE = memorable(300);
const withLabels = (of: (row: number, label: string) => string) =>
  TABLE.split('\n').map((line, at) => (at === 0 || line === '' ? line : line.replace(/[^,]*$/, (label) => of(at - 1, label)))).join('\n'); // biome-ignore format: one idea

interface Case {
  readonly what: string;
  readonly files?: Files;
  readonly args?: readonly string[];
  readonly code?: 0 | 2;
  /** What standard error says, on one line. */
  readonly err?: RegExp;
  /** What the report says, its lines joined. */
  readonly out?: RegExp;
}

const cases: readonly Case[] = [
  { what: 'an unknown option', args: ['--poison', '1'], err: /^error: unknown option|unknown option '--poison'/ },
  { what: 'an unknown attack', args: ['--attack', 'truth'], err: /--attack: there is no attack "truth"\. Name one or more of truth-serum/ },
  { what: 'copies that are no numbers', args: ['--poisons', '1,many'], err: /--poisons: expected whole numbers from 0 to 1000/ },
  { what: 'copies beyond all reason', args: ['--poisons', '1e9'], err: /--poisons: expected whole numbers/ },
  { what: 'targets that are none', args: ['--targets', '0'], err: /--targets: expected a whole number from 1/ },
  { what: 'seven shadow models', args: ['--shadows', '7'], err: /--shadows: expected a whole number from 8/ },
  { what: 'an unknown revision', args: ['--head', 'nowhere'], err: /The revision "nowhere" does not exist here/ },
  { what: 'a data set that nobody knows', args: ['--data', 'tran'], err: /There is no data set tran in .* Name one of \.github\/taster\.yml \(train\), or the path of a committed file/ },
  { what: 'a file that is not committed', files: { 'a.csv': TABLE }, args: ['--data', 'b.csv'], err: /There is no data set b\.csv/ },
  { what: 'no data at all', files: { 'README.md': 'x' }, err: /No table was found that could be audited/ },
  {
    what: 'a folder of tables without a configuration',
    files: { 'a.csv': TABLE, 'b.csv': TABLE, 'c.csv': TABLE, 'd.csv': TABLE },
    err: /4 tables were found; without a configuration at most 3 are audited\. Name one by --data/,
  },
  {
    what: 'one of a folder of tables, by its path; its label is guessed',
    files: { 'a.csv': TABLE, 'b.csv': TABLE, 'c.csv': TABLE, 'd.csv': TABLE },
    args: ['--data', 'b.csv'],
    code: 0,
    out: /^Audit of b\.csv: 300 rows/,
  },
  { what: 'a configuration with an unknown key', files: { [AT]: `${CONFIG}gatez: {}\n`, 'train.csv': TABLE }, err: /taster\.yml:5:1: unknown key "gatez"/ },
  { what: 'a label column that is missing', files: { [AT]: CONFIG.replace('label: label', 'label: nope'), 'train.csv': TABLE }, out: /\(error\): train\.csv: there is no label column "nope"/ },
  { what: 'an empty file', files: { [AT]: CONFIG, 'train.csv': '' }, out: /\(error\): train\.csv: the file is empty/ },
  { what: 'a header and nothing else', files: { [AT]: CONFIG, 'train.csv': 'a,b,label\n' }, out: /\((error|unknown)\): / },
  { what: 'a file cut short inside quotes', files: { [AT]: CONFIG, 'train.csv': `${TABLE}"1,2` }, out: /\(error\): train\.csv, line 302: a quoted value does not end/ },
  { what: 'ragged lines', files: { [AT]: CONFIG, 'train.csv': `${TABLE}1,2\n` }, out: /\(error\): train\.csv, line 302: expected 13 columns, found 2/ },
  { what: 'bytes that are no text', files: { [AT]: CONFIG, 'train.csv': Buffer.concat([Buffer.from(TABLE), Buffer.from([0xff, 0xfe, 0x0a])]) }, out: /\(error\): train\.csv, line 302: / },
  { what: 'a Parquet file cut short', files: { [AT]: CONFIG.replace('train.csv', 't.parquet'), 't.parquet': 'PAR1xxxxxxx' }, out: /\(error\): t\.parquet: the Parquet file is damaged or cut short/ },
  { what: 'an LFS pointer that cannot be resolved', files: { [AT]: CONFIG, 'train.csv': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234\n` }, out: /\(error\): train\.csv is a Git LFS pointer/ },
  { what: 'a configured file that is not there', files: { [AT]: CONFIG, 'other.csv': TABLE }, out: /train/ },
  { what: '10,000 columns', files: { [AT]: CONFIG, 'train.csv': `${Array.from({ length: 9999 }, (_, at) => `c${at}`).join(',')},label\n${'1,'.repeat(9999)}y\n` }, out: /\(error\): train\.csv: 10000 columns; at most 2000/ },
  { what: 'a label with one value', files: { [AT]: CONFIG, 'train.csv': withLabels(() => 'same') }, out: /\(unknown\): / },
  { what: 'no column that could be a label', files: { [AT]: CONFIG.replace(', label: label', ''), 'train.csv': withLabels((row) => `${row}.5`) }, out: /\(unknown\): / },
  { what: 'classes of fewer than four rows each', files: { [AT]: CONFIG, 'train.csv': withLabels((row) => `k${Math.floor(row / 3)}`) }, out: /\(unknown\): 100 of 100 classes have fewer than 4 rows/ },
  { what: 'one class of fewer than four rows', files: { [AT]: CONFIG, 'train.csv': withLabels((row, label) => (row < 3 ? 'rare' : label)) }, code: 0, out: /1 of 4 classes have fewer than 4 rows: what theirs would leak is unknown/ },
  { what: 'too few rows and models for a rate', files: { [AT]: CONFIG, 'train.csv': memorable(40) }, out: /\(unknown\): 20 targets and 8 shadow models are too few for a rate of 1% false positives/ },
  { what: 'a column named like markdown, a mention and a workflow command', files: { [AT]: CONFIG, 'train.csv': TABLE.replace('x0,', '"<script>@everyone ::error::boo\u202e",') }, code: 0, out: /truth-serum/ },
]; // biome-ignore format: a table

describe('what an audit cannot work with ends in one clear line, and nothing is left behind', {
  concurrency: 2,
}, () => {
  for (const { what, files = { [AT]: CONFIG, 'train.csv': TABLE }, args = [], code = 2, err, out } of cases)
    test(what, async (t) => {
      const repository = smallRepository(t);
      repository.commit(files);
      const before = readdirSync(repository.path).sort();
      const ran = await repository.taster('audit', ...QUICK, ...args);
      const told = ran.err.split('\n').filter((line) => line !== '' && !/^\d+% /.test(line));
      assert.equal(ran.code, code, ran.out + ran.err);
      if (err) assert.match(told.join('\n'), err);
      assert.equal(told.length, err ? 1 : 0, ran.err);
      if (out) assert.match(ran.out.replace(/\s+/g, ' '), out);
      if (err) assert.equal(ran.out, '');
      assert.doesNotMatch(ran.out + ran.err, /::error|\u202e|\n\s+at |This is a bug/);
      assert.deepEqual(readdirSync(repository.path).sort(), before, 'nothing is written that was not asked for');
      assert.deepEqual(ran.leftOver, []);
    });
});

test('one data set that cannot be read leaves the other its answer, and the audit undecided', async (t) => {
  const repository = smallRepository(t);
  const config = `${CONFIG.replace('shadows', '  - {name: bad, path: bad.csv, label: label}\nshadows')}`;
  repository.commit({ [AT]: config, 'train.csv': TABLE, 'bad.csv': `${TABLE}"1` });
  const ran = await repository.taster('audit', ...QUICK);
  assert.equal(ran.code, 2, ran.err);
  const out = ran.out.replace(/\s+/g, ' ');
  assert.match(out, /- truth-serum on train: Without poison/);
  assert.match(out, /- truth-serum on bad \(error\): bad\.csv, line 302/);
  const named = await repository.taster('audit', ...QUICK, '--data', 'train');
  assert.equal(named.code, 0, named.err);
  assert.doesNotMatch(named.out, /bad/);
});

test('files as they are on disk, and a link out of the repository that is not followed', async (t) => {
  const repository = smallRepository(t);
  repository.commit({ [AT]: CONFIG, 'train.csv': 'a,label\n"1' });
  writeFileSync(join(repository.path, 'train.csv'), TABLE);
  const ran = await repository.taster('audit', ...QUICK, '--head', 'WORKTREE');
  assert.equal(ran.code, 0, ran.out + ran.err);
  writeFileSync(join(repository.path, '..', 'outside.csv'), TABLE);
  rmSync(join(repository.path, 'train.csv'));
  symlinkSync(join(repository.path, '..', 'outside.csv'), join(repository.path, 'train.csv'));
  repository.commit({});
  const linked = await repository.taster('audit', ...QUICK);
  assert.equal(linked.code, 2);
  assert.match(linked.out.replace(/\s+/g, ' '), /train\.csv is a symbolic link: links are not followed/);
});

test('a file that cannot be written is told after the audit; not a repository', async (t) => {
  const repository = smallRepository(t);
  repository.commit({ [AT]: CONFIG, 'train.csv': TABLE });
  const ran = await repository.taster('audit', ...QUICK, '--json', 'train.csv/audit.json');
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^train\.csv\/audit\.json cannot be written \(E[A-Z]+\)\. Name another file\.$/m);
  rmSync(join(repository.path, '.git'), { recursive: true });
  const lost = await repository.taster('audit');
  assert.equal(lost.code, 2);
  assert.match(lost.err, /is not inside a git repository/);
});
