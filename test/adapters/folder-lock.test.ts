import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockFolder } from '../../src/adapters/folder-lock.ts';
import { UserError } from '../../src/errors.ts';

const LOCK = 'owner.lock';
const MODULE = new URL('../../src/adapters/folder-lock.ts', import.meta.url).href;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'folder-lock-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const isRefused = (error: unknown) =>
  error instanceof UserError && error.code === 'folder-owned' && /DATABASE_URL/.test(error.hint);

/** Another process that owns the folder until it is killed. */
async function otherOwner(path: string) {
  const program = `import { lockFolder } from ${JSON.stringify(MODULE)};
lockFolder(${JSON.stringify(path)}); process.stdout.write('owned'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    async kill(signal: NodeJS.Signals) {
      child.kill(signal);
      await ended;
    },
  };
}

test('a living owner is respected, and the PostgreSQL hint given', async (t) => {
  const path = folder(t);
  const other = await otherOwner(path);
  assert.throws(() => lockFolder(path), isRefused);
  await other.kill('SIGKILL');
});

test('the lock of a killed process is taken over, whole', async (t) => {
  const path = folder(t);
  const other = await otherOwner(path);
  await other.kill('SIGKILL');
  assert.ok(existsSync(join(path, LOCK)));
  const lock = lockFolder(path);
  assert.equal(JSON.parse(readFileSync(join(path, LOCK), 'utf8')).pid, process.pid);
  assert.throws(() => lockFolder(path), isRefused);
  lock.release();
  assert.deepEqual(readdirSync(path), []);
});

test('a process number that is used again is no owner', (t) => {
  const path = folder(t);
  writeFileSync(join(path, LOCK), JSON.stringify({ pid: process.pid, started: 'long ago', host: hostname() }));
  lockFolder(path).release();
});

test('what another machine owns, and what is just taken over, is left alone', (t) => {
  const path = folder(t);
  const theirs = JSON.stringify({ pid: 1, started: 'then', host: 'elsewhere' });
  writeFileSync(join(path, LOCK), theirs);
  assert.throws(() => lockFolder(path), isRefused);
  assert.equal(readFileSync(join(path, LOCK), 'utf8'), theirs);
  writeFileSync(join(path, LOCK), 'cut in the mid');
  mkdirSync(join(path, `${LOCK}.turn`));
  assert.throws(() => lockFolder(path), isRefused);
  rmSync(join(path, `${LOCK}.turn`), { recursive: true });
  lockFolder(path).release();
});

test('what is released by one who lost it stays with the new owner', (t) => {
  const path = folder(t);
  const lock = lockFolder(path);
  const theirs = JSON.stringify({ pid: 1, started: 'then', host: hostname() });
  writeFileSync(join(path, LOCK), theirs);
  lock.release();
  assert.equal(readFileSync(join(path, LOCK), 'utf8'), theirs);
});
