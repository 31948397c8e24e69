import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { localDvc } from '../../src/adapters/dvc.ts';
import { lfsEndpoint, lfsFetcher } from '../../src/adapters/lfs.ts';
import { UserError } from '../../src/errors.ts';
import { parseDvcPointer, parseLfsPointer } from '../../src/source/pointers.ts';

const CONTENT = 'id,text\n1,x\n';
const SHA = createHash('sha256').update(CONTENT).digest('hex');
const POINTER = { sha256: SHA, bytes: CONTENT.length };

/** A played LFS server: `href` names the download, `status` and `content` are what it answers. */
async function serve(t: TestContext, answer: { href?: string; status?: number; content?: string; known?: boolean }) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    if (request.method === 'GET') {
      response.statusCode = answer.status ?? 200;
      response.end(answer.content ?? CONTENT);
      return;
    }
    const href = answer.href ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}/object`;
    response.end(
      JSON.stringify({
        objects: [
          answer.known === false ? { oid: SHA, error: { code: 404 } } : { oid: SHA, actions: { download: { href } } },
        ],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'taster-lfs-'));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git/info/lfs`;
  return { seen, target: join(folder, 'file'), fetchLfs: lfsFetcher({ endpoint, token: 'secret', maxBytes: 1000 }) };
}

const failsWith = (message: RegExp) => (error: unknown) =>
  error instanceof UserError && message.test(error.message) && !error.message.includes('secret');

test('an LFS object is downloaded and verified', async (t) => {
  const { fetchLfs, target, seen } = await serve(t, {});
  await fetchLfs(POINTER, target, 'train.csv');
  assert.equal(readFileSync(target, 'utf8'), CONTENT);
  assert.deepEqual(
    seen.map(({ url }) => url),
    ['/o/r.git/info/lfs/objects/batch', '/object'],
  );
});

test('a wrong, missing, oversized or foreign LFS object is refused', async (t) => {
  const cases: [Parameters<typeof serve>[1], RegExp][] = [
    [{ content: 'id,text\n1,y\n' }, /SHA-256/],
    [{ content: CONTENT + CONTENT }, /larger than/],
    [{ status: 404 }, /answered 404/],
    [{ known: false }, /does not have the object/],
    [{ href: 'http://example.com/object' }, /not https/],
    [{ href: 'file:///etc/passwd' }, /not https/],
  ];
  for (const [answer, message] of cases) {
    const { fetchLfs, target } = await serve(t, answer);
    await assert.rejects(fetchLfs(POINTER, target, 'train.csv'), failsWith(message));
  }
  const { fetchLfs, target, seen } = await serve(t, {});
  await assert.rejects(fetchLfs({ sha256: SHA, bytes: 5000 }, target, 'train.csv'), failsWith(/at most 1000/));
  assert.equal(seen.length, 0);
});

test('the endpoint follows from the remote alone', () => {
  assert.equal(lfsEndpoint('https://user:pw@github.com/o/r'), 'https://github.com/o/r.git/info/lfs');
  assert.equal(lfsEndpoint('git@github.com:o/r.git'), 'https://github.com/o/r.git/info/lfs');
  assert.equal(lfsEndpoint('ssh://git@example.com:22/o/r.git'), 'https://example.com/o/r.git/info/lfs');
  assert.equal(lfsEndpoint('/srv/git/r.git'), null);
});

test('pointer files are read strictly', () => {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${SHA}\nsize 12\n`;
  assert.deepEqual(parseLfsPointer(text), { sha256: SHA, bytes: 12 });
  for (const bad of ['', 'a,b\n1,2\n', text.replace('sha256', 'md5'), text.replace('12', 'x')])
    assert.equal(parseLfsPointer(bad), null);
  const md5 = 'a'.repeat(32);
  assert.deepEqual(parseDvcPointer(`outs:\n- md5: ${md5}\n  size: 7\n  path: a.csv\n`), {
    md5,
    folder: false,
    bytes: 7,
  });
  assert.equal(parseDvcPointer('a,b\n'), null);
});

test('DVC files come from the local cache, verified', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'taster-dvc-'));
  t.after(() => rmSync(root, { recursive: true }));
  const md5 = createHash('md5').update(CONTENT).digest('hex');
  const folder = join(root, '.dvc/cache/files/md5', md5.slice(0, 2));
  const pointer = { md5, folder: false, bytes: null };
  const missing = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;
  await assert.rejects(localDvc(root)(pointer, join(root, 'x'), 'a.csv.dvc'), missing('dvc-missing'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, md5.slice(2)), CONTENT);
  await localDvc(root)(pointer, join(root, 'a'), 'a.csv.dvc');
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), CONTENT);
  writeFileSync(join(folder, md5.slice(2)), 'other');
  await assert.rejects(localDvc(root)(pointer, join(root, 'b'), 'a.csv.dvc'), missing('dvc-damaged'));
});
