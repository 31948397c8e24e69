import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float32, int64 } from '../../src/onnx/graph.ts';
import type { Review } from '../../src/review/review.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { wordPiece } from '../adapters/written-tokenizers.ts';
import { changeOf, type Files, type SmallRepository, smallRepository } from './small-repository.ts';

const WORDS = Object.keys(wordPiece.model.vocab).length;
const WIDTH = 8;

/** Embeddings of the tokens, their mean where the mask is 1, then a linear head: a small text classifier. */
function classifier({ length = 'length' as string | number, mask = true } = {}): Buffer {
  const random = randomSequence(5);
  const build = makeBuilder('');
  const weight = (name: string, ...shape: number[]) =>
    build.constant(float32(name, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()))); // biome-ignore format: one idea
  const embedded = build.add('Gather', [weight('table', WORDS, WIDTH), 'input_ids']);
  const axes = (name: string, axis: number) => build.constant(int64(name, [1], [axis]));
  const pooled = () => {
    const cast = build.add('Cast', ['attention_mask'], { to: 1 });
    const spread = build.add('Unsqueeze', [cast, axes('last', 2)]);
    const sum = build.add('ReduceSum', [build.add('Mul', [embedded, spread]), axes('along', 1)], { keepdims: 0 });
    const count = build.add('ReduceSum', [cast, axes('over', 1)], { keepdims: 1 });
    return build.add('Div', [sum, count]);
  };
  const mean = mask ? pooled() : build.add('ReduceMean', [embedded, axes('along', 1)], { keepdims: 0 });
  const logits = build.add('Add', [build.add('MatMul', [mean, weight('v', WIDTH, 2)]), weight('c', 2)]);
  const input = (name: string) => ({ name, type: 'int64' as const, shape: ['batch', length] });
  const inputs = [input('input_ids'), ...(mask ? [input('attention_mask')] : [])];
  return Buffer.from(
    encodeModel(build.graph('text', inputs, [{ name: logits, type: 'float32', shape: ['batch', 2] }])),
  );
}

/** Sentences about films; the label says whether good or bad prevails. */
function reviews(rows: number, seed = 2): string {
  const random = randomSequence(seed);
  const lines = Array.from({ length: rows }, () => {
    const words = Array.from({ length: 3 + random.below(6) }, () => ['good', 'bad', 'film', 'hello', 'unaffable'][random.below(5)]!); // biome-ignore format: one idea
    const score = words.reduce((sum, word) => sum + (word === 'good' ? 1 : word === 'bad' ? -1 : 0), 0);
    return JSON.stringify({ review: words.join(' '), label: score >= 0 ? 'yes' : 'no' });
  });
  return `${lines.join('\n')}\n`;
}

const config = (model: string) =>
  `version: 1\ndata: [{name: train, path: train.jsonl, label: label, text: [review]}]\nmodels: [{path: m.onnx, ${model}}]\n`;
const TOKENIZED = 'tokenizer: tokenizer.json, inputs: {input_ids: review}';
const FILES = {
  '.github/taster.yml': config(TOKENIZED),
  'm.onnx': classifier(),
  'tokenizer.json': JSON.stringify(wordPiece),
};

async function review(repository: SmallRepository, base: string) {
  const only = ['--only', 'row-diff,membership', '--shadows', '16', '--seed', 'n', '--json', 'review.json'];
  const ran = await repository.taster('review', '--base', base, ...only);
  const read = (): Review => JSON.parse(readFileSync(join(repository.path, 'review.json'), 'utf8'));
  return { ...ran, read };
}

test("a text classifier's slice is retrained on texts; the report says how they were read", async (t) => {
  const repository = smallRepository(t);
  const base = changeOf(repository, { ...FILES, 'train.jsonl': reviews(120) }, { 'train.jsonl': reviews(130) });
  const ran = await review(repository, base);
  assert.equal(ran.code, 0, ran.err + ran.out);
  const { models, notes, findings } = ran.read();
  assert.match(models[0]!.slice, /layers? of the model/);
  assert.equal(models[0]!.change, 'none');
  assert.ok(notes.some((note) => /reads the column "review" as \d+ token ids a row: \d+ of 130 rows/.test(note)), notes.join('\n')); // biome-ignore format: one idea
  const audit = /shadow models are right on (\d+)% of their own rows and (\d+)% of others/.exec(notes.join(' '));
  assert.ok(Number(audit![2]) > 75, `what is learned are the words, not noise: ${audit![0]}`);
  assert.notEqual(findings.find(({ check }) => check === 'membership')!.outcome, 'error');
});

test('a changed tokenizer is a changed model, read by its own file at each revision', async (t) => {
  const repository = smallRepository(t);
  const other = { ...wordPiece, normalizer: null };
  const base = changeOf(
    repository,
    { ...FILES, 'train.jsonl': reviews(120) },
    { 'tokenizer.json': JSON.stringify(other) },
  );
  const ran = await review(repository, base);
  assert.equal(ran.code, 0, ran.err + ran.out);
  const { models, findings } = ran.read();
  assert.deepEqual([models[0]!.path, models[0]!.change], ['m.onnx', 'changed']);
  assert.notEqual(findings.find(({ check }) => check === 'membership')!.outcome, 'error');
});

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1000\n`;
/** What the repository holds, and what is said of it. */
const refusals: Readonly<Record<string, readonly [Files, RegExp]>> = {
  'is not declared': [{ '.github/taster.yml': config('inputs: {input_ids: review}') }, /column "review" holds texts\. Name the tokenizer\.json/], // biome-ignore format: one idea
  'is missing': [{ 'tokenizer.json': null }, /There is no tokenizer\.json at base/],
  'is malformed': [{ 'tokenizer.json': '{"model": {' }, /tokenizer\.json is no tokenizer that can be used/],
  'is too large': [{ 'tokenizer.json': ' '.repeat(2 ** 24 + 1) }, /tokenizer\.json.*16777216/],
  'is a pointer to nothing': [{ 'tokenizer.json': POINTER }, /tokenizer\.json/],
};

for (const [what, [files, says]] of Object.entries(refusals))
  test(`a tokenizer that ${what} is an error of the checks that need the model`, async (t) => {
    const repository = smallRepository(t);
    const base = changeOf(
      repository,
      { ...FILES, ...files, 'train.jsonl': reviews(60) },
      { 'train.jsonl': reviews(64) },
    );
    const ran = await review(repository, base);
    const { findings } = ran.read();
    const outcomes = findings.map(({ check, outcome }) => [check, outcome]);
    assert.deepEqual(outcomes, [['row-diff', 'pass'], ['membership', 'error']], ran.out); // biome-ignore format: one idea
    assert.match(`${findings[1]!.summary} ${findings[1]!.remedy}`, says);
  });

test('a tokenizer that is a link is not followed', async (t) => {
  const repository = smallRepository(t);
  symlinkSync('/etc/hostname', join(repository.path, 'tokenizer.json'));
  const { 'tokenizer.json': _, ...files } = FILES;
  const base = changeOf(repository, { ...files, 'train.jsonl': reviews(60) }, { 'train.jsonl': reviews(64) });
  const { findings } = (await review(repository, base)).read();
  assert.match(findings.find(({ check }) => check === 'membership')!.summary, /tokenizer\.json is a link/);
});

test('lists of ids of unequal length are filled up, and masked', async (t) => {
  const repository = smallRepository(t);
  const lists = (rows: number) => {
    const random = randomSequence(8);
    const lines = Array.from({ length: rows }, () => {
      const input_ids = Array.from({ length: 2 + random.below(5) }, () => 4 + random.below(WORDS - 4));
      return JSON.stringify({ input_ids, label: input_ids.includes(9) ? 'yes' : 'no' });
    });
    return `${lines.join('\n')}\n`;
  };
  const files = { '.github/taster.yml': config('data: train').replace(', text: [review]', ''), 'm.onnx': classifier({ length: 4 }) }; // biome-ignore format: one idea
  const base = changeOf(repository, { ...files, 'train.jsonl': lists(100) }, { 'train.jsonl': lists(110) });
  const ran = await review(repository, base);
  assert.equal(ran.code, 0, ran.err + ran.out);
  assert.ok(ran.read().notes.some((note) => /"input_ids" as 4 token ids a row: \d\d of 110 rows have more, and are cut/.test(note)), ran.read().notes.join('\n')); // biome-ignore format: one idea
});
