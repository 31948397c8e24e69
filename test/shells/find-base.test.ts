import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openRepository } from '../../src/adapters/git.ts';
import { findBase } from '../../src/shells/find-base.ts';
import type { Change, Sought } from '../../src/shells/where.ts';
import { smallRepository } from './small-repository.ts';

const DAY = 86_400;
const NOW = 1_790_000_000;
const DAYS: Sought = { from: 'days', days: 7 };

/** A repository whose commits have ages in days. */
function aged(t: TestContext) {
  const repository = smallRepository(t);
  let count = 0;
  const commit = (days: number): string => {
    repository.commit({ file: String(count++) });
    const date = `${NOW - days * DAY} +0000`;
    process.env.GIT_COMMITTER_DATE = date;
    repository.git('commit', '-q', '--amend', '-m', 'x', '--date', date);
    delete process.env.GIT_COMMITTER_DATE;
    return repository.git('rev-parse', 'HEAD');
  };
  const find = async (head: string, base: Sought, ref = 'main', folder = repository.path) => {
    const change: Change = { pull: null, base: { ...base, ref }, head: { sha: head, ref, repository: 'o/n' } };
    return await findBase(await openRepository(folder), change, NOW * 1000);
  };
  return { ...repository, commit, find };
}

test('a schedule compares with the branch of a week ago, along its first parents', async (t) => {
  const { commit, find, git } = aged(t);
  const [old, week] = [commit(30), commit(8)];
  git('checkout', '-q', '-b', 'side', old);
  commit(20);
  git('checkout', '-q', 'main');
  git('merge', '-q', '--no-ff', '-s', 'ours', '-m', 'x', 'side');
  const head = commit(1);
  const found = await find(head, DAYS);
  // The merge itself is of today, in the future of the clock here, and stands below a young commit.
  assert.deepEqual(found, {
    ...{ base: week, head, tip: head },
    notes: ['Compared with the last commit of main that is at least 7 days old.'],
  });
});

test('a branch without commits of this week, or of one commit, is compared with nothing, and says so', async (t) => {
  const { commit, find } = aged(t);
  const first = commit(3);
  const { base, notes } = await find(first, DAYS);
  assert.deepEqual([base, notes], [first, ['main has one commit: nothing is to be compared.']]);
  const second = await find(commit(1), DAYS);
  assert.deepEqual(
    [second.base, second.notes],
    [first, ['All commits of main are younger than 7 days: compared with its first.']],
  );
  const quiet = aged(t);
  quiet.commit(30);
  const head = quiet.commit(9);
  const nothing = await quiet.find(head, DAYS);
  assert.equal(nothing.base, head);
  assert.match(nothing.notes.join(), /^No commit of main is younger than 7 days: nothing is to be compared\.$/);
});

test('a shallow clone that does not reach back is an error that says how to mend it', async (t) => {
  const { commit, find, path } = aged(t);
  for (const days of [30, 20, 2]) commit(days);
  const head = commit(1);
  const clone = (depth: number) => {
    const folder = join(path, '..', `clone-${depth}`);
    execFileSync('git', ['clone', '-q', `--depth=${depth}`, `file://${path}`, folder], { stdio: 'pipe' });
    return folder;
  };
  await assert.rejects(find(head, DAYS, 'main', clone(2)), { code: 'shallow-clone', hint: /fetch-depth: 0/ });
  assert.match((await find(head, DAYS, 'main', clone(3))).notes.join(), /at least 7 days old/);
});

test('a push is compared with its before, under the configuration that stood there or at the default branch', async (t) => {
  const { commit, find, git } = aged(t);
  const [before, after] = [commit(2), commit(1)];
  const onMain = await find(after, { from: 'before', before, target: null, days: 7 });
  assert.deepEqual(onMain, { base: before, head: after, tip: before, notes: [] });
  git('update-ref', 'refs/remotes/origin/main', after);
  git('checkout', '-q', '-b', 'feature', before);
  const [one, two] = [commit(1), commit(0)];
  const onFeature = await find(two, { from: 'before', before: one, target: 'origin/main', days: 7 }, 'feature');
  assert.deepEqual(onFeature, { base: one, head: two, tip: after, notes: [] });
});

test('a new branch, and one that lost its before to a force-push, fall back to the merge base, and say so', async (t) => {
  const { commit, find, git } = aged(t);
  const root = commit(40);
  git('update-ref', 'refs/remotes/origin/main', commit(39));
  const tip = git('rev-parse', 'HEAD');
  git('checkout', '-q', '-b', 'feature', root);
  const head = commit(0);
  const fresh = await find(head, { from: 'before', before: null, target: 'origin/main', days: 7 }, 'feature');
  assert.deepEqual([fresh.base, fresh.tip], [root, tip]);
  assert.match(fresh.notes.join(' '), /made feature: .* Compared with the merge base with origin\/main\.$/);
  const gone = await find(head, { from: 'before', before: 'c'.repeat(40), target: 'origin/main', days: 7 }, 'feature');
  assert.equal(gone.base, root);
  assert.match(gone.notes.join(' '), /\(cccccccccccc\) is gone, as after a force-push/);
  const same = await find(tip, { from: 'before', before: null, target: 'origin/main', days: 7 }, 'feature');
  assert.equal(same.base, same.head);
  assert.match(same.notes.join(' '), /Nothing is left to compare/);
});

test('a default branch that lost its before is compared with itself of a week ago, by the configuration of then', async (t) => {
  const { commit, find } = aged(t);
  const old = commit(9);
  const head = commit(1);
  const found = await find(head, { from: 'before', before: 'c'.repeat(40), target: null, days: 7 });
  assert.deepEqual([found.base, found.tip], [old, old]);
  assert.match(found.notes.join(' '), /is gone, .* at least 7 days old\.$/);
});

test('a before that only the remote still has is fetched', async (t) => {
  const { commit, find, git, path } = aged(t);
  commit(9);
  const lost = commit(8);
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  git('reset', '-q', '--hard', 'HEAD~1');
  const head = commit(1);
  const clone = join(path, '..', 'clone');
  execFileSync('git', ['clone', '-q', `file://${path}`, clone], { stdio: 'pipe' });
  const found = await find(head, { from: 'before', before: lost, target: null, days: 7 }, 'main', clone);
  assert.deepEqual([found.base, found.tip, found.notes], [lost, lost, []]);
});
