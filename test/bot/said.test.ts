import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullOf } from '../../src/bot/pull-of.ts';
import { saidByButton, saidInComment } from '../../src/bot/said.ts';
import { buttonPayload, commentPayload } from '../fixtures/bot/played-app-github.ts';

const AT = Date.parse('2026-11-27T15:00:00Z');
const pull = { repository: 'Example/Spam.Filter', number: 7, base: 'b'.repeat(40), head: 'a'.repeat(40), updated: AT };
const comment = { id: 17, login: 'octo-cat', body: '/taster rerun\n\nthanks', at: AT };

test('a comment is a command of a person in a pull request', () => {
  assert.deepEqual(saidInComment(commentPayload(pull, comment)), {
    ...{ id: 'comment/17', installation: 1, repository: 'Example/Spam.Filter', pull: 7, head: null },
    ...{ login: 'octo-cat', line: '/taster rerun', at: AT },
  });
});

test('bots, issues, other texts and malformed events say nothing', () => {
  const good = commentPayload(pull, comment) as Record<string, Record<string, unknown>>;
  const bad: readonly unknown[] = [
    ...[null, 7, 'x', [], {}, { comment: { body: '/taster rerun' } }],
    commentPayload(pull, { ...comment, type: 'Bot' }),
    commentPayload(pull, { ...comment, issue: true }),
    commentPayload(pull, { ...comment, body: 'hello' }),
    commentPayload(pull, { ...comment, login: 'taster[bot]' }),
    commentPayload(pull, { ...comment, login: '../../admin' }),
    { ...good, sender: { ...good.sender, login: 'another' } },
    { ...good, comment: { ...good.comment, user: null } },
    { ...good, comment: { ...good.comment, body: null } },
    { ...good, comment: { ...good.comment, created_at: 'yesterday' } },
    { ...good, installation: undefined },
    { ...good, repository: { full_name: 'a/b/../../c' } },
  ];
  for (const payload of bad) assert.equal(saidInComment(payload), null, JSON.stringify(payload)?.slice(0, 200));
});

test('a long comment is cut before it is kept', () => {
  const said = saidInComment(commentPayload(pull, { ...comment, body: `/taster explain ${'x'.repeat(60_000)}` }));
  assert.ok(said !== null && said.line.length < 2100);
});

test('a button stands for a command; another identifier for none', () => {
  assert.deepEqual(saidByButton('d-1', buttonPayload(pull, 'accept', 'octo-cat'), AT), {
    ...{ id: 'button/d-1', installation: 1, repository: 'Example/Spam.Filter', pull: null, head: pull.head },
    ...{ login: 'octo-cat', line: '/taster accept', at: AT },
  });
  for (const payload of [null, {}, buttonPayload(pull, 'help until', 'x'), buttonPayload(pull, 'rerun', 'a b')])
    assert.equal(saidByButton('d-2', payload, AT), null);
});

test('a merge group is about the pull request that GitHub names in its branch', () => {
  const group = (ref: string) => pullOf({ pull: null, head: { sha: 'a'.repeat(40), ref, repository: null } });
  assert.equal(group(`gh-readonly-queue/main/pr-12-${'e'.repeat(40)}`), 12);
  assert.equal(group(`gh-readonly-queue/release/pr-9/pr-12-${'e'.repeat(40)}`), 12);
  for (const ref of ['main', 'pr-12-abc', `gh-readonly-queue/main/pr-0-${'e'.repeat(40)}`, `x/pr-12-${'e'.repeat(40)}`])
    assert.equal(group(ref), null, ref);
  assert.equal(pullOf({ pull: 3, head: { sha: 'a'.repeat(40), ref: 'change', repository: null } }), 3);
});
