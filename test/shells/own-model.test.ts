import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float32 } from '../../src/onnx/graph.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { smallRepository } from './small-repository.ts';

const HIDDEN = 24;
const COLUMNS = 12;

/** Rows of 0 and 1 with a coin for a label: to be right about one is to remember it. */
function coins(rows: number, more: readonly string[] = []): string {
  const random = randomSequence(4);
  const lines = Array.from({ length: rows }, () => {
    const cells = Array.from({ length: COLUMNS }, () => random.below(2));
    return `${cells},${random.below(2) === 0 ? 'yes' : 'no'}`;
  });
  const head = [...Array.from({ length: COLUMNS }, (_, at) => `c${at}`), 'label'];
  return `${[head, ...lines, ...more].join('\n')}\n`;
}

/** An MLP as somebody's model. */
function perceptron({ input = 'x', columns = COLUMNS, seed = 1 } = {}): Buffer {
  const random = randomSequence(seed);
  const build = makeBuilder('');
  const weight = (name: string, ...shape: number[]) =>
    build.constant(float32(name, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()))); // biome-ignore format: one idea
  const hidden = build.add('Relu', [build.add('Gemm', [input, weight('w', columns, HIDDEN), weight('b', HIDDEN)])]);
  const logits = build.add('Gemm', [hidden, weight('v', HIDDEN, 2), weight('c', 2)]);
  const answer = build.add('Softmax', [logits]);
  const value = (name: string, width: number) => ({ name, type: 'float32' as const, shape: ['batch', width] });
  return Buffer.from(encodeModel(build.graph('mlp', [value(input, columns)], [value(answer, 2)])));
}

const config = (slice: string) =>
  `version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\nmodels:\n  - {path: models/mlp.onnx, data: train, slice: ${slice}}\ngates: {membership: {max: 0.99}}\n`;
const QUICK = [
  '--shadows',
  '16',
  '--budget',
  '60s',
  '--seed',
  'n',
  '--only',
  'row-diff,membership',
  '--json',
  'r.json',
];

test("a declared model's slice is what is retrained; the report names it and its share", async (t) => {
  const repository = smallRepository(t);
  const files = { '.github/taster.yml': config('{last: 2}'), 'models/mlp.onnx': perceptron() };
  const base = repository.commit({ ...files, 'train.csv': coins(200) });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': coins(210) });
  const ran = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(ran.code, 0, ran.err + ran.out);
  const review = JSON.parse(readFileSync(join(repository.path, 'r.json'), 'utf8'));
  const title = '2 last layers of the model, behind x: 100% of its parameters';
  assert.deepEqual(review.models, [{ path: 'models/mlp.onnx', change: 'none', slice: title }]);
  assert.equal(review.plan.slice, title);
  const audit = /a slice audit: 2 last layers of the model, .* right on (\d+)% of their own rows and (\d+)% of others/;
  const [, own, others] = audit.exec(ran.out.replace(/\s+/g, ' ')) ?? [];
  assert.ok(Number(own) > Number(others) + 25, `coins are remembered: ${own}% and ${others}%`);
  const membership = review.findings.find(({ check }: { check: string }) => check === 'membership');
  assert.equal(membership.subject.model, 'models/mlp.onnx');
});

test('a changed model alone is a reason to retrain its slice; its other cuts are there to choose from', async (t) => {
  const repository = smallRepository(t);
  const files = { '.github/taster.yml': config('{from: Relu_1}'), 'train.csv': coins(200) };
  const base = repository.commit({ ...files, 'models/mlp.onnx': perceptron() });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'models/mlp.onnx': perceptron({ seed: 2 }) });
  const explained = await repository.taster('explain', 'slice', 'models/mlp.onnx');
  assert.match(explained.out, /^last 1 +Relu_1 +\S+% +24 .*\n/m);
  const ran = await repository.taster('review', '--base', base, ...QUICK);
  assert.equal(ran.code, 0, ran.err + ran.out);
  const { models } = JSON.parse(readFileSync(join(repository.path, 'r.json'), 'utf8'));
  assert.equal(models[0].change, 'changed');
  assert.match(models[0].slice, /^1 last layer of the model, behind Relu_1: 1[0-9]% of its parameters$/);
});

test('a submitted model that its data do not give is told, in figures and by the class that it leans towards', async (t) => {
  const repository = smallRepository(t);
  const files = { '.github/taster.yml': config('auto'), 'train.csv': coins(200) };
  const base = repository.commit({ ...files, 'models/mlp.onnx': perceptron() });
  repository.git('checkout', '-q', '-b', 'change');
  // Weights that were drawn, and trained on nothing.
  repository.commit({ 'models/mlp.onnx': perceptron({ seed: 2 }) });
  const only = ['--only', 'rederivable,behaviour-diff,release-membership', '--json', 'r.json'];
  const ran = await repository.taster('review', '--base', base, ...QUICK.slice(0, 6), ...only);
  const { findings } = JSON.parse(readFileSync(join(repository.path, 'r.json'), 'utf8'));
  const rederivable = findings.find(({ check }: { check: string }) => check === 'rederivable');
  assert.equal(rederivable.outcome, 'warn', ran.out + ran.err);
  assert.match(rederivable.summary, /lies outside of 99 models retrained .* It leans towards "(yes|no)" by a few/);
  const leaning = rederivable.metrics.find(({ name }: { name: string }) => name === 'leaning by few inputs');
  assert.ok(leaning.head.value > leaning.base.value, JSON.stringify(leaning));
});

/** What the model is, and what is said of it; the gate on what needs shadow models stays shut. */
const refusals: Readonly<Record<string, { model: Buffer | null; slice?: string; says: RegExp }>> = {
  'of another width': { model: perceptron({ columns: 7 }), says: /takes 7 values a row, and the data has 12 numeric/ },
  'without such a layer': { model: perceptron(), slice: '{last: 9}', says: /cannot be cut before its last 9 layers/ },
  'without such a node': { model: perceptron(), slice: '{from: nowhere}', says: /cannot be cut at "nowhere"/ },
  'cut short': { model: perceptron().subarray(0, 300), says: /no ONNX model that can be read/ },
  'a text': { model: Buffer.from('not a model'), says: /no ONNX model that can be read/ },
  empty: { model: Buffer.alloc(0), says: /the file is empty/ },
  missing: { model: null, says: /There is no models\/mlp\.onnx at either revision/ },
};

for (const [what, { model, slice = 'auto', says }] of Object.entries(refusals))
  test(`a model that is ${what} is an error of the checks that need it; the others are asked`, async (t) => {
    const repository = smallRepository(t);
    const base = repository.commit({
      ...{ '.github/taster.yml': config(slice), 'train.csv': coins(60) },
      ...(model ? { 'models/mlp.onnx': model } : {}),
    });
    repository.git('checkout', '-q', '-b', 'change');
    repository.commit({ 'train.csv': coins(70) });
    const ran = await repository.taster('review', '--base', base, ...QUICK);
    assert.equal(ran.code, 2, ran.err + ran.out);
    const { findings } = JSON.parse(readFileSync(join(repository.path, 'r.json'), 'utf8'));
    const outcomes = findings.map(({ check, outcome }: { check: string; outcome: string }) => [check, outcome]);
    assert.deepEqual(outcomes, [['row-diff', 'pass'], ['membership', 'error']]); // biome-ignore format: one idea
    assert.match(findings[1].summary + findings[1].remedy, says);
  });
