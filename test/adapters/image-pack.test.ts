import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openRepository } from '../../src/adapters/git.ts';
import { type PackOptions, packImages } from '../../src/adapters/image-pack.ts';
import { openImageStore } from '../../src/adapters/image-store.ts';
import { localLfs } from '../../src/adapters/lfs-local.ts';
import { UserError } from '../../src/errors.ts';
import { WORKTREE } from '../../src/source/repository.ts';
import { type Files, smallRepository } from '../shells/small-repository.ts';

const LIMITS = { lfs: null, maxBytes: 1000, maxTotal: 100_000, maxImages: 100 };
const pointer = (content: string) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`;

async function pack(t: TestContext, files: Files, change: Files, more: Partial<PackOptions> & { head?: string } = {}) {
  const repository = smallRepository(t);
  const base = repository.commit(files);
  const { head, ...options } = more;
  let commit = '';
  if (head === WORKTREE)
    for (const [name, content] of Object.entries(change)) writeFileSync(join(repository.path, name), content!);
  else commit = repository.commit(change);
  const opened = await openRepository(repository.path);
  const folder = mkdtempSync(join(tmpdir(), 'image-pack-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const sides = await Promise.all(
    [base, head ?? commit].map(async (revision) => ({ revision, images: await opened.listTree(revision) })),
  );
  const { pack: packed, listings } = await packImages(opened, sides, folder, { ...LIMITS, ...options });
  const read = (at: number) =>
    Object.fromEntries(
      readFileSync(listings[at]!.localPath, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const { path, id } = JSON.parse(line);
          return [path, id];
        }),
    );
  const [before, after] = [read(0), read(1)];
  const store = await openImageStore(
    { column: 'x', folder: false, pack: packed, base: listings[0]!, head: listings[1]! },
    { decode: async () => null, close: async () => {} },
  );
  t.after(() => store.close());
  const text = async (id: string) => Buffer.from((await store.read(id)) ?? 'none').toString();
  return { before, after, packed, text, folder };
}

test('each content is packed once, whatever its paths and revisions, and is found again by its hash', async (t) => {
  const found = await pack(
    t,
    { 'a.png': 'aaa', 'b.png': 'bb', 'é".png': 'aaa' },
    { 'b.png': 'other', 'c.png': 'bb', 'e.png': '' },
  );
  assert.equal(found.packed.bytes, 'aaabbother'.length);
  assert.equal(found.before['a.png'], found.before['é".png']);
  assert.equal(found.before['b.png'], found.after['c.png']);
  assert.notEqual(found.before['b.png'], found.after['b.png']);
  assert.equal(await found.text(found.before['b.png']!), 'bb');
  assert.equal(await found.text(found.after['b.png']!), 'other');
  assert.equal(await found.text(found.after['e.png']!), '');
  assert.equal(await found.text('0'.repeat(32)), 'none');
});

test('a link and a file that is too large are listed without content', async (t) => {
  const found = await pack(t, { 'a.png': 'x'.repeat(1001), 'b.png': 'b' }, {});
  assert.deepEqual(found.before['a.png'], 'large');
  const repository = smallRepository(t);
  symlinkSync('/etc/hostname', join(repository.path, 'l.png'));
  const head = repository.commit({ 'b.png': 'b' });
  const opened = await openRepository(repository.path);
  const sides = [{ revision: head, images: await opened.listTree(head) }];
  // A folder that holds the images of another data set already.
  const { pack: packed, listings } = await packImages(opened, sides, found.folder, LIMITS);
  assert.match(readFileSync(listings[0]!.localPath, 'utf8'), /"path":"l\.png","id":"link"/);
  assert.equal(packed.bytes, 1);
});

test('the work tree is read from the disk, and equals the same content in git', async (t) => {
  const found = await pack(
    t,
    { 'a.png': 'aaa', 'b.png': 'bb' },
    { 'b.png': 'new', 'c.png': 'x'.repeat(1001) },
    { head: WORKTREE },
  );
  assert.equal(found.before['a.png'], found.after['a.png']);
  assert.equal(found.after['c.png'], 'large');
  assert.equal(await found.text(found.after['b.png']!), 'new');
  assert.equal(readdirSync(found.folder).length, 3);
});

test('LFS pointers are resolved, and equal the content that stands in git itself', async (t) => {
  const prepare = (root: string) => {
    const sha = createHash('sha256').update('real').digest('hex');
    const place = join(root, '.git/lfs/objects', sha.slice(0, 2), sha.slice(2, 4), sha);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, 'real');
  };
  const repository = smallRepository(t);
  prepare(repository.path);
  const lfs = localLfs(repository.path, null);
  const found = await pack(t, { 'a.png': 'real', 'b.png': pointer('real') }, { 'a.png': pointer('real') }, { lfs });
  assert.equal(found.before['a.png'], found.before['b.png']);
  assert.equal(found.before['a.png'], found.after['a.png']);
  const large = await pack(t, { 'a.png': pointer('x'.repeat(5000)) }, {}, { lfs });
  assert.equal(large.before['a.png'], 'large');
});

test('what cannot be had and what is too much is said, not left out', async (t) => {
  const isError = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;
  await assert.rejects(pack(t, { 'a.png': pointer('gone') }, {}), isError('pointer-unresolved'));
  const lfs = localLfs('/nowhere', null);
  await assert.rejects(pack(t, { 'a.png': pointer('gone') }, {}, { lfs }), isError('lfs-unresolved'));
  await assert.rejects(pack(t, { 'a.png': 'aaaa', 'b.png': 'bbb' }, {}, { maxTotal: 6 }), isError('images-too-large'));
  await assert.rejects(pack(t, { 'a.png': 'a', 'b.png': 'b' }, {}, { maxImages: 1 }), isError('too-many-images'));
});
