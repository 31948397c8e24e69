import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { diskFull } from '../../src/adapters/disk-full.ts';

test('a full disk is known by what git and Node say of it, and nothing else is', () => {
  for (const text of [
    'error: file write error: No space left on device\nfatal: unable to write pack',
    'fatal: write error: Disk quota exceeded',
    Object.assign(new Error('write'), { code: 'ENOSPC' }),
  ]) {
    const error = diskFull(text);
    assert.deepEqual([error?.code, error?.infrastructure], ['disk-full', true]);
  }
  for (const other of ['fatal: early EOF', new Error('read ECONNRESET'), null, undefined, ''])
    assert.equal(diskFull(other), null);
});

test('so it is for the error of the system itself', {
  skip: existsSync('/dev/full') ? false : 'there is no device that is always full',
}, () => {
  const file = openSync('/dev/full', 'w');
  try {
    writeSync(file, 'a');
    assert.fail('it was written');
  } catch (error) {
    assert.equal(diskFull(error)?.code, 'disk-full');
  } finally {
    closeSync(file);
  }
});
