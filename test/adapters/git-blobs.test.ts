import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRepository } from '../../src/adapters/git.ts';
import { parseBatch } from '../../src/adapters/git-blobs.ts';
import { smallRepository } from '../shells/small-repository.ts';

const id = (digit: string) => digit.repeat(40);
const answer = (object: string, content: string | Buffer) =>
  Buffer.concat([Buffer.from(`${object} blob ${content.length}\n`), Buffer.from(content), Buffer.from('\n')]);
async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function parse(bytes: Buffer, objects: readonly string[], size = 7, most = 100) {
  const found: (string | null)[] = [];
  for await (const content of parseBatch(inPieces(bytes, size), objects, most)) found.push(content?.toString() ?? null);
  return found;
}

test('contents are told apart however the stream is cut up', async () => {
  const bytes = Buffer.concat([
    answer(id('a'), 'one\ntwo'),
    answer(id('b'), ''),
    answer(id('c'), `${id('d')} missing\n`),
  ]);
  for (const size of [1, 2, 3, 11, 47, 1000])
    assert.deepEqual(await parse(bytes, [id('a'), id('b'), id('c')], size), ['one\ntwo', '', `${id('d')} missing\n`]);
});

test('what is too large is passed over and the next is read', async () => {
  const bytes = Buffer.concat([answer(id('a'), 'x'.repeat(101)), answer(id('b'), 'small')]);
  assert.deepEqual(await parse(bytes, [id('a'), id('b')]), [null, 'small']);
});

test('a missing object is the user’s to fetch; an answer that is cut off or about something else is a bug', async () => {
  await assert.rejects(parse(Buffer.from(`${id('a')} missing\n`), [id('a')]), { name: 'UserError', code: 'object-missing' }); // biome-ignore format: one idea
  await assert.rejects(parse(answer(id('a'), 'abc').subarray(0, 50), [id('a')]), /ended before/);
  await assert.rejects(parse(answer(id('a'), 'abc'), [id('b')]), /answered .* about b{40}/);
  await assert.rejects(parse(Buffer.from(`${id('a')} tree 3\nabc\n`), [id('a')]), /answered/);
  await assert.rejects(parse(Buffer.alloc(5000, 'x'), [id('a')]), /endless line/);
});

test('a real repository: many blobs in order, none twice asked, and a reader that stops early', async (t) => {
  const repository = smallRepository(t);
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, `${at}\n`.repeat(at + 1)]));
  const head = repository.commit(files);
  const opened = await openRepository(repository.path);
  const tree = await opened.listTree(head);
  const found: string[] = [];
  for await (const content of opened.readBlobs(tree.map(({ object }) => object!), 1e6)) found.push(content!.toString()); // biome-ignore format: one idea
  assert.deepEqual(found, tree.map(({ path }) => files[path]!)); // biome-ignore format: one idea
  for await (const content of opened.readBlobs(
    tree.map(({ object }) => object!),
    1e6,
  )) {
    assert.equal(content!.toString(), files[tree[0]!.path]);
    break;
  }
  const gone = opened.readBlobs([id('9')], 10);
  await assert.rejects(gone[Symbol.asyncIterator]().next(), /not in this clone/);
});
