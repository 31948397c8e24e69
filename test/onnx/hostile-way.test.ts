import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { beside, LAID } from './hostile-beside.ts';
import type { Ended } from './hostile-child.ts';
import { bombs, type Hostile, operators, truncated, turned } from './hostile-corpus.ts';

const ROOT = join(import.meta.dirname, '../..');
const CHILD = join(import.meta.dirname, 'hostile-child.ts');
/** Milliseconds of the processor that a model may take, and of silence after which the child is taken for hanging. */
const LONGEST = 10_000;
const SILENCE = 120_000;
/** Megabytes: what a small runner can give. */
const MEMORY = 2048;

/**
 * Tries a group of models in a child that may read the code and one folder, nothing else: any other file that is opened
 * for reading, any that is opened for writing, and any process that is started, ends the child with an error.
 */
async function tryAll(group: string, folder: string): Promise<readonly Ended[]> {
  const readable = [ROOT, realpathSync(join(ROOT, 'node_modules')), `${folder}/model`];
  const child = spawn(
    process.execPath,
    [
      ...['--permission', ...readable.map((path) => `--allow-fs-read=${path}`), `--max-old-space-size=${MEMORY}`],
      ...[CHILD, group, folder],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: {} },
  );
  let output = '';
  let errors = '';
  let heard = performance.now();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    heard = performance.now();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const watch = setInterval(() => {
    if (performance.now() - heard > SILENCE) child.kill('SIGKILL');
  }, 500);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string | Ended);
  assert.equal(code, 0, `the child ended at ${JSON.stringify(lines.at(-1))}: ${errors.slice(0, 2000)}`);
  return lines.filter((line) => typeof line !== 'string');
}

function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'taster-hostile-')));
  mkdirSync(join(folder, 'model/sub'), { recursive: true });
  return work(folder).finally(() => rmSync(folder, { recursive: true }));
}

function judge(models: readonly Hostile[], ended: readonly Ended[]): Readonly<Record<Ended['end'], number>> {
  assert.deepEqual(
    ended.map(({ name }) => name),
    models.map(({ name }) => name),
  );
  const counts = { taken: 0, refused: 0, crashed: 0 };
  for (const [index, { name, milliseconds, end, message, hint }] of ended.entries()) {
    const { ends = end } = models[index]!;
    assert.notEqual(end, 'crashed', `${name}: ${message}`);
    assert.equal(end, ends, `${name}: ${message}`);
    assert.ok(milliseconds < LONGEST, `${name}: ${milliseconds} ms`);
    if (end === 'refused') {
      assert.ok(message.length < 500 && !/[\n\r]/.test(message), `${name}: ${message}`);
      assert.ok(hint.length > 0, name);
    }
    counts[end]++;
  }
  return counts;
}

test('cut at every hundredth of its length, a model is refused in one line', () =>
  inFolder(async (folder) => {
    assert.equal(judge(truncated, await tryAll('truncated', folder)).refused, truncated.length);
  }));

test('with bits turned, a model is cut into slices or refused in one line', () =>
  inFolder(async (folder) => {
    const { taken, refused } = judge(turned, await tryAll('turned', folder));
    assert.ok(taken > 150 && refused > 500, `${taken} taken, ${refused} refused`);
  }));

test('operators with wrong inputs, shapes and attributes are cut or refused in one line', () =>
  inFolder(async (folder) => {
    const { taken, refused } = judge(operators, await tryAll('operators', folder));
    assert.ok(taken > 500 && refused > 500, `${taken} taken, ${refused} refused`);
  }));

test('models that are small on disk and large where they are believed end in time', () =>
  inFolder(async (folder) => {
    judge(bombs, await tryAll('bombs', folder));
  }));

test('weights beside the model: no file outside of its folder is opened, from no place in a model', () =>
  inFolder(async (folder) => {
    const weights = new Uint8Array(Float32Array.of(1, 2).buffer);
    const at = (name: string) => join(folder, 'model', name);
    writeFileSync(join(folder, LAID.secret), weights);
    for (const name of [LAID.weights, `sub/${LAID.weights}`]) writeFileSync(at(name), weights);
    symlinkSync(`../${LAID.secret}`, at(LAID.link));
    symlinkSync('..', at(LAID.folderLink));
    // Opened for reading, it would hang: nobody writes to it.
    if (process.platform !== 'win32') execFileSync('mkfifo', [at(LAID.pipe)]);
    judge(beside(folder), await tryAll('beside', folder));
  }));

test('the child sees what it guards against: a file outside cannot be opened in it', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, LAID.secret), '');
    const read = `require('node:fs').readFileSync(${JSON.stringify(join(folder, LAID.secret))})`;
    const run = (...allowed: string[]) =>
      execFileSync(process.execPath, ['--permission', ...allowed, '-e', read], { env: {}, stdio: 'pipe' });
    assert.throws(() => run(`--allow-fs-read=${folder}/model`), /ERR_ACCESS_DENIED/);
    assert.doesNotThrow(() => run(`--allow-fs-read=${folder}`));
  }));
