import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CloneOrder, cloneChange } from '../../src/adapters/clone-change.ts';
import { UserError } from '../../src/errors.ts';
import { serveGit } from '../fixtures/bot/git-over-http.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'clone-change-'));
const ORIGIN = join(ROOT, 'origin');
const TOKEN = 'ghs_a0b1c2d3e4f5';
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
const seen: string[] = [];
let elsewhere = '';
const server = createServer((request, response) => {
  seen.push(request.headers.authorization ?? '');
  if (request.url!.startsWith('/moved/')) response.writeHead(302, { location: `${elsewhere}${request.url}` }).end();
  else if (request.headers.authorization !== `Basic ${BASIC}`) response.writeHead(404).end('# secret words');
  else serveGit(ORIGIN, request, response);
});
const stolen: string[] = [];
const thief = createServer((request, response) => {
  stolen.push(request.headers.authorization ?? '');
  response.writeHead(404).end();
});
const git = (...args: string[]) =>
  execFileSync('git', ['-C', ORIGIN, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
const commit = (file: string, text: string) => {
  writeFileSync(join(ORIGIN, file), text);
  git('add', '-A');
  git('commit', '-q', '-m', file);
  return git('rev-parse', 'HEAD');
};
let remote = '';
let fork = '';
let tip = '';
let head = '';

before(async () => {
  for (const each of [server, thief]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git`;
  elsewhere = `http://localhost:${(thief.address() as AddressInfo).port}`;
  mkdirSync(ORIGIN);
  git('init', '-q', '-b', 'main');
  commit('old.bin', 'only history has this text');
  git('rm', '-q', 'old.bin');
  fork = commit('train.csv', 'a\n1\n');
  git('checkout', '-q', '-b', 'change');
  head = commit('train.csv', 'a\n1\n2\n');
  git('checkout', '-q', 'main');
  tip = commit('README.md', 'later');
  // As a fork's branch: no name leads to it, its id does.
  git('branch', '-q', '-D', 'change');
});
after(() => {
  for (const each of [server, thief]) {
    each.closeAllConnections();
    each.close();
  }
  rmSync(ROOT, { recursive: true, force: true });
});

const cloneIn = (place: string, order: Omit<CloneOrder, 'limitBytes'>, limitBytes: number | null = null) =>
  cloneChange(place, { ...order, limitBytes });
const folder = () => mkdtempSync(join(ROOT, 'clone-'));

function everyFile(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const at = join(path, name);
    return statSync(at).isDirectory() ? everyFile(at) : [at];
  });
}

const isError = (code: string, infrastructure: boolean) => (error: unknown) =>
  error instanceof UserError && error.code === code && error.infrastructure === infrastructure;

test('the three commits come without history, and the token stays nowhere', async () => {
  const place = folder();
  const { path, mergeBase } = await cloneIn(place, { remote, token: TOKEN, tip, head });
  assert.equal(mergeBase, fork);
  const there = (...args: string[]) => execFileSync('git', ['-C', path, ...args], { encoding: 'utf8', stdio: 'pipe' });
  assert.equal(there('show', `${head}:train.csv`), 'a\n1\n2\n');
  assert.equal(there('show', `${tip}:README.md`), 'later');
  assert.equal(there('rev-list', mergeBase).trim(), mergeBase);
  assert.throws(() => there('cat-file', '-e', `${fork}~1`));
  assert.equal(there('remote', 'get-url', 'origin').trim(), remote);
  assert.deepEqual(readdirSync(path), ['.git']);
  assert.deepEqual(readdirSync(place), ['repository']);
  for (const file of everyFile(place)) {
    const text = readFileSync(file, 'latin1');
    assert.ok(!text.includes(TOKEN) && !text.includes(BASIC), file);
  }
  assert.equal(process.env.GIT_CONFIG_COUNT, undefined);
});

test('a commit that is gone, a refusal and no common ancestor are told apart, in our own words', async () => {
  const gone = { remote, token: TOKEN, tip, head: 'f'.repeat(40) };
  await assert.rejects(cloneIn(folder(), gone), isError('commit-gone', false));
  const refused = cloneIn(folder(), { remote, token: 'ghs_other', tip, head });
  await assert.rejects(refused, (error) => isError('clone', true)(error) && !/secret/.test((error as Error).message));
  git('checkout', '-q', '--orphan', 'alone');
  const alone = commit('train.csv', 'b\n');
  git('checkout', '-q', 'main');
  await assert.rejects(cloneIn(folder(), { remote, token: TOKEN, tip, head: alone }), isError('no-merge-base', false));
});

test('the token does not follow a redirection', async () => {
  const moved = remote.replace('/o/', '/moved/');
  await assert.rejects(cloneIn(folder(), { remote: moved, token: TOKEN, tip, head }), isError('clone', true));
  assert.deepEqual(stolen, []);
  assert.ok(seen.length > 0);
});

test('a clone that grows over its limit is stopped, and says so', async () => {
  git('checkout', '-q', '-b', 'big', head);
  const big = commit('noise.bin', Array.from({ length: 40 }, () => randomBytes(100_000).toString('base64')).join('\n'));
  git('checkout', '-q', 'main');
  const place = folder();
  await assert.rejects(cloneIn(place, { remote, token: TOKEN, tip, head: big }, 2 ** 20), (error) => {
    return isError('clone-size', false)(error) && /over 1 MiB/.test((error as Error).message);
  });
  assert.equal((await cloneIn(folder(), { remote, token: TOKEN, tip, head: big }, 2 ** 24)).mergeBase, fork);
});
