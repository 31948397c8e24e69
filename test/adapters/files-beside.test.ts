import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { filesBeside } from '../../src/adapters/files-beside.ts';

const root = mkdtempSync(join(tmpdir(), 'taster-beside-'));
const folder = join(root, 'model');
mkdirSync(join(folder, 'sub'), { recursive: true });
writeFileSync(join(folder, 'w.bin'), 'abc');
writeFileSync(join(folder, 'sub/w.bin'), '');
writeFileSync(join(root, 'secret'), 'secret');
after(() => rmSync(root, { recursive: true }));

test('plain files of the folder and of folders in it are read, once', () => {
  const read = filesBeside(folder);
  assert.equal(Buffer.from(read('w.bin')).toString(), 'abc');
  assert.equal(read('./sub/w.bin').length, 0);
  writeFileSync(join(folder, 'w.bin'), 'other');
  assert.equal(Buffer.from(read('w.bin')).toString(), 'abc');
});

test('links, folders and what is not there are refused, and so is what no model can hold', () => {
  symlinkSync('../secret', join(folder, 'link'));
  symlinkSync('..', join(folder, 'away'));
  symlinkSync('sub', join(folder, 'within'));
  writeFileSync(join(folder, 'huge'), '');
  truncateSync(join(folder, 'huge'), 2 ** 30 + 1);
  const read = filesBeside(folder);
  for (const location of ['link', 'away/secret', 'within/w.bin', 'sub', '.', 'none', 'w.bin/x'])
    assert.throws(() => read(location), { code: 'onnx-refused', message: /is no plain file beside it/ }, location);
  assert.throws(() => read('huge'), { code: 'onnx-refused', message: /has 1073741825 bytes/ });
});

test('a folder that is reached through a link is itself no trick', () => {
  symlinkSync('model', join(root, 'linked'));
  assert.ok(filesBeside(join(root, 'linked'))('sub/w.bin'));
});
