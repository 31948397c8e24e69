import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAudit } from '../../src/report/audit/parse-audit.ts';
import { memorable } from '../audit/small-audit.ts';
import { smallRepository } from './small-repository.ts';

const AT = '.github/taster.yml';
const CONFIG = 'version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\nshadows: {epochs: 10}\n';
/** Enough rows and models for a rate of 1% false positives, and nothing planted: seconds. */
const QUICK = ['--attack', 'truth-serum', '--shadows', '8', '--targets', '130', '--poisons', '0'];
const FILES = { [AT]: CONFIG, 'train.csv': memorable(300) };
const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const filesOf = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('.git/'));

test('an audit is measured, tells what it does, writes what was asked for, and nothing else', async (t) => {
  const repository = smallRepository(t);
  const sha = repository.commit(FILES);
  repository.git('remote', 'add', 'origin', 'https://someone:hunter2@github.com/example/places.git');
  const before = filesOf(repository.path);
  const written = ['--json', 'out/audit.json', '--html', 'out/audit.html'];
  const ran = await repository.taster('audit', ...QUICK, '--seed', 'one', ...written);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /^Audit of train \(train\.csv\): 300 rows; 8 shadow models/);
  assert.match(
    oneLine(ran.out),
    /- truth-serum: Without poison an attacker recognises \d+(\.\d+)?% of the rows at 1% FPR/,
  );
  assert.match(ran.out, /^Reproduce: taster audit --head [0-9a-f]{40} .*--seed one$/m);
  assert.match(ran.err, /^\d+% {2}train: /m, 'progress goes to standard error');
  assert.doesNotMatch(ran.out, /^\d+% /m);
  for (const line of ran.out.split('\n')) assert.ok(line.length <= 100 || line.startsWith('Reproduce: '), line);
  const after = filesOf(repository.path).filter((name) => !before.includes(name));
  assert.deepEqual(after.sort(), ['out', 'out/audit.html', 'out/audit.json']);
  assert.deepEqual(ran.leftOver, []);
  assert.equal(repository.git('status', '--porcelain', '--', 'train.csv'), '');

  const audit = parseAudit(readFileSync(join(repository.path, 'out/audit.json'), 'utf8'), { maxBytes: 2 ** 22 });
  assert.deepEqual([audit.seed, audit.revision.sha, audit.cut], ['one', sha, false]);
  assert.deepEqual(audit.answers.map(({ attack, outcome }) => [attack, outcome]), [['truth-serum', 'measured']]); // biome-ignore format: one idea
  assert.match(
    readFileSync(join(repository.path, 'out/audit.html'), 'utf8'),
    /What would leak if someone poisoned <code class="s">train</,
  );
  assert.equal(audit.repository, 'example/places');
  const cells = FILES['train.csv']
    .split('\n')[1]!
    .split(',')
    .filter((cell) => cell.length > 5);
  const told = `${ran.out}${ran.err}${readFileSync(join(repository.path, 'out/audit.json'), 'utf8')}`;
  assert.doesNotMatch(told, /hunter2/);
  for (const cell of cells) assert.ok(!told.includes(cell), `no content of a row: ${cell}`);

  const [again, other] = [
    ['--seed', 'one'],
    ['--seed', 'two'],
  ].map(async (seed) => {
    await repository.taster('audit', ...QUICK, ...seed, '--json', `out/${seed[1]}.json`);
    const { cost: _, answers, reproduce: __, ...rest } = JSON.parse(readFileSync(join(repository.path, `out/${seed[1]}.json`), 'utf8')); // biome-ignore format: one idea
    return { ...rest, answers: answers.map((answer: object) => ({ ...answer, cost: null })) };
  });
  const { cost: _, reproduce: __, answers, ...rest } = JSON.parse(JSON.stringify(audit));
  assert.deepEqual(await again, { ...rest, answers: answers.map((answer: object) => ({ ...answer, cost: null })) });
  assert.notDeepEqual((await other)!.answers, (await again)!.answers);
});
