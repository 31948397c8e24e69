import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float32 } from '../../src/onnx/graph.ts';
import type { Review } from '../../src/review/review.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { bytesOf, floats, npy, npyWith, npz, texts, wholes } from '../table/arrays/written-arrays.ts';
import { changeOf, type SmallRepository, smallRepository } from './small-repository.ts';

const WIDTH = 24;

interface Rows {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
}

/** Two clouds of points, one for each label. */
function clouds(rows: number, seed = 3): Rows {
  const random = randomSequence(seed);
  const y = Array.from({ length: rows }, (_, row) => row % 2);
  return {
    x: y.map((label) => Array.from({ length: WIDTH }, (_, at) => random.normal() + (at < 4 ? 3 * label : 0))),
    y,
  };
}

const archive = ({ x, y }: Rows, how = {}): Buffer =>
  npz({ x: floats([x.length, 2, WIDTH / 2], x.flat()), y: wholes([y.length], y) }, how);

const CONFIG = 'version: 1\ndata:\n  - {name: train, path: data/train.npz, label: y}\n';
const GATE = 'gates: {conflicting-copies: {max_rows: 0}, unsafe-file: fail}\n';

async function review(repository: SmallRepository, base: string, only: string) {
  const args = ['--base', base, '--only', only, '--shadows', '16', '--seed', 'n', '--json', 'review.json'];
  const ran = await repository.taster('review', ...args);
  const written = (): Review => JSON.parse(readFileSync(join(repository.path, 'review.json'), 'utf8'));
  return { ...ran, review: written, flat: ran.out.replace(/\s+/g, ' ') };
}

function arraysChanged(
  repository: SmallRepository,
  base: Buffer,
  head: Buffer,
  more: Readonly<Record<string, Buffer | string>> = {},
) {
  return changeOf(
    repository,
    { '.github/taster.yml': CONFIG + GATE, 'data/train.npz': base, ...more },
    { 'data/train.npz': head },
  );
}

test('wrong-label copies that an archive brings are named by their ordinal, and the archive is no file of weights', async (t) => {
  const repository = smallRepository(t);
  const old = clouds(120);
  const copies = [3, 8, 50].map((row) => ({ x: old.x[row]!, y: 1 - old.y[row]! }));
  const fresh = clouds(20, 9);
  const head = {
    x: [...old.x, ...fresh.x, ...copies.map(({ x }) => x)],
    y: [...old.y, ...fresh.y, ...copies.map(({ y }) => y)],
  };
  const base = arraysChanged(repository, archive(old), archive(head, { isDeflated: true }));
  const ran = await review(repository, base, 'row-diff,conflicting-copies,mislabelled,unsafe-file');
  assert.equal(ran.code, 1, ran.out + ran.err);
  const { data, findings, models } = ran.review();
  assert.deepEqual(data[0]!.rows, { base: 120, head: 143, added: 23, removed: 0, changed: 0, moved: 0 });
  assert.deepEqual(data[0]!.columns[0], `x: list of ${WIDTH} numbers, robust scaled, 0 missing`);
  const named = findings.find(({ check }) => check === 'conflicting-copies')!.rows;
  const places = named.map(({ path, line, ordinal, victims }) => [path, line, ordinal, victims[0]!.ordinal]);
  assert.deepEqual(places.sort(), [3, 8, 50].map((row, at) => ['data/train.npz', null, 140 + at, row])); // biome-ignore format: one idea
  assert.match(ran.flat, /data\/train\.npz row 141 like data\/train\.npz row 4 in base \(1\.00\)/);
  assert.deepEqual([models, findings.filter(({ family }) => family === 'weights').length], [[], 0]);
  const mislabelled = findings.find(({ check }) => check === 'mislabelled')!.rows.map(({ ordinal }) => ordinal);
  assert.ok(
    [140, 141, 142].every((ordinal) => mislabelled.includes(ordinal)),
    String(mislabelled),
  );
  assert.deepEqual(ran.leftOver, []);
  const rows = await repository.taster('rows', 'review.json', 'conflicting-copies');
  assert.match(rows.out, /y = [01]\n/, rows.out + rows.err);
});

test('the same values packed anew are no change of rows', async (t) => {
  const repository = smallRepository(t);
  const rows = clouds(60);
  const base = arraysChanged(repository, archive(rows), archive(rows, { isDeflated: true }));
  const ran = await review(repository, base, 'row-diff,conflicting-copies,unsafe-file');
  assert.equal(ran.code, 0, ran.out + ran.err);
  const { added, removed, changed, moved } = ran.review().data[0]!.rows;
  assert.deepEqual([added, removed, changed, moved], [0, 0, 0, 0]);
});

test('objects and torn archives are errors that open no gate; nothing is unpickled', async (t) => {
  const rows = clouds(60);
  const objects = npyWith(
    "{'descr': '|O', 'fortran_order': False, 'shape': (60,), }",
    Buffer.from('\x80\x04cos\n', 'latin1'),
  );
  const heads: readonly (readonly [Buffer, RegExp])[] = [
    [npz({ x: floats([60, WIDTH], rows.x.flat()), y: objects }), /array "y": it holds Python objects/],
    [archive(rows).subarray(0, 900), /not in order/],
    [Buffer.from('\x80\x04cos\nsystem\n.', 'latin1'), /its name promises NumPy arrays/],
  ];
  for (const [head, says] of heads) {
    const repository = smallRepository(t);
    const base = arraysChanged(repository, archive(rows), head);
    const ran = await review(repository, base, 'row-diff,conflicting-copies,unsafe-file');
    assert.equal(ran.code, 2, ran.out + ran.err);
    assert.match(ran.flat, says);
  }
});

test('arrays that no data set declares are weights, as before; so are all without a configuration', async (t) => {
  const repository = smallRepository(t);
  const rows = archive(clouds(60));
  const weights = npz({ w: floats([2, 2], [1, 2, 3, 4]) });
  const base = arraysChanged(repository, rows, archive(clouds(64)), {
    'w.npz': weights,
    'scale.npy': wholes([1], [1]),
  });
  repository.commit({ 'w.npz': npz({ w: floats([2, 2], [1, 2, 3, 5]) }), 'scale.npy': wholes([1], [2]) });
  const ran = await review(repository, base, 'row-diff,unsafe-file');
  const paths = ran.review().findings.flatMap(({ family, subject }) => (family === 'weights' ? [subject.path] : []));
  assert.deepEqual(paths.sort(), ['scale.npy', 'w.npz']);
  repository.git('checkout', '-q', '-b', 'bare', base);
  const bare = repository.commit({ '.github/taster.yml': null });
  repository.commit({ 'data/train.npz': archive(clouds(64)) });
  const without = await review(repository, bare, 'row-diff,unsafe-file');
  const { data, findings } = without.review();
  assert.deepEqual([data, findings.map(({ check, subject }) => [check, subject.path])], [[], [['unsafe-file', 'data/train.npz']]]); // biome-ignore format: one idea
});

test('a column of lists feeds a declared model, of which the slice is retrained', async (t) => {
  const random = randomSequence(1);
  const build = makeBuilder('');
  const weight = (name: string, ...shape: number[]) =>
    build.constant(float32(name, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()))); // biome-ignore format: one idea
  const flat = build.add('Flatten', ['x']);
  const hidden = build.add('Relu', [build.add('Gemm', [flat, weight('w', WIDTH, 8), weight('b', 8)])]);
  const logits = build.add('Gemm', [hidden, weight('v', 8, 2), weight('c', 2)]);
  const value = (name: string, ...shape: (number | string)[]) => ({ name, type: 'float32' as const, shape });
  const graph = build.graph('mlp', [value('x', 'batch', 2, WIDTH / 2)], [value(logits, 'batch', 2)]);
  const model = Buffer.from(encodeModel(graph));
  const repository = smallRepository(t);
  const base = arraysChanged(repository, archive(clouds(100)), archive(clouds(110)), { 'm.onnx': model, '.github/taster.yml': `${CONFIG}models: [{path: m.onnx, data: train}]\n` }); // biome-ignore format: one idea
  const ran = await review(repository, base, 'row-diff,membership');
  assert.equal(ran.code, 0, ran.out + ran.err);
  assert.match(ran.review().models[0]!.slice, /layers? of the model/);
});

test('init proposes an archive with a label, and no arrays without one', async (t) => {
  const repository = smallRepository(t);
  repository.commit({
    'train.npz': npz({ x: floats([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), label: texts(['a', 'b', 'a', 'b']) }),
    'weights.npy': npy({ descr: '|u1', shape: [4, 2], data: bytesOf(1, 2, 3, 4, 5, 6, 7, 8) }),
  });
  const ran = await repository.taster('init');
  assert.equal(ran.code, 0, ran.out + ran.err);
  const written = readFileSync(join(repository.path, '.github/taster.yml'), 'utf8');
  assert.match(written, /path: train\.npz # 4 rows\n {4}label: label #/);
  assert.doesNotMatch(written, /weights\.npy/);
});
