import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FetchLfs } from '../../src/adapters/files.ts';
import { localLfs } from '../../src/adapters/lfs-local.ts';
import { UserError } from '../../src/errors.ts';

const content = 'a,b\n1,2\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const pointer = { sha256, bytes: content.length };

function setUp(t: TestContext, stored: string | null) {
  const root = mkdtempSync(join(tmpdir(), 'lfs-local-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const place = join(root, '.git/lfs/objects', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  mkdirSync(dirname(place), { recursive: true });
  if (stored !== null) writeFileSync(place, stored);
  return { root, target: join(root, 'target') };
}

const remote: FetchLfs = async (_pointer, path) => writeFileSync(path, 'from the remote', { flag: 'wx' });

test('an object of the own store is taken without asking anyone', async (t) => {
  const { root, target } = setUp(t, content);
  await localLfs(root, null)(pointer, target, 'train.csv');
  assert.equal(readFileSync(target, 'utf8'), content);
});

test('a damaged or absent object is asked from the remote', async (t) => {
  for (const stored of [content.replace('1', '9'), 'short', null]) {
    const { root, target } = setUp(t, stored);
    await localLfs(root, remote)(pointer, target, 'train.csv');
    assert.equal(readFileSync(target, 'utf8'), 'from the remote');
  }
});

test('without a remote an absent object is a clear error', async (t) => {
  const { root, target } = setUp(t, null);
  await assert.rejects(
    localLfs(root, null)(pointer, target, 'train.csv'),
    (error) => error instanceof UserError && /train\.csv is a Git LFS pointer/.test(error.message),
  );
});
