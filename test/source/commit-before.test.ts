import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitBefore } from '../../src/source/commit-before.ts';

const NOW = 100;
const FROM = 93;
/** The commits of a branch by their dates, newest first; each is named by its place. */
const before = (dates: readonly number[], isWhole = true) =>
  commitBefore(
    { commits: dates.map((seconds, at) => ({ sha: `c${at}`, seconds })), isWhole },
    { from: FROM, now: NOW },
  );
const found = (at: number, isFirst = false) => ({ sha: `c${at}`, isFirst });

test('the newest commit that is old enough, the day itself included', () => {
  assert.deepEqual(before([99, 95, 93, 92, 10]), found(2));
  assert.deepEqual(before([92, 91]), found(0), 'nothing came since');
});

test('a branch that is younger is followed to its first commit, where that is at hand', () => {
  assert.deepEqual(before([99, 95]), found(1, true));
  assert.deepEqual(before([99]), found(0, true));
  assert.equal(before([99, 95], false), null);
  assert.deepEqual(before([99, 95, 90], false), found(2), 'a shallow clone that is deep enough');
});

test('a commit that claims to be old hides nothing that came below it, nor itself', () => {
  assert.deepEqual(before([1, 99, 95, 92]), found(3));
  assert.deepEqual(before([99, 1, 95, 1, 92]), found(3));
});

test('a commit of the future is young among the newest; one of long ago does not move the base', () => {
  assert.deepEqual(before([500, 92, 91]), found(1));
  assert.deepEqual(before([99, 92, 500, 91]), found(1));
});

test('no commit gives no base', () => assert.equal(before([]), null));
