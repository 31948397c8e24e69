import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKey } from '../../src/bot/ask.ts';
import { askedAgain, askedByPull } from '../../src/bot/asked.ts';
import { pullPayload, rerunPayload } from '../fixtures/bot/played-app-github.ts';

const [BASE, HEAD] = ['a'.repeat(40), 'b'.repeat(40)];
const PULL = { repository: 'Example/Spam', number: 7, base: BASE, head: HEAD, updated: 1_700_000_000_000 };

test("GitHub's own payload becomes an ask, its key not minding capitals", () => {
  const ask = askedByPull(pullPayload('opened', PULL))!;
  assert.deepEqual(ask, {
    ...{ installation: 1, repository: 'Example/Spam', pull: 7, at: PULL.updated },
    base: { sha: BASE, ref: 'main' },
    head: { sha: HEAD, ref: 'change', repository: 'Example/Spam' },
  });
  assert.equal(runKey(ask), `example/spam@${HEAD}`);
});

test('a fork that is gone has no name; a draft is not asked', () => {
  const head = { sha: HEAD, ref: 'change', repo: null };
  assert.equal(askedByPull(pullPayload('opened', PULL, { head }))!.head.repository, null);
  assert.equal(askedByPull(pullPayload('opened', PULL, { draft: true })), null);
});

test('what is no such event asks nothing', () => {
  const bad = [
    ...[null, 7, 'x', [], {}, { pull_request: null }],
    pullPayload('opened', { ...PULL, head: '--upload-pack=x' }),
    pullPayload('opened', { ...PULL, repository: 'a/b/../c' }),
    pullPayload('opened', PULL, { updated_at: 'yesterday' }),
    pullPayload('opened', PULL, { number: -1 }),
    { ...pullPayload('opened', PULL), installation: undefined },
  ];
  for (const payload of bad) assert.equal(askedByPull(payload), null, JSON.stringify(payload)?.slice(0, 80));
  for (const payload of [null, {}, pullPayload('opened', PULL)]) assert.equal(askedAgain(payload), null);
});

test('a re-run names a head, and the pull requests that have it', () => {
  const made = rerunPayload('check_run', PULL.repository, HEAD) as { check_run: object };
  assert.deepEqual(askedAgain(made), { repository: 'Example/Spam', head: HEAD, asks: [] });
  const repo = { full_name: 'Example/Spam' };
  const named = (sha: string) => ({
    number: 7,
    base: { sha: BASE, ref: 'main', repo },
    head: { sha, ref: 'change', repo },
  });
  const with2 = { ...made, check_run: { ...made.check_run, pull_requests: [named(HEAD), named('c'.repeat(40))] } };
  assert.deepEqual(
    askedAgain(with2)?.asks.map(({ pull, head }) => [pull, head.sha]),
    [[7, HEAD]],
  );
});
