import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineOf } from './engine-of.ts';
import { CONFIG, smallRepository, table } from './small-repository.ts';

const skip = existsSync('/proc/self/stat') ? false : 'no /proc here';
const GATED = `${CONFIG}gates: {conflicting-copies: fail}\n`;

function repositoryWithChange(t: Parameters<typeof smallRepository>[0]) {
  const repository = smallRepository(t);
  const base = repository.commit({ '.github/taster.yml': GATED, 'train.csv': table(2000) });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': table(2100) });
  return { repository, base };
}

test('an engine that is killed leaves the job red, and nothing behind', { skip }, async (t) => {
  const { repository, base } = repositoryWithChange(t);
  const { child, ended } = repository.start('review', '--base', base);
  const engine = await engineOf(child.pid!);
  process.kill(engine, 'SIGKILL');
  const ran = await ended;
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^The engine was killed \(SIGKILL\) before it had an answer\./m);
  assert.deepEqual(ran.leftOver, []);
});

test('an engine that needs more memory than it may have is stopped', { skip }, async (t) => {
  const { repository, base } = repositoryWithChange(t);
  const ran = await repository.taster('review', '--base', base, '--memory', '128');
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^The engine was stopped: it needed more than 128 MiB\./m);
  assert.deepEqual(ran.leftOver, []);
});

test('an interrupted review takes its engine and its folder with it', { skip }, async (t) => {
  const { repository, base } = repositoryWithChange(t);
  const { child, ended } = repository.start('review', '--base', base);
  const engine = await engineOf(child.pid!);
  await sleep(500);
  child.kill('SIGTERM');
  const ran = await ended;
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^The review was interrupted before it had an answer\./m);
  assert.equal(existsSync(`/proc/${engine}`), false);
  assert.deepEqual(ran.leftOver, []);
});

test('the engine is nothing to start by hand', async (t) => {
  const { execFile } = await import('node:child_process');
  const ran = await new Promise<{ code: unknown; err: string }>((resolve) =>
    execFile(process.execPath, ['src/shells/engine.ts'], (error, _out, err) => resolve({ code: error?.code, err })),
  );
  t.diagnostic(ran.err);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /started by `taster review`/);
});
