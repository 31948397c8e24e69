import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectGitHub, type Sticky } from '../../src/adapters/github.ts';
import type { UserError } from '../../src/errors.ts';
import { type PlayedGitHub, playGitHub } from '../fixtures/github/played-github.ts';

const SHA = '0f1e2d3c4b5a69788796a5b4c3d2e1f001234567';

function sticky(more: Partial<Sticky> = {}): Sticky {
  return {
    pull: 7,
    body: () => 'MARK new',
    isOurs: (body) => body.startsWith('MARK'),
    mayReplace: () => true,
    create: true,
    ...more,
  };
}

async function connect(played: PlayedGitHub, waits: number[] = []) {
  return await connectGitHub({
    ...{ token: 'ghs_test', repository: 'example/spam-filter', api: played.url, log: () => {} },
    patience: { sleep: async (milliseconds) => void waits.push(milliseconds), now: () => 1_000_000 },
  });
}

async function play(options: { readOnly?: boolean }, body: (played: PlayedGitHub) => Promise<void>): Promise<void> {
  const played = await playGitHub(options);
  try {
    await body(played);
    assert.deepEqual(played.faults, []);
  } finally {
    await played.close();
  }
}

test('creates a comment, updates it, leaves an equal one', () =>
  play({}, async (played) => {
    const github = await connect(played);
    assert.equal(await github.stick(sticky()), 'created');
    assert.equal(await github.stick(sticky()), 'unchanged');
    assert.equal(await github.stick(sticky({ body: () => 'MARK newer' })), 'updated');
    assert.deepEqual(
      played.comments.map(({ body }) => body),
      ['MARK newer'],
    );
    assert.equal(await github.stick(sticky({ body: () => 'MARK old', mayReplace: () => false })), 'newer-there');
  }));

test("another's comment with our marker is not touched", () =>
  play({}, async (played) => {
    const forged = [
      { id: 1, body: 'MARK forged', login: 'mallory', type: 'User' },
      { id: 2, body: 'MARK forged', login: 'github-actions', type: 'User' },
    ];
    played.comments.push(...forged.map((comment) => ({ ...comment })));
    const github = await connect(played);
    assert.equal(await github.stick(sticky()), 'created');
    assert.deepEqual(played.comments.slice(0, 2), forged);
    played.viewer = 'github-actions';
    assert.equal(await github.stick(sticky({ body: () => 'MARK 2' })), 'updated');
    assert.deepEqual(played.comments.slice(0, 2), forged);
    assert.equal(played.comments.length, 3);
  }));

test('finds its comment behind 250 others', () =>
  play({}, async (played) => {
    for (let id = 0; id < 250; id++) played.comments.push({ id, body: 'talk', login: 'someone', type: 'User' });
    played.comments.push({ id: 900, body: 'MARK there', login: 'github-actions[bot]', type: 'Bot' });
    played.viewer = null; // a token that GraphQL does not answer is taken for the workflow's own
    assert.equal(await (await connect(played)).stick(sticky()), 'updated');
    assert.equal(played.comments.length, 251);
  }));

test('nothing is created where nothing is to be told', () =>
  play({}, async (played) => {
    assert.equal(await (await connect(played)).stick(sticky({ create: false })), 'not-needed');
    assert.deepEqual(played.comments, []);
  }));

test("a fork's read-only token is told, not thrown", () =>
  play({ readOnly: true }, async (played) => {
    assert.equal(await (await connect(played)).stick(sticky()), 'forbidden');
    assert.equal(played.asked.filter((line) => line.startsWith('POST')).length, 1);
  }));

test('a comment that was written although GitHub answered 502 is not written twice', () =>
  play({}, async (played) => {
    played.stumbles.push({ method: 'POST', status: 'lost' });
    assert.equal(await (await connect(played)).stick(sticky()), 'unchanged');
    assert.equal(played.comments.length, 1);
  }));

test('waits as long as a rate limit says, and not for ever', () =>
  play({}, async (played) => {
    const waits: number[] = [];
    const github = await connect(played, waits);
    played.stumbles.push(
      { method: 'GET', status: 429, headers: { 'retry-after': '7' } },
      { method: 'GET', status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1020' } },
    );
    assert.equal(await github.stick(sticky()), 'created');
    assert.deepEqual(waits, [7000, 20_000]);
    played.stumbles.push({ method: 'GET', status: 429, headers: { 'retry-after': '3600' } });
    await assert.rejects(github.stick(sticky()), (error: UserError) => error.code === 'github' && error.infrastructure);
    played.stumbles.push(...[1, 2, 3, 4].map(() => ({ method: 'GET', status: 503 })));
    await assert.rejects(github.pull(7), /503/);
    assert.equal(played.stumbles.length, 0);
  }));

test('finds the open pull requests of a branch with this very commit', () =>
  play({}, async (played) => {
    const head = { owner: 'contributor', branch: 'more', sha: SHA };
    const github = await connect(played);
    const found = { number: 7, headSha: SHA, baseRef: 'master' };
    assert.deepEqual(await github.findPulls(head), []);
    played.pulls.push({ number: 6, owner: 'contributor', branch: 'more', sha: SHA.replace('0', '1') });
    assert.deepEqual(await github.findPulls(head), []);
    played.pulls.push({ number: 7, ...head });
    assert.deepEqual(await github.findPulls(head), [found]);
    assert.deepEqual(await github.pull(7), found);
    played.pulls.push({ number: 8, ...head, base: 'release' }, { number: 9, ...head, owner: 'mallory' });
    assert.deepEqual(await github.findPulls(head), [found, { ...found, number: 8, baseRef: 'release' }]);
  }));

test('reads a file at the tip of a branch; none is null, a refusal too, an outage is an error', () =>
  play({}, async (played) => {
    played.files.set('refs/heads/master:.github/taster.yml', 'version: 1\n');
    const github = await connect(played);
    const at = { path: '.github/taster.yml', branch: 'master' };
    assert.equal(String(await github.readFile(at)), 'version: 1\n');
    assert.equal(await github.readFile({ ...at, branch: 'other' }), null);
    played.stumbles.push({ method: 'GET', status: 403 });
    assert.equal(await github.readFile(at), null);
    played.stumbles.push(...[1, 2, 3, 4].map(() => ({ method: 'GET', status: 503 })));
    await assert.rejects(github.readFile(at), /503/);
  }));

test('a file has the name of its content; none is null, a refusal is an error', () =>
  play({}, async (played) => {
    const github = await connect(played);
    played.files.set(`${SHA}:a b/ü.yml`, 'hello\n');
    const file = await github.fileAt({ path: 'a b/ü.yml', ref: SHA });
    assert.deepEqual([file?.id, String(file?.bytes)], ['ce013625030ba8dba906f756967f9e9ca394464a', 'hello\n']);
    assert.equal(await github.fileAt({ path: 'a b/ü.yml', ref: 'refs/heads/master' }), null);
    for (const status of [401, 403, 422]) {
      played.stumbles.push({ method: 'GET', status });
      await assert.rejects(github.fileAt({ path: 'a b/ü.yml', ref: SHA }), new RegExp(String(status)));
    }
  }));

test('finds where a commit left a branch; commits that have nothing in common have no such place', () =>
  play({}, async (played) => {
    const github = await connect(played);
    const of = { branch: 'release/1', sha: SHA };
    assert.equal(await github.mergeBase(of), null);
    played.mergeBases.set(`release/1...${SHA}`, 'b'.repeat(40));
    assert.equal(await github.mergeBase(of), 'b'.repeat(40));
    played.stumbles.push({ method: 'GET', status: 403 });
    await assert.rejects(github.mergeBase(of), /403/);
  }));
