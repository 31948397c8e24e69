import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitLink, placeLink, placeText, placeUrl } from '../../src/report/place.ts';
import { LINKS, sampleReview } from './samples.ts';

const review = sampleReview('fail-amplification');
const place = { revision: 'base', path: 'data/train.csv', line: 17, ordinal: 15 } as const;
const root = `https://github.com/example/spam-filter/blob/${review.base.sha}`;

test('a place is file and line, or the row where the format has no lines', () => {
  assert.equal(placeText(place), 'data/train.csv:17');
  assert.equal(placeText({ ...place, path: 'a.parquet', line: null }), 'a.parquet row 16');
  assert.equal(placeText({ ...place, path: 'data/cat/1.JPG', line: null }), 'data/cat/1.JPG');
});

for (const [path, line, expected] of [
  ['data/train.csv', 17, '/data/train.csv?plain=1#L17'],
  ['data/train.jsonl', 17, '/data/train.jsonl#L17'],
  ['data/train.parquet', null, '/data/train.parquet'],
  ['a b/c)#d?e%f.txt', 1, '/a%20b/c%29%23d%3Fe%25f.txt#L1'],
  ['größe/数据.txt', 1, '/gr%C3%B6%C3%9Fe/%E6%95%B0%E6%8D%AE.txt#L1'],
  ['half\ud800.txt', 1, '/half%EF%BF%BD.txt#L1'],
] as const)
  test(`the address of ${JSON.stringify(path)}`, () =>
    assert.equal(placeUrl(review, { ...place, path, line }, LINKS), root + expected));

for (const path of ['', '/etc/passwd', 'a/../b', './a', 'a//b', '..'])
  test(`no address for ${JSON.stringify(path)}`, () => assert.equal(placeUrl(review, { ...place, path }, LINKS), null));

test('no address without a server, a repository or a commit that looks like one', () => {
  for (const server of ['javascript:alert(1)', 'https://a.b/c', 'https://a b', 'file:///x', ''])
    assert.equal(placeUrl(review, place, { ...LINKS, server }), null);
  for (const repository of ['', 'a', 'a/b/c', '../..', 'a/..', 'a/b)c'])
    assert.equal(placeUrl(review, place, { ...LINKS, repository }), null);
  for (const sha of ['', 'WORKTREE', 'a'.repeat(39), `${'a'.repeat(40)}/`])
    assert.equal(placeUrl({ ...review, base: { ...review.base, sha } }, place, LINKS), null);
});

test("head is read in the fork, base in the repository; a fork's broken name is not followed", () => {
  const head = { ...place, revision: 'head' } as const;
  assert.match(placeUrl(review, head, LINKS)!, /github\.com\/contributor\/spam-filter\//);
  assert.match(placeUrl(review, place, LINKS)!, /github\.com\/example\/spam-filter\//);
  const broken = { ...review, head: { ...review.head, repository: '../evil' } };
  assert.match(placeUrl(broken, head, LINKS)!, /github\.com\/example\/spam-filter\//);
});

test('a long path keeps its end', () => {
  const text = placeLink(review, { ...place, path: `${'very/'.repeat(50)}long.csv` }, null);
  assert.match(text, /^`….*long\.csv:17`$/);
  assert.ok(text.length < 100);
});

test('a commit is linked where it can be', () => {
  const { sha } = review.base;
  assert.equal(
    commitLink(review, 'base', LINKS),
    `[\`${sha.slice(0, 7)}\`](https://github.com/example/spam-filter/commit/${sha})`,
  );
  assert.equal(commitLink(review, 'base', null), `\`${sha.slice(0, 7)}\``);
  const odd = { ...review, base: { ...review.base, sha: '@team/x' } };
  assert.doesNotMatch(commitLink(odd, 'base', LINKS), /@\w|\]\(/);
});
