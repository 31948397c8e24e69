import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangedFile, TreeEntry } from '../../src/source/repository.ts';
import { findWeights, isWeightPath, modelsBeside } from '../../src/source/weight-files.ts';

const entry = (path: string, kind: TreeEntry['kind'] = 'file'): TreeEntry => ({ path, kind, object: null });
const change = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  ...{ path, previousPath: null, change: 'modified', kind: 'file' },
  ...more,
});
const find = (base: readonly TreeEntry[], ...changes: ChangedFile[]) =>
  findWeights({ base, head: [], changes }, isWeightPath);

test('each kind of change has the sides that are there', () => {
  const base = ['a.pt', 'b.onnx', 'c.pt', 'd.txt', 'e.pt', 'f.safetensors.dvc'].map((path) => entry(path));
  const found = find(
    base,
    change('a.pt'),
    change('b.onnx', { change: 'removed' }),
    change('new.pt', { change: 'added' }),
    change('moved.pt', { change: 'renamed', previousPath: 'c.pt' }),
    change('was-text.pt', { change: 'renamed', previousPath: 'd.txt' }),
    change('hidden.txt', { change: 'renamed', previousPath: 'e.pt' }),
    change('f.safetensors.dvc'),
    change('notes.txt'),
  );
  assert.deepEqual(found.map(({ path, previousPath, change, base, head }) => [path, previousPath, change, base, head]), [
    ['a.pt', null, 'changed', 'a.pt', 'a.pt'],
    ['b.onnx', null, 'removed', 'b.onnx', null],
    ['new.pt', null, 'added', null, 'new.pt'],
    ['moved.pt', 'c.pt', 'renamed', 'c.pt', 'moved.pt'],
    // Nobody took the text for weights: base vouches for nothing.
    ['was-text.pt', null, 'added', null, 'was-text.pt'],
    ['hidden.txt', 'e.pt', 'renamed', 'e.pt', 'hidden.txt'],
    ['f.safetensors', null, 'changed', 'f.safetensors.dvc', 'f.safetensors.dvc'],
  ]); // biome-ignore format: a table
});

test('a link or a submodule at head is a problem, one at base is nothing to compare with', () => {
  const [link, module] = find(
    [entry('a.pt'), entry('b.pt')],
    change('a.pt', { kind: 'link' }),
    change('b.pt', { kind: 'submodule' }),
  );
  assert.match(link!.problem!, /a\.pt is a symbolic link/);
  assert.match(module!.problem!, /b\.pt is a submodule/);
  const [was] = find([entry('a.pt', 'link')], change('a.pt'));
  assert.deepEqual([was!.change, was!.base, was!.problem], ['added', null, null]);
  assert.deepEqual(find([entry('a.pt', 'link')], change('a.pt', { change: 'removed', kind: 'link' })), []);
});

test('a model is asked about changed files below it that could be its weights', () => {
  const head = ['m/a.onnx', 'm/w/x.bin', 'm/b.onnx', 'other/c.onnx'].map((path) => entry(path));
  const changes = [change('m/w/x.bin'), change('m/readme.md'), change('m/b.onnx'), change('m/t.pt')];
  assert.deepEqual([...modelsBeside({ base: [], head, changes })], [['m/a.onnx', ['w/x.bin']]]);
});
