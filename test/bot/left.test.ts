import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedByGroup } from '../../src/bot/asked.ts';
import { leftBy, removedBy } from '../../src/bot/left.ts';
import { groupPayload, installationPayload, pullPayload } from '../fixtures/bot/played-app-github.ts';

const PULL = {
  repository: 'Example/Spam-Filter',
  number: 7,
  base: 'a'.repeat(40),
  head: 'b'.repeat(40),
  updated: 5000,
};

test('a closed pull request is known by its number, a merge group by its head', () => {
  const repository = 'example/spam-filter';
  assert.deepEqual(leftBy(pullPayload('closed', PULL)), { repository, pull: 7, key: null, at: 5000 });
  const key = `${repository}@${PULL.head}`;
  assert.deepEqual(leftBy(groupPayload('destroyed', PULL)), { repository, pull: null, key, at: 0 });
});

test('a merge group is asked for without a pull request, its branches without their prefix', () => {
  const ask = askedByGroup(groupPayload('checks_requested', PULL));
  assert.deepEqual([ask?.pull, ask?.base.ref, ask?.head.sha], [null, 'main', PULL.head]);
  assert.match(ask!.head.ref, /^gh-readonly-queue\/main\//);
});

test('an installation goes whole, or some of its repositories do', () => {
  assert.deepEqual(removedBy(installationPayload('installation', 'deleted')), { installation: 1, repositories: null });
  const some = installationPayload('installation_repositories', 'removed', ['Example/One', 'example/two']);
  assert.deepEqual(removedBy(some), { installation: 1, repositories: ['example/one', 'example/two'] });
});

test('what is no such event leaves and asks nothing', () => {
  const broken = [
    null,
    [],
    'x',
    {},
    { installation: {} },
    { merge_group: { head_sha: 7 } },
    { pull_request: { number: '7' } },
  ];
  for (const payload of broken)
    assert.deepEqual([leftBy(payload), removedBy(payload), askedByGroup(payload)], [null, null, null]);
  const pull = pullPayload('closed', PULL) as { pull_request: object };
  assert.equal(leftBy({ ...pull, pull_request: { ...pull.pull_request, updated_at: 'never' } }), null);
  const group = groupPayload('checks_requested', PULL) as { merge_group: object };
  assert.equal(askedByGroup({ ...group, merge_group: { ...group.merge_group, head_sha: '--help' } }), null);
});
