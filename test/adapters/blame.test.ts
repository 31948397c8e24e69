import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { blameFile, parseBlame } from '../../src/adapters/blame.ts';
import { UserError } from '../../src/errors.ts';
import { authorOf, linesOf } from '../../src/source/file-authors.ts';
import { WORKTREE } from '../../src/source/repository.ts';

function makeRepository(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'taster-blame-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const repo = join(root, 'repo');
  mkdirSync(repo);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repo, ...args], { stdio: 'pipe' })
      .toString()
      .trim();
  git('init', '-q', '-b', 'main');
  const commit = (author: string, path: string, text: string) => {
    writeFileSync(join(repo, path), text);
    git('add', '-A');
    git('-c', `user.name=${author}`, '-c', 'user.email=a@example.com', 'commit', '-q', '-m', 'x');
    return git('rev-parse', 'HEAD');
  };
  return { root, repo, git, commit };
}

const signal = new AbortController().signal;
const unknown = (pattern: RegExp) => (error: unknown) =>
  error instanceof UserError && error.code === 'authors-unknown' && pattern.test(error.message);

test('who wrote each line, also where lines were put between others', async (t) => {
  const { repo, commit } = makeRepository(t);
  commit('Ann', '-x.csv', 'a,b\n1,2\n5,6\n');
  const last = commit('Bob\u001b[31m <!--', '-x.csv', 'a,b\n1,2\n3,4\n3,5\n5,6\n');
  const found = await blameFile(repo, last, '-x.csv', signal);
  assert.equal(linesOf(found), 5);
  const names = [1, 2, 3, 4, 5].map((line) => authorOf(found, line));
  assert.deepEqual([names[0], names[1], names[4]], ['Ann', 'Ann', 'Ann']);
  assert.equal(names[2], names[3]);
  assert.match(names[2]!, /^Bob/);
  assert.ok(!names[2]!.includes('\u001b'));
  assert.deepEqual([authorOf(found, 0), authorOf(found, 6)], [null, null]);
});

test('what the repository configures is not run', async (t) => {
  const { root, repo, git, commit } = makeRepository(t);
  const trace = join(root, 'ran');
  commit('Ann', '.gitattributes', '*.csv diff=evil filter=evil\n');
  const last = commit('Ann', 'x.csv', 'a\n1\n');
  git('config', 'diff.evil.textconv', `touch ${trace};cat`);
  git('config', 'filter.evil.clean', `touch ${trace};cat`);
  const next = commit('Bob', 'x.csv', 'a\n2\n');
  writeFileSync(join(root, 'ignored'), `${next}\n`);
  git('config', 'blame.ignoreRevsFile', join(root, 'ignored'));
  rmSync(trace, { force: true });
  assert.equal(linesOf(await blameFile(repo, last, 'x.csv', signal)), 2);
  assert.equal(authorOf(await blameFile(repo, next, 'x.csv', signal), 2), 'Bob', 'no commit is passed over');
  assert.equal(existsSync(trace), false);
});

test('what the history cannot tell is said', async (t) => {
  const { root, repo, git, commit } = makeRepository(t);
  commit('Ann', 'x.csv', 'a\n1\n');
  const last = commit('Bob', 'x.csv', 'a\n1\n2\n');
  await assert.rejects(blameFile(repo, WORKTREE, 'x.csv', signal), unknown(/^Lines that are not committed/));
  await assert.rejects(blameFile(repo, last, 'gone.csv', signal), unknown(/gone\.csv does not tell/));
  await assert.rejects(blameFile(repo, last, 'x.csv', AbortSignal.abort()), unknown(/in time/));
  git('clone', '-q', '--depth=1', `file://${repo}`, join(root, 'shallow'));
  await assert.rejects(blameFile(join(root, 'shallow'), last, 'x.csv', signal), unknown(/shallow/));
});

test('lines of any text: what is no run of lines and no author is passed over', () => {
  const sha = 'a'.repeat(40);
  assert.deepEqual(parseBlame(''), { names: [], runs: [] });
  assert.deepEqual(parseBlame(`${sha} 1 1 2\nsummary author of it\nfilename x\n`), { names: [], runs: [[1, 2, -1]] });
  const odd = parseBlame(`author Nobody\n${sha} 4 9 1\nauthor Ann\nauthor-mail <author x>\nfilename ${sha} 1 1 1\n`);
  assert.deepEqual(odd.runs.map(([first]) => first), [9]); // biome-ignore format: one list
  assert.equal(odd.names[odd.runs[0]![2]], 'Ann');
});
