import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Runner } from '../../src/adapters/runner.ts';
import { UserError } from '../../src/errors.ts';
import { changeOf } from '../../src/shells/where.ts';

const [BEFORE, AFTER] = ['b'.repeat(40), 'a'.repeat(40)];
const repository = { full_name: 'owner/name', default_branch: 'trunk' };

/** What a runner tells, as far as it is asked here. */
const change = (eventName: string, event: object, ref = 'refs/heads/trunk', sha = AFTER) =>
  changeOf({ eventName, event: { repository, ...event }, repository: 'owner/name', sha, ref } as unknown as Runner);
const refused = (says: RegExp) => (error: unknown) =>
  error instanceof UserError && error.code === 'event' && says.test(error.message);

test('a schedule looks back on the branch that it runs on', () => {
  const { pull, base, head } = change('schedule', {});
  assert.deepEqual([pull, base], [null, { from: 'days', days: 7, ref: 'trunk' }]);
  assert.deepEqual(head, { sha: AFTER, ref: 'trunk', repository: 'owner/name' });
  assert.throws(() => change('schedule', {}, 'refs/heads/trunk', ''), refused(/GITHUB_SHA .* not a full commit id/));
});

test('a push is compared with what its branch was; only another branch has a target', () => {
  const push = { before: BEFORE, after: AFTER };
  const { pull, base, head } = change('push', push);
  assert.deepEqual([pull, base], [null, { from: 'before', before: BEFORE, target: null, days: 7, ref: 'trunk' }]);
  assert.equal(head.sha, AFTER);
  const other = change('push', push, 'refs/heads/feature/x');
  assert.deepEqual(other.base, { from: 'before', before: BEFORE, target: 'origin/trunk', days: 7, ref: 'feature/x' });
  const fresh = change('push', { ...push, before: '0'.repeat(40) }, 'refs/heads/feature/x');
  assert.deepEqual(fresh.base, { ...other.base, before: null });
});

test('a push that names no commits, or leaves none, is refused', () => {
  assert.throws(() => change('push', { before: '--upload-pack=x', after: AFTER }), refused(/^before of the event/));
  assert.throws(() => change('push', { before: BEFORE }), refused(/^after of the event/));
  assert.throws(() => change('push', { before: BEFORE, after: '0'.repeat(40), deleted: true }), refused(/deleted/));
  assert.throws(() => change('release', {}), refused(/release names no change/));
});
