import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealOf, secretWord } from '../../src/adapters/sealed-text.ts';

test('what is sealed opens with the same secret and purpose alone, and never looks the same', () => {
  const seal = sealOf('a secret', 'session');
  for (const text of ['', 'x', 'ü€𝄞', 'y'.repeat(2000)]) {
    const [one, two] = [seal.close(text), seal.close(text)];
    assert.notEqual(one, two);
    assert.match(one, /^[\w-]+$/);
    assert.equal(sealOf('a secret', 'session').open(one), text);
    for (const other of [sealOf('a secret', 'other'), sealOf('another', 'session')])
      assert.equal(other.open(one), null);
  }
});

test('every changed bit, every cut and every stranger is refused', () => {
  const seal = sealOf('a secret', 'session');
  const bytes = Buffer.from(seal.close('hello'), 'base64url');
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const touched = Buffer.from(bytes);
    touched[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(seal.open(touched.toString('base64url')), null, String(bit));
  }
  for (let size = 0; size < bytes.length; size++)
    assert.equal(seal.open(bytes.subarray(0, size).toString('base64url')), null, String(size));
  for (const text of ['', '!', 'a b', 'ü', `${bytes.toString('base64url')}=`, 'A'.repeat(1 << 20)])
    assert.equal(seal.open(text), null);
});

test('secret words are long and never the same', () => {
  const words = new Set(Array.from({ length: 1000 }, secretWord));
  assert.equal(words.size, 1000);
  for (const word of words) assert.match(word, /^[\w-]{43}$/);
});
