import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { materialise } from '../../src/adapters/files.ts';
import { openRepository } from '../../src/adapters/git.ts';
import { UserError } from '../../src/errors.ts';
import { findDataSets } from '../../src/source/data-sets.ts';
import { WORKTREE } from '../../src/source/repository.ts';
import { resolveRevisions } from '../../src/source/revisions.ts';

const ROWS = Array.from({ length: 30 }, (_, i) => `${i},row ${i}`).join('\n');

function makeRepository(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'taster-git-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const repo = join(root, 'repo');
  mkdirSync(repo);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repo, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { stdio: 'pipe' })
      .toString()
      .trim();
  const write = (path: string, text: string) => writeFileSync(join(repo, path), text);
  const commit = () => {
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  write('train.csv', `id,text\n${ROWS}\n`);
  const base = commit();
  return { root, repo, git, write, commit, base };
}

const isError = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;

test('the base defaults to the merge base with the default branch, and renames are seen', async (t) => {
  const { root, repo, git, write, commit, base } = makeRepository(t);
  git('checkout', '-q', '-b', 'change');
  renameSync(join(repo, 'train.csv'), join(repo, 'träin 2.csv'));
  write('new.jsonl', '{"a":1}\n');
  const head = commit();
  const repository = await openRepository(repo);
  const revisions = await resolveRevisions(repository, { base: null, head: null });
  assert.deepEqual(revisions, { base, head });
  const changes = await repository.changedFiles(base, head);
  assert.deepEqual(
    changes.find(({ change }) => change === 'renamed'),
    { path: 'träin 2.csv', previousPath: 'train.csv', change: 'renamed', kind: 'file' },
  );
  const trees = { base: await repository.listTree(base), head: await repository.listTree(head), changes };
  const [data] = findDataSets(trees, [{ name: 'train', path: 'träin 2.csv', holdout: null }]);
  assert.deepEqual(
    [data!.base, data!.head, data!.previousPath, data!.changed],
    [['train.csv'], ['träin 2.csv'], 'train.csv', true],
  );
  assert.deepEqual(
    findDataSets(trees, null)
      .map(({ name }) => name)
      .sort(),
    ['new', 'träin 2'],
  );
  const files = await materialise(repository, head, ['träin 2.csv'], join(root, 'private'), {
    lfs: null,
    dvc: null,
    maxBytes: 1e6,
  });
  assert.equal(readFileSync(files[0]!.localPath, 'utf8'), `id,text\n${ROWS}\n`);
  assert.equal(files[0]!.bytes, statSync(files[0]!.localPath).size);
  assert.equal(statSync(join(root, 'private')).mode & 0o777, 0o700);
  await assert.rejects(
    materialise(repository, head, ['träin 2.csv'], join(root, 'private'), { lfs: null, dvc: null, maxBytes: 10 }),
    isError('file-too-large'),
  );
  await assert.rejects(
    materialise(repository, head, ['gone.csv'], join(root, 'private'), { lfs: null, dvc: null, maxBytes: 1e6 }),
    isError('file-missing'),
  );
});

test('the work tree counts uncommitted and new files', async (t) => {
  const { root, repo, write, base } = makeRepository(t);
  write('train.csv', 'id,text\n1,x\n');
  write('more.csv', 'a\n1\n');
  const repository = await openRepository(repo);
  const changes = await repository.changedFiles(base, WORKTREE);
  assert.deepEqual(
    changes.map(({ path, change }) => [path, change]),
    [
      ['train.csv', 'modified'],
      ['more.csv', 'added'],
    ],
  );
  const [file] = await materialise(repository, WORKTREE, ['train.csv'], join(root, 'private'), {
    lfs: null,
    dvc: null,
    maxBytes: 1e6,
  });
  assert.equal(readFileSync(file!.localPath, 'utf8'), 'id,text\n1,x\n');
});

test('links are named as a problem and never followed', async (t) => {
  const { root, repo, commit, base } = makeRepository(t);
  writeFileSync(join(root, 'secret.csv'), 'secret\n1\n');
  symlinkSync(join(root, 'secret.csv'), join(repo, 'link.csv'));
  symlinkSync(root, join(repo, 'folder'));
  const head = commit();
  const repository = await openRepository(repo);
  const trees = {
    base: await repository.listTree(base),
    head: await repository.listTree(head),
    changes: await repository.changedFiles(base, head),
  };
  const found = findDataSets(trees, [
    { name: 'a', path: 'link.csv', holdout: null },
    { name: 'b', path: 'folder/secret.csv', holdout: null },
  ]);
  for (const data of found) assert.match(data.problem ?? '', /symbolic link/);
  for (const path of ['link.csv', 'folder/secret.csv'])
    await assert.rejects(
      materialise(repository, WORKTREE, [path], join(root, 'private'), { lfs: null, dvc: null, maxBytes: 1e6 }),
      isError('link'),
    );
});

test('the first bytes of a file are read at any revision, and git is stopped there', async (t) => {
  const { repo, commit, write } = makeRepository(t);
  write('big', 'x'.repeat(5_000_000));
  write('small', 'abc');
  symlinkSync('/etc/passwd', join(repo, 'link'));
  const head = commit();
  const repository = await openRepository(repo);
  for (const revision of [head, WORKTREE]) {
    assert.equal((await repository.readStart(revision, 'big', 256)).toString(), 'x'.repeat(256));
    assert.equal((await repository.readStart(revision, 'small', 256)).toString(), 'abc');
    assert.equal((await repository.readStart(revision, 'nowhere', 256)).length, 0);
  }
  assert.equal((await repository.readStart(WORKTREE, 'link', 256)).length, 0);
});

test('nothing that the repository configures is run', async (t) => {
  const { root, repo, git, write, commit, base } = makeRepository(t);
  const mark = join(root, 'ran');
  write('train.csv', 'id,text\n1,y\n');
  write('.gitattributes', '*.csv diff=evil filter=evil\n');
  const head = commit();
  for (const key of [
    'core.fsmonitor',
    'diff.external',
    'diff.evil.command',
    'diff.evil.textconv',
    'filter.evil.smudge',
    'core.pager',
  ])
    git('config', key, `touch ${mark}`);
  const repository = await openRepository(repo);
  await repository.changedFiles(base, head);
  await repository.changedFiles(base, WORKTREE);
  await materialise(repository, head, ['train.csv'], join(root, 'private'), { lfs: null, dvc: null, maxBytes: 1e6 });
  assert.equal(existsSync(mark), false);
});

test('bad revisions and places are user errors', async (t) => {
  const { root, repo, write, commit, base } = makeRepository(t);
  const repository = await openRepository(repo);
  for (const revision of ['nope', '--upload-pack=touch x', '', 'main:train.csv'])
    await assert.rejects(repository.resolve(revision), isError('unknown-revision'), revision);
  await assert.rejects(openRepository(root), isError('not-a-repository'));
  write('train.csv', 'id,text\n');
  commit();
  const clone = join(root, 'clone');
  execFileSync('git', ['clone', '-q', '--depth=1', `file://${repo}`, clone], { stdio: 'pipe' });
  rmSync(repo, { recursive: true });
  const shallow = await openRepository(clone);
  await assert.rejects(
    shallow.resolve(base),
    (error) => isError('shallow-clone')(error) && /fetch-depth: 0/.test((error as UserError).hint),
  );
});

test('a shallow clone fetches a missing base itself', async (t) => {
  const { root, repo, write, commit, base } = makeRepository(t);
  write('train.csv', 'id,text\n');
  const head = commit();
  const clone = join(root, 'clone');
  execFileSync('git', ['clone', '-q', '--depth=1', `file://${repo}`, clone], { stdio: 'pipe' });
  const shallow = await openRepository(clone);
  assert.equal(await shallow.resolve(base), base);
  assert.equal((await shallow.changedFiles(base, head)).length, 1);
});
