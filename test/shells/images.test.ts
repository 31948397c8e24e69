import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { resize } from '../../src/features/images/resize.ts';
import type { Review } from '../../src/review/review.ts';
import { jpegOf, noise, plainJpeg, pngOf, waves, writePng } from '../features/images/written-image.ts';
import { changeOf, type SmallRepository, smallRepository } from './small-repository.ts';

const QUICK = ['--only', 'row-diff,duplicates,conflicting-copies', '--json', 'review.json'];
const config = (data: string, more = '') => `version: 1\ndata:\n  - {name: train, ${data}}\n${more}`;
const GATE = 'gates: {conflicting-copies: {max_rows: 0}}\n';

/** Sixty smooth images of two classes. */
const images = (folder: string, from = 0, count = 60): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `${folder}/${at % 2 === 0 ? 'cat' : 'dog'}/${from + at}.png`,
      pngOf(waves(from + at, 24)),
    ]),
  );
const table = (names: readonly string[], folder: string): string =>
  ['file,label', ...names.map((name) => `${name.slice(folder.length + 1)},${/(cat|dog)\//.exec(name)?.[1]}`), ''].join('\n'); // biome-ignore format: one idea

async function review(repository: SmallRepository, base: string, args: readonly string[] = QUICK) {
  const ran = await repository.taster('review', '--base', base, ...args);
  const written = (): Review => JSON.parse(readFileSync(join(repository.path, 'review.json'), 'utf8'));
  return { ...ran, review: written, flat: ran.out.replace(/\s+/g, ' ') };
}

test('a folder per class: a copy under another class is named by its own path, and opens no gate', async (t) => {
  const repository = smallRepository(t);
  const base = { '.github/taster.yml': config('path: data/train, image: folder', GATE), ...images('data/train') };
  const copied = base['data/train/cat/0.png' as keyof typeof base];
  const again = await jpegOf(resize(waves(2, 24), { width: 40, height: 40 }), { quality: 60 });
  const commit = changeOf(repository, base, {
    ...images('data/train', 60, 10),
    'data/train/dog/copy.png': copied,
    'data/train/dog/encoded-again.jpg': again,
  });
  const ran = await review(repository, commit);
  assert.equal(ran.code, 1, ran.out + ran.err);
  assert.match(ran.flat, / data\/train\/dog\/copy\.png like data\/train\/cat\/0\.png in base \(1\.00\)/);
  assert.match(
    ran.flat,
    / data\/train\/dog\/encoded-again\.jpg like data\/train\/cat\/2\.png in base \((?:0\.99|1\.00)\)/,
  );
  const { data, findings } = ran.review();
  assert.deepEqual(data[0]!.rows, { base: 60, head: 72, added: 12, removed: 0, changed: 0, moved: 0 });
  assert.match(data[0]!.columns.at(-1)!, /^image \(pixels\): 1 JPEG, 71 PNG, 24-40 x 24-40 pixels, made 16 x 16 x 3/);
  const [row] = findings.find(({ check }) => check === 'conflicting-copies')!.rows;
  assert.deepEqual([row!.path, row!.line, row!.id], ['data/train/dog/copy.png', null, 'data/train/dog/copy.png']);
  assert.deepEqual(ran.leftOver, []);
  const rows = await repository.taster('rows', 'review.json');
  assert.match(rows.out, /data\/train\/dog\/copy\.png \(head /);
  assert.equal(rows.err, '');
});

test('a table with a column of paths: the line of the table is named; a replaced image is a change', async (t) => {
  const repository = smallRepository(t);
  const first = images('data/train');
  const names = Object.keys(first);
  const commit = changeOf(
    repository,
    {
      '.github/taster.yml': config('path: data/train.csv, label: label, id: file, image: file', GATE),
      ...first,
      'data/train.csv': table(names, 'data'),
    },
    { 'data/train/dog/5.png': first['data/train/cat/10.png']! },
  );
  const ran = await review(repository, commit);
  assert.equal(ran.code, 1, ran.out + ran.err);
  assert.match(ran.flat, /data\/train\.csv:7 \(id train\/dog\/5\.png\) like data\/train\.csv:12 in base \(1\.00\)/);
  assert.deepEqual(ran.review().data[0]!.rows, { base: 60, head: 60, added: 0, removed: 0, changed: 1, moved: 0 });
});

test('shadow models are trained on images, by a glob with a holdout, and the work tree is reviewed', async (t) => {
  const repository = smallRepository(t);
  const data = 'path: "data/train/*/*.png", holdout: data/test, image: folder';
  const base = repository.commit({ '.github/taster.yml': config(data), ...images('data/train'), ...images('data/test', 100, 20) }); // biome-ignore format: one idea
  for (const [name, content] of Object.entries({
    ...images('data/train', 60, 10),
    'data/test/cat/300.jpg': plainJpeg([5]),
  }))
    writeFileSync(join(repository.path, name), content);
  const only = ['--only', 'membership,mislabelled,contamination', '--shadows', '16', '--json', 'review.json'];
  const ran = await review(repository, base, ['--head', 'WORKTREE', ...only]);
  assert.equal(ran.code, 0, ran.out + ran.err);
  const { cost, data: read, findings } = ran.review();
  assert.deepEqual([cost.shadows, read[0]!.rows.base, read[0]!.rows.head], [32, 60, 70]);
  assert.match(read[0]!.columns.at(-1)!, /1 JPEG, 90 PNG/);
  for (const { check, outcome } of findings)
    assert.ok(['pass', 'unknown', 'warn'].includes(outcome), `${check}: ${outcome}`);
});

test('hostile images are rows without features, counted, and no gate opens by them', async (t) => {
  const repository = smallRepository(t);
  const base = {
    '.github/taster.yml': config('path: data, image: folder', GATE),
    ...images('data'),
    'data/cat/odd.png': 'text',
  };
  const png = pngOf(noise(1, 30));
  const commit = repository.commit(base);
  repository.git('checkout', '-q', '-b', 'change');
  symlinkSync('/etc/hostname', join(repository.path, 'data/dog/link.png'));
  repository.commit({
    'data/dog/torn.png': png.subarray(0, png.length >> 1),
    'data/dog/bomb.png': writePng({ width: 60_000, height: 60_000, depth: 8, colour: 2 }, [Buffer.alloc(9)]),
    'data/dog/empty.jpg': '',
    'data/dog/other.gif': 'GIF89a',
    'data/dog/ink.jpg': plainJpeg([1, 2, 3, 4]),
    'data/dog/fine.png': pngOf(waves(900, 24)),
  });
  const ran = await review(repository, commit);
  assert.equal(ran.code, 2, ran.out + ran.err);
  const { data, findings, notes, verdict } = ran.review();
  assert.equal(verdict, 'unknown');
  assert.deepEqual(data[0]!.rows, { base: 61, head: 68, added: 7, removed: 0, changed: 0, moved: 0 });
  const copies = findings.find(({ check }) => check === 'conflicting-copies')!;
  assert.deepEqual([copies.outcome, copies.unseen, copies.gated], ['unknown', 6, true]);
  assert.match(copies.summary, /6 row\(s\) of the change could not be looked at/);
  assert.equal(findings.find(({ check }) => check === 'row-diff')!.outcome, 'pass');
  const told = notes.join('\n');
  assert.match(
    told,
    /2 row\(s\) have an image that is cut off, damaged, or hangs its decoder: read without features \(2 of the change\)/,
  );
  assert.match(
    told,
    /3 row\(s\) have an image that is no JPEG, PNG or WebP: read without features \(2 of the change\)/,
  );
  assert.match(told, /1 row\(s\) name a symbolic link/);
  assert.match(told, /1 row\(s\) have an image of too many pixels/);
});

test('an image that is missing at one revision is a row without image, and paths do not leave the folder', async (t) => {
  const repository = smallRepository(t);
  const first = images('data/i');
  const names = Object.keys(first);
  const rows = table(names, 'data');
  const commit = changeOf(
    repository,
    {
      '.github/taster.yml': config('path: data/train.csv, label: label, id: file, image: file', GATE),
      ...first,
      'secret.png': pngOf(noise(7, 8)),
      'data/train.csv': rows,
    },
    { 'data/i/cat/4.png': null, 'data/train.csv': `${rows}../secret.png,dog\n/etc/passwd,cat\n` },
  );
  const ran = await review(repository, commit);
  assert.equal(ran.code, 2, ran.out + ran.err);
  const { data, findings, notes } = ran.review();
  assert.deepEqual(data[0]!.rows, { base: 60, head: 62, added: 2, removed: 0, changed: 1, moved: 0 });
  assert.match(notes.join('\n'), /1 row\(s\) name an image that is not there .*\(1 of the change\)/);
  assert.match(notes.join('\n'), /2 row\(s\) name an image by an absolute path.*\(2 of the change\)/);
  assert.equal(findings.find(({ check }) => check === 'conflicting-copies')!.unseen, 3);
});

test('LFS images are resolved from the clone’s own store; one that is not there is an error of the data set', async (t) => {
  const repository = smallRepository(t);
  const content = pngOf(waves(0, 24));
  const pointerOf = (bytes: Buffer) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(bytes).digest('hex')}\nsize ${bytes.length}\n`;
  const sha = createHash('sha256').update(content).digest('hex');
  const place = join(repository.path, '.git/lfs/objects', sha.slice(0, 2), sha.slice(2, 4), sha);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  const base = { '.github/taster.yml': config('path: data, image: folder', GATE), ...images('data') };
  const commit = changeOf(repository, base, { 'data/dog/0.png': pointerOf(content) });
  const ran = await review(repository, commit);
  assert.equal(ran.code, 1, ran.out + ran.err);
  assert.match(ran.flat, /data\/dog\/0\.png like data\/cat\/0\.png in base/);
  repository.commit({ 'data/dog/1.png': pointerOf(pngOf(waves(999, 24))) });
  const gone = await review(repository, commit);
  assert.equal(gone.code, 2);
  assert.match(gone.flat, /data\/dog\/1\.png is a Git LFS pointer, and its content is not at hand/);
});

test('a new folder, one that went, and a folder that was never there', async (t) => {
  const repository = smallRepository(t);
  const settings = { '.github/taster.yml': config('path: data, image: folder') };
  const commit = changeOf(repository, settings, images('data', 0, 20));
  const fresh = await review(repository, commit);
  assert.equal(fresh.code, 0, fresh.out + fresh.err);
  assert.deepEqual([fresh.review().data[0]!.rows.base, fresh.review().data[0]!.rows.head], [0, 20]);
  const head = repository.git('rev-parse', 'HEAD');
  repository.commit(Object.fromEntries(Object.keys(images('data', 0, 20)).map((name) => [name, null])));
  const gone = await review(repository, head);
  assert.equal(gone.code, 0, gone.out + gone.err);
  assert.equal(gone.review().data[0]!.rows.removed, 20);
  const never = await review(repository, commit, ['--head', 'main', '--json', 'review.json']);
  assert.match(never.flat, /no file at either revision is called data/);
});
