import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDvcPointer, parseLfsPointer } from '../../src/source/pointers.ts';

const SHA = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${SHA}\nsize 12345\n`;
const MD5 = 'a304afb96060aad90176268345e10355';

test('an LFS pointer gives hash and size; what only looks like one does not', () => {
  assert.deepEqual(parseLfsPointer(LFS), { sha256: SHA, bytes: 12345 });
  const broken = [
    LFS.replace('size 12345', 'size -1'),
    LFS.replace('size 12345', `size ${'9'.repeat(16)}`),
    LFS.replace(SHA, SHA.slice(1)),
    LFS.replace('sha256:', 'md5:'),
    ` ${LFS}`,
    LFS + 'x'.repeat(1024),
    'a,b\n1,2\n',
    '',
  ];
  for (const text of broken) assert.equal(parseLfsPointer(text), null, text.slice(0, 80));
});

test('a DVC pointer gives MD5 and size of one output; dependencies are no outputs', () => {
  const one = `outs:\n- md5: ${MD5}\n  size: 14445097\n  hash: md5\n  path: data.csv\n`;
  assert.deepEqual(parseDvcPointer(one), { md5: MD5, folder: false, bytes: 14445097 });
  assert.deepEqual(parseDvcPointer(`outs:\n- path: d\n  md5: '${MD5}.dir'\n`), { md5: MD5, folder: true, bytes: null });
  const other = 'b'.repeat(32);
  assert.equal(parseDvcPointer(`deps:\n- md5: ${other}\n  path: x\n${one}`)?.md5, MD5);
  assert.equal(parseDvcPointer(`${one}- md5: ${other}\n  path: y\n`), null);
  assert.equal(parseDvcPointer(`deps:\n- md5: ${other}\n`), null);
});
