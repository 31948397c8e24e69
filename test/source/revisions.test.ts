import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRepository } from '../../src/adapters/git.ts';
import { UserError } from '../../src/errors.ts';
import { resolveRevisions } from '../../src/source/revisions.ts';

test('head defaults to HEAD and base to the merge base; given revisions become full ids', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'taster-revisions-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      stdio: 'pipe',
    })
      .toString()
      .trim();
  const commit = (text: string) => {
    writeFileSync(join(folder, `${text}.csv`), text);
    git('add', '-A');
    git('commit', '-q', '-m', text);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  const fork = commit('one');
  git('checkout', '-q', '-b', 'topic');
  const topic = commit('two');
  git('checkout', '-q', 'main');
  const tip = commit('three');
  git('checkout', '-q', 'topic');
  const repository = await openRepository(folder);
  const none = { base: null, head: null };
  assert.deepEqual(await resolveRevisions(repository, none), { base: fork, head: topic });
  assert.deepEqual(await resolveRevisions(repository, { base: 'main', head: 'topic' }), { base: tip, head: topic });
  assert.deepEqual(await resolveRevisions(repository, { base: null, head: 'main' }), { base: tip, head: tip });
  assert.deepEqual(await resolveRevisions(repository, { base: null, head: 'WORKTREE' }), {
    base: fork,
    head: 'WORKTREE',
  });
  for (const asked of [
    { ...none, head: 'gone' },
    { ...none, base: 'gone' },
    { ...none, base: '--output=x' },
  ])
    await assert.rejects(resolveRevisions(repository, asked), (error) => error instanceof UserError);
});
