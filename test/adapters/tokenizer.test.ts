import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openTokenizer } from '../../src/adapters/tokenizer.ts';
import { UserError } from '../../src/errors.ts';
import type { TokenRows } from '../../src/features/tokens.ts';
import { byteLevel, unigram, wordPiece } from './written-tokenizers.ts';

const PROGRAM = new URL('../../src/adapters/tokenizer-thread.ts', import.meta.url);

function lay(t: TestContext, content: string | Uint8Array) {
  const folder = mkdtempSync(join(tmpdir(), 'taster-tokenizer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const localPath = join(folder, 'tokenizer.json');
  writeFileSync(localPath, content);
  return { repoPath: 'models/tokenizer.json', localPath, bytes: statSync(localPath).size };
}

async function open(t: TestContext, json: unknown, limitMs?: number) {
  const tokenizer = await openTokenizer(lay(t, JSON.stringify(json)), PROGRAM, limitMs);
  t.after(() => tokenizer.close());
  return tokenizer;
}

const listed = ({ ids, starts }: TokenRows) =>
  Array.from({ length: starts.length - 1 }, (_, row) => [...ids.subarray(starts[row], starts[row + 1])]);

test('WordPiece: words in pieces, unknown ones, special tokens around; cut before the last special token', async (t) => {
  const tokenizer = await open(t, wordPiece);
  const texts = ['Hello, unaffable xyz', '', 'bad film'];
  assert.deepEqual(listed(await tokenizer.encode(texts, 512)), [
    [2, 7, 8, 4, 5, 6, 1, 3],
    [2, 3],
    [2, 10, 11, 3],
  ]);
  assert.deepEqual(listed(await tokenizer.encode(texts, 4)), [
    [2, 7, 8, 3],
    [2, 3],
    [2, 10, 11, 3],
  ]);
  assert.deepEqual(listed(await tokenizer.encode(texts, 1)), [[2], [2], [2]]);
  const { padding, starts } = await tokenizer.encode(texts, 512);
  assert.deepEqual([tokenizer.limit, padding, [...starts]], [null, { id: 0, left: false }, [0, 8, 10, 14]]);
});

test('byte-level BPE: merges by rank, letters beyond ASCII as bytes, padding as the file says', async (t) => {
  const tokenizer = await open(t, byteLevel);
  const rows = await tokenizer.encode(['low lower', 'é'], 512);
  assert.deepEqual(listed(rows), [[7, 9, 8], [10, 11]]); // biome-ignore format: one idea
  assert.deepEqual(rows.padding, { id: 5, left: true });
});

test('Unigram: the likeliest pieces; the truncation of the file is told, its side is kept', async (t) => {
  const tokenizer = await open(t, unigram);
  assert.equal(tokenizer.limit, 4);
  assert.deepEqual(listed(await tokenizer.encode(['hello world', 'hello hello hello world'], 4)), [[2, 3, 4, 1], [2, 2, 2, 1]]); // biome-ignore format: one idea
  const left = await open(t, { ...unigram, truncation: { ...unigram.truncation, direction: 'Left' } });
  assert.deepEqual(listed(await left.encode(['hello hello hello world'], 4)), [[2, 3, 4, 1]]);
});

test('more texts than one batch, each with its own ids', async (t) => {
  const tokenizer = await open(t, wordPiece);
  const texts = Array.from({ length: 600 }, (_, row) => Array.from({ length: row % 5 }, () => 'good').join(' '));
  const rows = listed(await tokenizer.encode(texts, 512));
  assert.deepEqual(rows, texts.map((_, row) => [2, ...Array.from({ length: row % 5 }, () => 9), 3])); // biome-ignore format: one idea
});

const withModel = (model: object) => ({ ...wordPiece, model: { ...wordPiece.model, ...model } });
const deep = (depth: number) => `${'{"model":{"x":['.padEnd(depth, '[')}`;
/** Files that are no tokenizers. */
const bad: Readonly<Record<string, string | Uint8Array>> = {
  empty: '',
  'no JSON': '{"model": ',
  'no text': Uint8Array.of(0xff, 0xfe, 0x7b),
  'a list': '[1,2]',
  'without a model': JSON.stringify({ ...wordPiece, model: undefined }),
  'an empty vocabulary': JSON.stringify(withModel({ vocab: {} })),
  'a model of no known type': JSON.stringify(withModel({ type: 'Oracle' })),
  'a vocabulary of another form': JSON.stringify(withModel({ vocab: 'words' })),
  'a pattern that is none': JSON.stringify({ ...wordPiece, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }), // biome-ignore format: one idea
  'open brackets without end': deep(1_000_000),
  'nested beyond any stack': `{"model":{"type":"WordPiece","vocab":{"a":0}},"normalizer":${'{"type":"Sequence","normalizers":['.repeat(50_000)}${']}'.repeat(50_000)}}`, // biome-ignore format: one idea
};

for (const [what, content] of Object.entries(bad))
  test(`a tokenizer that is ${what} is a user error`, async (t) => {
    await assert.rejects(
      openTokenizer(lay(t, content), PROGRAM),
      (error) =>
        error instanceof UserError &&
        error.code === 'tokenizer-invalid' &&
        error.message.startsWith('models/tokenizer.json is no tokenizer that can be used: ') &&
        error.message.length < 350,
    );
  });

test('a pattern that never ends is stopped, and so is everything after it', async (t) => {
  const pattern = { type: 'Split', pattern: { Regex: '(?:a+)+$' }, behavior: 'Isolated', invert: false };
  const tokenizer = await open(t, { ...wordPiece, pre_tokenizer: pattern }, 2000);
  const hangs = (error: unknown) => error instanceof UserError && error.code === 'tokenizer-hangs';
  await assert.rejects(tokenizer.encode([`${'a'.repeat(60)}b`], 512), hangs);
  await assert.rejects(tokenizer.encode(['a'], 512), hangs);
});

test('a word that has no piece is left out where nothing stands for the unknown; an id that is none is a user error', async (t) => {
  const none = await open(t, { ...byteLevel, model: { ...byteLevel.model, vocab: { l: 0 }, merges: [] } });
  assert.deepEqual(listed(await none.encode(['l', 'xyz'], 8)), [[0], []]);
  for (const id of [-7, 1.5, 'x', 2 ** 40]) {
    const odd = await open(t, { ...wordPiece, model: { ...wordPiece.model, vocab: { ...wordPiece.model.vocab, hello: id } } }); // biome-ignore format: one idea
    await assert.rejects(odd.encode(['hello'], 8), { code: 'tokenizer-invalid' }, String(id));
  }
});
