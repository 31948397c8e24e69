import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDataSets } from '../../src/source/data-sets.ts';
import { classOf, imagesAt, imagesBeside } from '../../src/source/images.ts';
import type { ChangedFile, TreeEntry } from '../../src/source/repository.ts';

const entry = (path: string, kind: TreeEntry['kind'] = 'file', object: string | null = path): TreeEntry => ({ path, kind, object }); // biome-ignore format: one idea
const change = (path: string): ChangedFile => ({ path, previousPath: null, change: 'modified', kind: 'file' });
const paths = (entries: readonly TreeEntry[] | undefined) => entries?.map(({ path }) => path);

test('the class is the folder that the path leaves open', () => {
  const cases: [string, string, string | null][] = [
    ['data/train/cat/1.jpg', 'data/train', 'cat'],
    ['data/train/cat/1.jpg', 'data/train/', 'cat'],
    ['data/train/cat/images/1.jpg', 'data/train', 'cat'],
    ['data/train/1.jpg', 'data/train', null],
    ['data/train/cat/1.jpg', 'data/train/*/*.jpg', 'cat'],
    ['data/train/cat/images/1.jpg', 'data/train/*/images/*.jpg', 'cat'],
    ['data/train/cat/1.jpg', 'data/train/**/*.jpg', 'cat'],
    ['data/train/cat/1.jpg', 'data/train/cat/*.jpg', null],
    ['data/train-2/cat/1.jpg', 'data/train-?/*/*.jpg', 'train-2'],
    ['1.jpg', '*.jpg', null],
  ];
  for (const [image, path, expected] of cases) assert.equal(classOf(image, path), expected, `${image} of ${path}`);
});

test('images are those of a folder or a glob, by the endings of their names', () => {
  const names = [
    'd/a/1.jpg',
    'd/a/2.JPEG',
    'd/a/deep/3.png',
    'd/a/labels.csv',
    'd/a/1.jpg.txt',
    'd2/a/4.webp',
    'd/5.gif',
    'jpg',
  ];
  const entries = [...names.map((name) => entry(name)), entry('d/a/link.png', 'link'), entry('d/sub.png', 'submodule')];
  assert.deepEqual(paths(imagesAt(entries, 'd')), ['d/a/1.jpg', 'd/a/2.JPEG', 'd/a/deep/3.png', 'd/5.gif', 'd/a/link.png']); // biome-ignore format: one idea
  assert.deepEqual(paths(imagesAt(entries, 'd/*/*.jpg')), ['d/a/1.jpg']);
  assert.deepEqual(paths(imagesAt(entries, 'd/a/')), ['d/a/1.jpg', 'd/a/2.JPEG', 'd/a/deep/3.png', 'd/a/link.png']);
  assert.deepEqual(paths(imagesBeside(entries, ['d2/train.csv'])), ['d2/a/4.webp']);
  assert.equal(imagesBeside(entries, ['train.csv']).length, 6);
});

test('a folder per class: its images are its files, a link among them is a row, a link in its place a problem', () => {
  const data = { name: 'train', path: 'd', holdout: 'h/*/*.png', image: 'folder' };
  const base = [entry('d/a/1.jpg'), entry('d/notes.txt'), entry('h/a/9.png')];
  const head = [...base, entry('d/b/2.jpg'), entry('d/b/l.jpg', 'link')];
  const [found] = findDataSets({ base, head, changes: [change('d/b/2.jpg')] }, [data]);
  assert.deepEqual([found!.base, found!.head], [['d/a/1.jpg'], ['d/a/1.jpg', 'd/b/2.jpg', 'd/b/l.jpg']]);
  assert.deepEqual(found!.holdout, { base: ['h/a/9.png'], head: ['h/a/9.png'] });
  assert.deepEqual([found!.changed, found!.problem], [true, null]);
  assert.deepEqual(paths(found!.images?.base), ['d/a/1.jpg', 'h/a/9.png']);
  const [untouched] = findDataSets({ base, head: base, changes: [change('d/notes.txt')] }, [data]);
  assert.equal(untouched!.changed, false);
  for (const kind of ['link', 'submodule'] as const) {
    const [replaced] = findDataSets({ base, head: [entry('d', kind)], changes: [change('d')] }, [data]);
    assert.match(replaced!.problem ?? '', /^d is a /);
  }
});

test('a table with images: one that changed is a change, also where the table did not', () => {
  const data = { name: 'train', path: 'd/train.csv', holdout: null, image: 'file' };
  const tree = [entry('d/train.csv'), entry('d/i/1.png'), entry('e/2.png')];
  const changed = (path: string) => findDataSets({ base: tree, head: tree, changes: [change(path)] }, [data])[0]!;
  assert.equal(changed('d/i/1.png').changed, true);
  assert.equal(changed('e/2.png').changed, false);
  assert.deepEqual(paths(changed('d/i/1.png').images?.head), ['d/i/1.png']);
  const [plain] = findDataSets({ base: tree, head: tree, changes: [change('d/i/1.png')] }, [{ ...data, image: null }]);
  assert.deepEqual([plain!.images, plain!.changed], [null, false]);
});

test('in the work tree an image that did not change has the object of base', () => {
  const base = [entry('d/a/1.png'), entry('d/a/2.png')];
  const head = [entry('d/a/1.png', 'file', null), entry('d/a/2.png', 'file', null), entry('d/a/3.png', 'file', null)];
  const trees = { base, head, changes: [change('d/a/2.png'), change('d/a/3.png')] };
  const [found] = findDataSets(trees, [{ name: 'd', path: 'd', holdout: null, image: 'folder' }]);
  assert.deepEqual(
    found!.images?.head.map(({ object }) => object),
    ['d/a/1.png', null, null],
  );
});
