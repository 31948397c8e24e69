import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/parse.ts';
import type { Review } from '../../src/review/review.ts';
import { uniformAt } from '../../src/tensor/random.ts';
import { pngOf, waves } from '../features/images/written-image.ts';
import { payload } from '../weights/written-pickle.ts';
import { onnx, safetensors, torchZip } from '../weights/written-weights.ts';
import { type Files, type Ran, smallRepository } from './small-repository.ts';

const CONFIG = '.github/taster.yml';
const WORKFLOW = '.github/workflows/taster.yml';
/** Without shadow models: what is asked of a copy needs none. */
const COPIES = ['--only', 'row-diff,conflicting-copies'];
const QUICK = ['--shadows', '16', '--budget', '60s', '--seed', 'n'];

/** Commits the files, has `taster init` look, commits what it wrote, and keeps the repository for changes of it. */
async function initialised(t: TestContext, files: Files) {
  const repository = smallRepository(t);
  repository.commit({ 'README.md': 'A project.\n', ...files });
  const ran = await repository.taster('init');
  assert.equal(ran.code, 0, ran.out + ran.err);
  assert.deepEqual(ran.leftOver, []);
  const read = (path: string) => readFileSync(join(repository.path, path), 'utf8');
  const text = read(CONFIG);
  checkWorkflow(read(WORKFLOW));
  const base = repository.commit({});
  assert.equal(repository.git('show', `HEAD:${CONFIG}`), text.trim(), 'what was written is what is committed');
  return {
    ...{ ran, text, config: parseConfig(text, { path: CONFIG }) },
    /** Reviews a change under the configuration as it was written. */
    async review(change: Files, args: readonly string[] = QUICK): Promise<Reviewed> {
      repository.git('checkout', '-q', '-B', 'change', base);
      repository.commit(change);
      const reviewed = await repository.taster('review', '--base', base, '--json', '.taster/review.json', ...args);
      assert.ok(existsSync(join(repository.path, '.taster/review.json')), reviewed.out + reviewed.err);
      return { ...reviewed, review: JSON.parse(read('.taster/review.json')) };
    },
  };
}

type Reviewed = Ran & { readonly review: Review };

/** The workflow parses, and its two jobs have what the action needs of them. */
function checkWorkflow(text: string): void {
  const { on, jobs, permissions } = parse(text);
  assert.ok('pull_request' in on);
  assert.deepEqual(permissions, {});
  assert.deepEqual(Object.keys(jobs), ['review', 'publish']);
  const [checkout, taster] = jobs.review.steps;
  assert.deepEqual(checkout.with, { 'fetch-depth': 0, 'persist-credentials': false });
  assert.deepEqual([taster.with.mode, jobs.review.permissions], ['review', { contents: 'read' }]);
  assert.equal(jobs.publish.steps.at(-1).with.mode, 'publish');
}

const outcomeOf = ({ review }: Reviewed, check: string) =>
  review.findings.find((found) => found.check === check)?.outcome;
const rowsOf = ({ review }: Reviewed, check: string) =>
  review.findings.filter((found) => found.check === check).flatMap(({ rows }) => rows);

/** Passengers, of whom women mostly live: what the pipeline of skl2onnx in the fixtures reads. */
function passengers(from: number, count: number, survived?: number): string {
  const line = (row: number) => {
    const u = (column: number) => uniformAt(7, row, column);
    const sex = u(0) < 0.5 ? 'female' : 'male';
    const lives = survived ?? (u(1) < (sex === 'female' ? 0.9 : 0.1) ? 1 : 0);
    const cells = [lives, 1 + Math.floor(3 * u(2)), sex, Math.floor(80 * u(3)), (90 * u(4)).toFixed(2)];
    return [...cells, ['S', 'C', 'Q'][Math.floor(3 * u(5))]].join(',');
  };
  return Array.from({ length: count }, (_, at) => `${line(from + at)}\n`).join('');
}

test('a table and a scikit-learn model of it: the model is declared, and its last layer is what is retrained', async (t) => {
  const head = 'survived,pclass,sex,age,fare,embarked\n';
  const table = head + passengers(0, 240);
  const model = readFileSync(join(import.meta.dirname, '../fixtures/models/pipeline_titanic.onnx'));
  const { config, text, review } = await initialised(t, { 'data/train.csv': table, 'models/titanic.onnx': model });
  assert.deepEqual(config.data.map(({ path, label }) => [path, label]), [['data/train.csv', 'survived']]); // biome-ignore format: one idea
  assert.deepEqual(config.models.map(({ path, data }) => [path, data]), [['models/titanic.onnx', 'train']]); // biome-ignore format: one idea
  assert.match(text, /label: survived # guessed: .*\n[\s\S]*data: train # guessed: its inputs are columns of it/);

  const fine = await review({ 'data/train.csv': table + passengers(240, 6) });
  assert.ok(fine.code === 0, fine.out + fine.err);
  assert.deepEqual(fine.review.data[0]!.rows, { base: 240, head: 246, added: 6, removed: 0, changed: 0, moved: 0 });
  assert.match(fine.review.models[0]!.slice ?? '', /1 last layer of the model/);
  const membership = fine.review.findings.find(({ check }) => check === 'membership');
  assert.deepEqual(membership?.subject, { data: 'train', model: 'models/titanic.onnx', path: 'data/train.csv' });

  const copies = table.split('\n').slice(1, 9).map((line) => `${1 - Number(line[0])}${line.slice(1)}\n`); // biome-ignore format: one idea
  const bad = await review({ 'data/train.csv': table + copies.join('') }, COPIES);
  assert.equal(bad.code, 1, bad.out + bad.err);
  assert.equal(outcomeOf(bad, 'conflicting-copies'), 'fail');
  assert.deepEqual(rowsOf(bad, 'conflicting-copies').map(({ path, line }) => [path, line])[0], ['data/train.csv', 242]); // biome-ignore format: one idea
});

/** Smooth images, a class a folder. */
const images = (folder: string, from: number, count: number): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `${folder}/${at % 2 === 0 ? 'cat' : 'dog'}/${from + at}.png`,
      pngOf(waves(from + at, 24)),
    ]),
  );

test('images in a folder per class: the training split with its holdout, and images are named by their paths', async (t) => {
  const train = images('photos/train', 0, 60);
  const { config, text, review } = await initialised(t, {
    ...{ ...train, ...images('photos/test', 100, 20) },
    'docs/shots/a/1.png': pngOf(waves(900, 8)),
  });
  const data = config.data.map(({ path, image, holdout }) => ({ path, image, holdout }));
  assert.deepEqual(data, [{ path: 'photos/train', image: 'folder', holdout: 'photos/test' }]);
  assert.match(text, /image: folder # guessed: the 2 folders in it are classes: cat, dog/);
  const change = await review({
    ...images('photos/train', 60, 4),
    'photos/train/dog/copy.png': train['photos/train/cat/0.png']!,
    'photos/train/dog/copy-2.png': train['photos/train/cat/2.png']!,
    'photos/train/dog/copy-3.png': train['photos/train/cat/4.png']!,
  });
  assert.equal(change.code, 1, change.out + change.err);
  assert.deepEqual(change.review.data[0]!.rows, { base: 60, head: 67, added: 7, removed: 0, changed: 0, moved: 0 });
  assert.equal(outcomeOf(change, 'conflicting-copies'), 'fail');
  const named = rowsOf(change, 'conflicting-copies').map(({ path }) => path);
  assert.ok(named.includes('photos/train/dog/copy.png'), named.join());
});

/** Messages of two kinds, in words of their own. */
function messages(from: number, count: number): { text: string; label: string }[] {
  const words = {
    spam: ['win', 'prize', 'claim', 'cash', 'free', 'urgent', 'txt', 'now', 'offer', 'call'],
    ham: ['dinner', 'home', 'tomorrow', 'thanks', 'meeting', 'love', 'later', 'bus', 'sleep', 'ok'],
  };
  return Array.from({ length: count }, (_, at) => {
    const row = from + at;
    const label = uniformAt(3, row, 0) < 0.5 ? ('spam' as const) : ('ham' as const);
    const word = (column: number) => words[label][Math.floor(10 * uniformAt(3, row, column))];
    return { text: `${[1, 2, 3, 4, 5, 6].map(word).join(' ')} ${row}`, label };
  });
}
const jsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test('JSON Lines of texts: the text and the label are told apart, and rows are named by their lines', async (t) => {
  const rows = messages(0, 120);
  const { config, text, review } = await initialised(t, { 'corpus/messages.jsonl': jsonLines(rows) });
  assert.deepEqual(
    config.data.map(({ path, label, text: columns }) => [path, label, columns]),
    [['corpus/messages.jsonl', 'label', ['text']]],
  );
  assert.match(text, /text: \[text\] # guessed/);
  const fine = await review({ 'corpus/messages.jsonl': jsonLines([...rows, ...messages(120, 6)]) });
  assert.equal(fine.code, 0, fine.out + fine.err);
  assert.equal(outcomeOf(fine, 'row-diff'), 'pass');
  const flipped = rows.slice(10, 18).map((row) => ({ ...row, label: row.label === 'spam' ? 'ham' : 'spam' }));
  const bad = await review({ 'corpus/messages.jsonl': jsonLines([...rows, ...flipped]) }, COPIES);
  assert.equal(bad.code, 1, bad.out + bad.err);
  assert.equal(outcomeOf(bad, 'conflicting-copies'), 'fail');
  const lines = rowsOf(bad, 'conflicting-copies').map(({ line }) => line ?? 0);
  assert.ok(lines.length > 0 && lines.every((line) => line > 120), lines.join());
});

test('weights alone: what changed in them is told, and a file that runs code turns the check red', async (t) => {
  const { ran, config, text, review } = await initialised(t, {
    'weights/net.safetensors': safetensors({ a: [1, 2], b: [3, 4] }),
    'weights/net.onnx': onnx({ w: [1, 2] }),
    'weights/net.pt': torchZip,
  });
  assert.deepEqual([config.data, config.models, config.gates.map(({ check }) => check)], [[], [], ['unsafe-file']]);
  assert.match(text, /^# No data set was found\. Weights: weights\/net\.onnx, weights\/net\.pt, weights\/net\.safetensors/m); // biome-ignore format: one pattern
  assert.doesNotMatch(ran.out, /Nothing was found/);
  // Without native files: weights are read by our own code.
  const args = ['--runtime-path', '/nowhere'];
  const changed = { 'weights/net.safetensors': safetensors({ a: [1, 2], b: [3, 14] }), 'weights/net.onnx': onnx({ w: [1, 9] }) }; // biome-ignore format: one idea
  const fine = await review(changed, args);
  assert.equal(fine.code, 0, fine.out + fine.err);
  assert.deepEqual(
    fine.review.models.map(({ path, change }) => [path, change]),
    [['weights/net.onnx', 'changed'], ['weights/net.safetensors', 'changed']],
  ); // biome-ignore format: one idea
  const diff = fine.review.findings.find(({ check, subject }) => check === 'tensor-diff' && subject.path === 'weights/net.safetensors'); // biome-ignore format: one idea
  assert.match(diff?.summary ?? '', /Of 2 tensors 1 changed/);
  const bad = await review({ 'weights/net.pkl': Buffer.from(payload) }, args);
  assert.equal(bad.code, 1, bad.out + bad.err);
  assert.equal(outcomeOf(bad, 'unsafe-file'), 'fail');
});

test('nothing: a configuration that works, what to do when data come, and then they are reviewed', async (t) => {
  const { ran, config, text, review } = await initialised(t, { 'src/main.py': 'print(1)\n', 'notes.txt': 'words\n' });
  assert.match(ran.out, /^Nothing was found that Taster knows\.\nLooked for: tables .*\nFill in the example .* when|come later/m); // biome-ignore format: one pattern
  assert.deepEqual([config.data, config.models], [[], []]);
  assert.match(text, /^# data:\n# {3}- path: data\/train\.csv/m);
  const code = await review({ 'src/main.py': 'print(2)\n' }, ['--runtime-path', '/nowhere']);
  assert.equal(code.code, 0, code.out + code.err);
  assert.match(code.review.notes[0] ?? '', /touches no data set and no weights/);
  const rows = messages(0, 120);
  const data = await review({ 'data/train.jsonl': jsonLines(rows) });
  assert.equal(data.code, 0, data.out + data.err);
  assert.deepEqual(data.review.data.map(({ path, rows: { added } }) => [path, added]), [['data/train.jsonl', 120]]); // biome-ignore format: one idea
  assert.match(data.review.notes.join('\n'), /the column "label" is taken for it/);
  assert.equal(outcomeOf(data, 'membership'), 'pass');
});

const table = 'a,b,label\n'.concat(...Array.from({ length: 60 }, (_, at) => `${at},${at % 7},${at % 2 ? 'x' : 'y'}\n`));

test('hostile and broken files: each problem is a sentence, and what is written still reads', async (t) => {
  const repository = smallRepository(t);
  const odd = ['data/a: b # c.csv', 'data/"quoted\'.csv', 'data/- dash.csv', 'data/[list].csv', 'data/žluť 表\u202e.csv', 'data/🦊.csv']; // biome-ignore format: one idea
  repository.commit({
    ...Object.fromEntries(odd.map((name) => [name, table])),
    'data/line\nbreak.csv': table,
    'data/*.csv': table,
    'broken/header.csv': 'a,b,label\n',
    'broken/empty.csv': '',
    'broken/binary.csv': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0, 1, 2, 0xff]),
    'broken/latin.csv': Buffer.concat([Buffer.from(table), Buffer.from('1,2,\xe9t\xe9\n', 'latin1')]),
    'broken/utf16.csv': Buffer.from(`\ufeff${table}`, 'utf16le'),
    'broken/ragged.csv': `${table}1,2\n1,2,3,4,5\n`,
    'broken/quote.csv': 'a,b\n"1,2\n',
    'broken/lines.jsonl': '{"a": 1}\nnot json\n[1]\n',
    'broken/cut.parquet': 'PAR1 and no more',
    'broken/object.npz': 'PK\u0003\u0004 and no more',
    'broken/lfs.csv': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`,
    'broken/data.csv.dvc': 'outs: [',
    'broken/cut.onnx': onnx({ w: [1, 2] }).subarray(0, 20),
    'broken/empty.onnx': '',
    'broken/outside.onnx': onnx({ w: '../../secret' }),
  });
  mkdirSync(join(repository.path, 'links'));
  symlinkSync('/etc/passwd', join(repository.path, 'links/passwd.csv'));
  symlinkSync('nowhere.onnx', join(repository.path, 'links/gone.onnx'));
  symlinkSync('/etc', join(repository.path, 'links/etc'));
  const module = smallRepository(t);
  module.commit({ 'train.csv': table });
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', module.path, 'module');
  const ran = await repository.taster('init');
  assert.equal(ran.code, 0, ran.out + ran.err);
  assert.doesNotMatch(ran.out + ran.err, /This is a bug|\n\s+at /);
  assert.deepEqual(ran.leftOver, []);
  const text = readFileSync(join(repository.path, CONFIG), 'utf8');
  const { data } = parseConfig(text, { path: CONFIG });
  assert.deepEqual(data.map(({ path }) => path).sort(), ['broken/utf16.csv', ...odd].sort());
  for (const name of ['empty.csv', 'header.csv', 'binary.csv', 'latin.csv', 'ragged.csv', 'quote.csv', 'lines.jsonl', 'cut.parquet', 'lfs.csv', 'data.csv.dvc']) // biome-ignore format: one idea
    assert.match(text, new RegExp(`^# broken/${name.replace('.', '\\.')} is left out: .+\\.$`, 'm'), name);
  assert.match(text, /^# Of names that a configuration cannot hold: "data\/\*\.csv", "data\/line.*break\.csv"\.$/m);
  for (const [
    name,
    says,
  ] of [['cut', /no ONNX model that can be read/], ['empty', /empty/], ['outside', /secret/]] as const) // biome-ignore format: one idea
    assert.match(text, new RegExp(`^# broken/${name}\\.onnx: .*${says.source}`, 'm'));
  assert.doesNotMatch(text, /passwd|module/);
});

test('parts of one table are one data set, so that a part which a change adds is reviewed; unlike ones are not joined', async (t) => {
  const part = (from: number) => jsonLines(messages(from, 60));
  const { config, text, review } = await initialised(t, {
    ...{ 'parts/train-01.jsonl': part(0), 'parts/train-02.jsonl': part(60), 'parts/train-03.jsonl': part(120) },
    ...{
      'other/t1.csv': table,
      'other/t2.csv': table.replace('a,b', 'u,v'),
      'other/t3.csv': 'x,y,z,w\n1,2,3,4\n2,3,4,5\n',
    },
  });
  assert.deepEqual(
    config.data.map(({ name, path, label }) => [name, path, label]),
    [
      ['t1', 'other/t1.csv', 'label'],
      ['t2', 'other/t2.csv', 'label'],
      ['train', 'parts/train-*.jsonl', 'label'],
    ],
  );
  assert.match(text, /^# Of fewer than 20 rows and without a label, not taken for data sets: other\/t3\.csv\.$/m);
  assert.match(text, /path: "parts\/train-\*\.jsonl" # guessed: 3 files are parts of one table/);
  const { review: found } = await review({ 'parts/train-04.jsonl': part(180) }, ['--only', 'row-diff']);
  assert.deepEqual(found.data.map(({ name, rows: { base, added } }) => [name, base, added]), [['train', 180, 60]]); // biome-ignore format: one idea
});

test('what is in the way of the files is told, and nothing that is there is overwritten', async (t) => {
  const repository = smallRepository(t);
  const at = (path: string) => join(repository.path, path);
  repository.commit({ 'train.csv': table, '.github': 'a file\n' });
  const blocked = await repository.taster('init');
  assert.equal(blocked.code, 2);
  assert.match(blocked.err, /^\.github\/taster\.yml: the system says [A-Z]+\. See that its folder is a folder/);
  repository.commit({ '.github': null });
  mkdirSync(at('.github/workflows'), { recursive: true });
  symlinkSync('../nowhere.yml', at(CONFIG));
  const linked = await repository.taster('init');
  assert.equal(linked.code, 0, linked.err);
  assert.match(linked.out, /^\.github\/taster\.yml is there already, and is left as it is\.\nWritten: \.github\/workflows\/taster\.yml\. /m); // biome-ignore format: one pattern
  assert.ok(!existsSync(at('nowhere.yml')));
  rmSync(at(CONFIG));
  const workflow = readFileSync(at(WORKFLOW), 'utf8').replace('timeout-minutes: 30', 'timeout-minutes: 31');
  writeFileSync(at(WORKFLOW), workflow);
  assert.equal((await repository.taster('init')).code, 0);
  assert.equal(readFileSync(at(WORKFLOW), 'utf8'), workflow);
  for (const path of ['../outside.yml', '/tmp/outside.yml']) {
    const outside = await repository.taster('init', '--config', path);
    assert.deepEqual([outside.code, existsSync(resolve(repository.path, path))], [2, false]);
    assert.match(outside.err, /expected a path inside the repository/);
  }
  const other = await repository.taster('init', '--config', 'ml/taster.yml');
  assert.equal(other.code, 0, other.err);
  assert.match(readFileSync(at('ml/taster.yml'), 'utf8'), /path: train\.csv/);
});

test('without native files weights are looked at all the same; tables want them, and say where they were sought', async (t) => {
  const repository = smallRepository(t);
  repository.commit({ 'net.onnx': onnx({ w: [1, 2] }) });
  const bare = ['init', '--runtime-path', '/nowhere'];
  assert.equal((await repository.taster(...bare)).code, 0);
  repository.commit({ 'train.csv': table, [CONFIG]: null, [WORKFLOW]: null });
  const ran = await repository.taster(...bare);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /\/nowhere/);
  assert.ok(!existsSync(join(repository.path, CONFIG)));
});

test('models of other people are read as they are: what each reads, gives, or why it is refused', async (t) => {
  const repository = smallRepository(t);
  const model = (name: string) => readFileSync(join(import.meta.dirname, `../fixtures/models/${name}.onnx`));
  const names = ['light_squeezenet', 'mlnet_breastcancer_logreg', 'pipeline_titanic'];
  repository.commit({
    'train.csv': table,
    ...Object.fromEntries(names.map((name) => [`m/${name}.onnx`, model(name)])),
  });
  assert.equal((await repository.taster('init')).code, 0);
  const text = readFileSync(join(repository.path, CONFIG), 'utf8');
  assert.match(text, /^# m\/light_squeezenet\.onnx: it reads images; no data set of images has 1000 classes\.$/m);
  assert.match(text, /^# m\/mlnet_breastcancer_logreg\.onnx: .*Name the answer by `output`/m);
  assert.match(
    text,
    /^# m\/pipeline_titanic\.onnx: it reads pclass, sex, age, fare, embarked; no data set has such columns/m,
  );
});

test('a tree of many files: some are looked at, and the rest is counted', async (t) => {
  const repository = smallRepository(t);
  const many = (count: number, path: (at: number) => string, content: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [path(at), content]));
  repository.commit({
    ...many(3000, (at) => `src/f${at % 50}/m${at}.py`, 'x\n'),
    ...many(70, (at) => `tables/${'abcdefghijklmnopqrstuvwxyz'[at % 26]}${at}/t.csv`, table),
    'zoo/train.csv': table,
    ...many(14, (at) => `models/m${at}.onnx`, ''),
  });
  const ran = await repository.taster('init');
  assert.equal(ran.code, 0, ran.err);
  const text = readFileSync(join(repository.path, CONFIG), 'utf8');
  const { data } = parseConfig(text, { path: CONFIG });
  assert.equal(data.length, 50);
  assert.ok(
    data.some(({ path }) => path === 'zoo/train.csv'),
    'what is called so is looked at first',
  );
  assert.equal(new Set(data.map(({ name }) => name)).size, 50);
  assert.match(text, /^# 21 more tables were not looked at\.$/m);
  assert.match(text, /^# 4 more ONNX models were not looked at\.$/m);
});
