import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { harmless, payload, pickle } from '../weights/written-pickle.ts';
import { bytesOf, onnx, safetensors, torchZip } from '../weights/written-weights.ts';
import { CONFIG, type Files, smallRepository, table } from './small-repository.ts';

/** No native file is there: a review that asked for one would end with 2. */
const BARE = ['--runtime-path', '/nowhere'];
const AT = '.github/taster.yml';
const README = { 'README.md': 'x' };

/** Reviews `head` on top of `base` by the command line; findings as `check: outcome`, by path. */
async function reviewed(t: TestContext, base: Files, head: Files, args: readonly string[] = BARE) {
  const repository = smallRepository(t);
  const at = repository.commit({ ...README, ...base });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit(head);
  const output = ['--json', 'out/review.json', '--markdown', 'out/comment.md'];
  const ran = await repository.taster('review', '--base', at, ...output, ...args);
  const read = (name: string) => readFileSync(join(repository.path, 'out', name), 'utf8');
  assert.deepEqual(ran.leftOver, []);
  assert.doesNotMatch(ran.err, /This is a bug|\n\s+at /);
  const review = JSON.parse(read('review.json'));
  const of = (check: string) => review.findings.filter((finding: { check: string }) => finding.check === check);
  return {
    ...{ ...ran, review, markdown: read('comment.md') },
    text: ran.out.replace(/\s+/g, ' '),
    outcomes: review.findings
      .map(
        ({ check, outcome, introduced, gated }: Record<string, unknown>) =>
          `${check}: ${outcome}${introduced ? '' : ', in base'}${gated ? ', gated' : ''}`,
      )
      .sort(),
    unsafe: of('unsafe-file')[0],
    diff: of('tensor-diff')[0],
  };
}

describe('changed weights without a configuration', { concurrency: 2 }, () => {
  test('a pickle that runs code blocks, and says what it would run', async (t) => {
    const ran = await reviewed(t, {}, { 'models/a.pkl': Buffer.from(payload) });
    assert.equal(ran.code, 1, ran.err);
    assert.deepEqual(ran.outcomes, ['tensor-diff: unknown', 'unsafe-file: fail, gated']);
    assert.match(ran.text, /^Taster: fail — "models\/a\.pkl" \(a pickle\): It imports .*"os\.system" \(called\)/);
    assert.match(ran.text, /models\/a\.pkl: weights added/);
    assert.deepEqual(ran.unsafe.subject, { data: null, model: 'models/a.pkl', path: 'models/a.pkl' });
    assert.deepEqual(ran.review.models, [{ path: 'models/a.pkl', change: 'added', slice: '' }]);
    assert.match(ran.markdown, /os\.system/);
  });

  test('by its first bytes, whatever it is called', async (t) => {
    const ran = await reviewed(t, {}, { 'docs/notes.txt': Buffer.from(payload), 'docs/more.txt': 'words' });
    assert.equal(ran.code, 1, ran.err);
    assert.equal(ran.unsafe.subject.path, 'docs/notes.txt');
    assert.equal(ran.review.models.length, 1);
  });

  test('what PyTorch saves passes', async (t) => {
    const ran = await reviewed(t, {}, { 'model.pt': torchZip });
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.review.verdict, 'pass');
    assert.match(ran.unsafe.summary, /runs no code.*"collections\.OrderedDict" \(called\) in "model\/data\.pkl"/);
  });

  test('tensors are compared, the largest change first', async (t) => {
    const base = { 'm.safetensors': safetensors({ a: [1, 2], b: [3, 4], c: [0, 1] }) };
    const ran = await reviewed(t, base, { 'm.safetensors': safetensors({ a: [1, 2.5], b: [3, 14], c: [0, 1] }) });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ran.outcomes, ['tensor-diff: pass', 'unsafe-file: pass, gated']);
    assert.deepEqual(ran.diff.tensors.map(({ name, relativeNorm }: Record<string, unknown>) => [name, relativeNorm]), [['b', 2], ['a', 0.223607]]); // biome-ignore format: one line
    assert.match(ran.markdown, /\| `b` \| changed \| F32 /);
    assert.match(ran.text, /tensor-diff: relative change – 180%/);
  });

  test('numbers that are none are told, and block nothing', async (t) => {
    const base = { 'm.onnx': onnx({ w: [1, 2] }) };
    const ran = await reviewed(t, base, { 'm.onnx': onnx({ w: [1, Number.NaN] }) });
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.review.verdict, 'warn');
    assert.match(ran.text, /no finite numbers in 1 tensor: "w" \(1 not a number\)/);
  });

  test('weights beside an ONNX model are part of it, also where they alone changed', async (t) => {
    const model = { 'm/net.onnx': onnx({ w: 'parts/w.bin' }) };
    const base = { ...model, 'm/parts/w.bin': bytesOf([1, 2]) };
    const ran = await reviewed(t, base, { 'm/parts/w.bin': bytesOf([1, 3]) });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ran.outcomes, ['tensor-diff: pass', 'unsafe-file: pass, gated']);
    assert.equal(ran.diff.subject.path, 'm/net.onnx');
    assert.match(ran.diff.summary, /Of 1 tensor 1 changed/);
    const gone = await reviewed(t, {}, model);
    assert.equal(gone.code, 2, gone.err);
    assert.match(gone.unsafe.summary, /Weights lie in "parts\/w\.bin", which is no plain file beside the model/);
    const out = await reviewed(t, {}, { 'm/net.onnx': onnx({ w: '../../secret' }) });
    assert.equal(out.code, 1, out.err);
    assert.match(out.unsafe.summary, /lies in "\.\.\/\.\.\/secret"/);
  });

  test('what base imports already is told apart; what runs anything is not excused by it', async (t) => {
    const strange = (name: string, text: string) =>
      pickle(0x80, 4, `csome_package\n${name}\n`, 0x8c, text.length, text, 0x85, 'R', '.');
    const base = { 'a.pkl': Buffer.from(strange('Model', 'x')) };
    const same = await reviewed(t, base, { 'a.pkl': Buffer.from(strange('Model', 'y')) });
    assert.equal(same.code, 0, same.err);
    assert.deepEqual(same.outcomes[1], 'unsafe-file: fail, in base, gated');
    const other = await reviewed(t, base, { 'a.pkl': Buffer.from(strange('Other', 'x')) });
    assert.equal(other.code, 1, other.err);
    const system = (command: string) => ({
      'a.pkl': Buffer.from(pickle(0x80, 4, 'cos\nsystem\n', 0x8c, 1, command, 0x85, 'R', '.')),
    });
    assert.equal((await reviewed(t, system('a'), system('b'))).code, 1);
    const moved = await reviewed(t, system('a'), { 'a.pkl': null, 'b.pkl': system('a')['a.pkl'] });
    assert.equal(moved.code, 0, moved.err);
    assert.deepEqual(moved.outcomes[1], 'unsafe-file: fail, in base, gated');
  });

  test('a file that is removed is no danger', async (t) => {
    const ran = await reviewed(t, { 'a.pkl': Buffer.from(payload) }, { 'a.pkl': null });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ran.outcomes, ['tensor-diff: pass', 'unsafe-file: pass, gated']);
  });

  for (const [what, name, bytes, code, says] of [
    ['an LFS pointer without its object', 'a.pt', Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`), 2, /a\.pt is a Git LFS pointer, and its content is not at hand/],
    ['empty', 'a.pt', Buffer.of(), 2, /of no format that is known/],
    ['cut short', 'a.pkl', Buffer.from(harmless.subarray(0, 20)), 2, /pickle breaks off/],
    ['a safetensors header that breaks off', 'a.safetensors', safetensors({ a: [1] }).subarray(0, 30), 1, /is broken: its header/],
    ['an ONNX model that breaks off', 'a.onnx', onnx({ w: [1, 2] }).subarray(0, 40), 1, /no ONNX model that can be read/],
    ['HDF5', 'a.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), 2, /HDF5 \(Keras\), which is not read in this version/],
    ['in disguise', 'a.safetensors', Buffer.from(harmless), 1, /is named like safetensors, which cannot run code, and is a pickle/],
    ['a huge size in its header', 'a.safetensors', Buffer.concat([Buffer.alloc(6, 0xff), Buffer.alloc(40)]), 1, /header of \d+ bytes is not there/],
    ['named like markdown', '[x](http:e)`@everyone`|\u202e.pkl', Buffer.from(payload), 1, /os\.system/],
  ] as const) // biome-ignore format: a table
    test(`hostile: ${what}`, async (t) => {
      const ran = await reviewed(t, {}, { [name]: bytes });
      assert.equal(ran.code, code, ran.out + ran.err);
      assert.match(ran.unsafe.summary, says);
      assert.doesNotMatch(ran.out + ran.markdown, /\u202e/);
      assert.doesNotMatch(ran.markdown, /@everyone|\[x\]\(http/);
    });
});

test('a link is refused, and its target not opened', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({ 'a.pkl': Buffer.from(harmless) });
  repository.git('checkout', '-q', '-b', 'change');
  unlinkSync(join(repository.path, 'a.pkl'));
  symlinkSync('/etc/passwd', join(repository.path, 'a.pkl'));
  repository.commit({});
  const ran = await repository.taster('review', '--base', base, ...BARE);
  assert.equal(ran.code, 2, ran.err);
  assert.match(
    ran.out.replace(/\s+/g, ' '),
    /unsafe-file \(error\): a\.pkl is a symbolic link: links are not followed/,
  );
});

test('with a configuration: weights are told, and gate where it says so; data beside them are reviewed as ever', async (t) => {
  const base = { [AT]: CONFIG, 'train.csv': table() };
  const head = { 'train.csv': table(61), 'a.pkl': Buffer.from(payload) };
  const told = await reviewed(t, base, head, ['--only', 'row-diff,unsafe-file']);
  assert.equal(told.code, 0, told.err);
  assert.deepEqual(told.outcomes, ['row-diff: pass', 'unsafe-file: fail']);
  assert.equal(told.review.verdict, 'warn');
  const gates = { ...base, [AT]: `${CONFIG}gates: {unsafe-file: fail, row-diff: fail}\n` };
  const gated = await reviewed(t, gates, head, ['--only', 'row-diff,unsafe-file']);
  assert.equal(gated.code, 1, gated.err);
  assert.deepEqual(gated.outcomes, ['row-diff: pass, gated', 'unsafe-file: fail, gated']);
  const unasked = await reviewed(t, { [AT]: CONFIG }, { 'a.pt': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n` }, [...BARE, '--only', 'row-diff']); // biome-ignore format: one line
  assert.equal(unasked.code, 0, unasked.err);
  assert.deepEqual([unasked.outcomes, unasked.review.models.length], [[], 1], 'found, and not fetched');
  const silent = await reviewed(t, gates, head, ['--only', 'row-diff']);
  assert.equal(silent.code, 2, silent.err);
  assert.deepEqual(silent.outcomes, ['row-diff: pass, gated', 'unsafe-file: unknown, gated']);
});

test('a declared model is looked at whatever its name, and files that nobody reviews stay quiet', async (t) => {
  const config = 'version: 1\nmodels: [{path: net/weights}]\ngates: {unsafe-file: fail}\n';
  const ran = await reviewed(t, { [AT]: config }, { 'net/weights': 'hello', 'other/file': 'hello' });
  assert.equal(ran.code, 2, ran.err);
  assert.equal(ran.unsafe.subject.path, 'net/weights');
  const quiet = await reviewed(t, { [AT]: config }, { 'other/file': 'hello' });
  assert.equal(quiet.code, 0, quiet.err);
  assert.match(quiet.text, /nothing relevant changed/);
});

test('more files than are looked at leave no verdict', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`m${at}.pt`, torchZip]));
  const ran = await reviewed(t, {}, files);
  assert.equal(ran.code, 2, ran.err);
  assert.match(ran.text, /2 more changed files of weights were not looked at/);
});
