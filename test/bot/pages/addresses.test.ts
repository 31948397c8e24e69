import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAddress, ownAddress, readListQuery } from '../../../src/bot/pages/addresses.ts';

const read = (query: string) => readListQuery(new URLSearchParams(query));

test('a query of the list is read and written alike', () => {
  const query = { repository: 'Own-er/na.me_1', pull: 7, before: 120 };
  assert.deepEqual(read(listAddress(query).slice(2)), query);
  assert.deepEqual(read(''), { repository: null, pull: null, before: null });
  assert.deepEqual(read('repository=&pull='), { repository: null, pull: null, before: null });
  assert.equal(listAddress({}), '/');
  for (const bad of ['pull=0', 'pull=07x', 'before=-1', 'before=1.5', 'repository=a', 'repository=a/b/c', 'pull=3000000000']) // biome-ignore format: one idea
    assert.equal(read(bad), null, bad);
});

test('only pages of the App itself stand behind a sign-in', () => {
  for (const own of ['/', '/runs/12', '/runs/12/report', '/?repository=a/b&pull=3', '/?repository=a%2Fb'])
    assert.equal(ownAddress(own), own);
  for (const other of [null, '', 'x', '//a.example', '/\\a.example', '/runs/12/review.json', '/sign-out', '/runs/x', '/?a=b#c', '/?to=//a.example\n', 'https://a.example/', '/runs/1\r\nx: y']) // biome-ignore format: one idea
    assert.equal(ownAddress(other), '/', String(other));
});
