import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamilies } from '../../src/checks/ids.ts';
import { suggest } from '../../src/config/suggest.ts';

const ids = [...checkFamilies.keys()];

test('the nearest word: a wrong, missing, doubled or exchanged letter, case and underscores', () => {
  const cases = [
    ['mislabeled', 'mislabelled'],
    ['amplifcation', 'amplification'],
    ['memebrship', 'membership'],
    ['ROW_DIFF', 'row-diff'],
    ['conflicting_copy', 'conflicting-copies'],
    ['dirft', 'drift'],
  ] as const;
  for (const [word, meant] of cases) assert.equal(suggest(word, ids), meant);
});

test('nothing is suggested for a word that is near none', () => {
  for (const word of ['xyzzy', '', 'q', '😀😀😀', 'a'.repeat(61), 'a'.repeat(1_000_000)])
    assert.equal(suggest(word, ids), null);
  assert.equal(suggest('label', []), null);
});

test('every known word is its own nearest', () => {
  for (const id of ids) assert.equal(suggest(id, ids), id);
});
