import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { memorable } from '../audit/small-audit.ts';
import { engineOf } from './engine-of.ts';
import { smallRepository } from './small-repository.ts';

const skip = existsSync('/proc/self/stat') ? false : 'no /proc here';
const FILES = {
  '.github/taster.yml': 'version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\n',
  'train.csv': memorable(2000),
};
/** So much that it is still at work when it is ended. */
const LONG = ['--shadows', '64', '--thorough', '--json', 'audit.json', '--html', 'audit.html'];

function repositoryOf(t: Parameters<typeof smallRepository>[0]) {
  const repository = smallRepository(t);
  repository.commit(FILES);
  return { ...repository, files: () => readdirSync(repository.path).sort() };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`an audit that is ended by ${signal} takes its engine and its folder with it, and writes nothing`, {
    skip,
  }, async (t) => {
    const repository = repositoryOf(t);
    const before = repository.files();
    const { child, ended } = repository.start('audit', ...LONG);
    const engine = await engineOf(child.pid!);
    // Once it tells how far it is, it trains.
    await new Promise<void>((resolve) => child.stderr?.on('data', () => resolve()));
    child.kill(signal);
    const ran = await ended;
    assert.equal(ran.code, 2);
    assert.match(ran.err, /^The audit was interrupted before it had an answer\. Nothing was written\.$/m);
    assert.doesNotMatch(ran.err, /review/);
    assert.equal(existsSync(`/proc/${engine}`), false);
    assert.deepEqual(repository.files(), before);
    assert.deepEqual(ran.leftOver, []);
  });

test('an engine that is killed, or needs more memory than it may have, is one clear line', { skip }, async (t) => {
  const repository = repositoryOf(t);
  const { child, ended } = repository.start('audit', ...LONG);
  process.kill(await engineOf(child.pid!), 'SIGKILL');
  const killed = await ended;
  assert.equal(killed.code, 2);
  assert.match(killed.err, /^The engine was killed \(SIGKILL\) before it had an answer\..*`shadows\.max_rows`/m);
  const big = await repository.taster('audit', ...LONG, '--memory', '128');
  assert.equal(big.code, 2);
  assert.match(big.err, /^The engine was stopped: it needed more than 128 MiB\./m);
  for (const { leftOver, out } of [killed, big]) assert.deepEqual([leftOver, out], [[], '']);
});

test('where the time is up, what was asked is told, and that it is not all', async (t) => {
  const repository = repositoryOf(t);
  const ran = await repository.taster('audit', '--attack', 'truth-serum', '--shadows', '8', '--targets', '130', '--budget', '1s'); // biome-ignore format: one line
  assert.equal(ran.code, 0, ran.out + ran.err);
  const out = ran.out.replace(/\s+/g, ' ');
  assert.match(out, /The time was up before all was asked: raise --budget, or name fewer attacks\./);
  assert.match(out, /random rows none|random rows .* none/);
});
