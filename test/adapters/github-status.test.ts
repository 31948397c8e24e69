import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommitStatus, setStatus } from '../../src/adapters/github-status.ts';
import type { UserError } from '../../src/errors.ts';
import { type PlayedGitHub, playGitHub } from '../fixtures/github/played-github.ts';

const SHA = '0f1e2d3c4b5a69788796a5b4c3d2e1f001234567';
const STATUS: CommitStatus = {
  ...{ sha: SHA, state: 'failure', description: 'A gate is broken.', context: 'taster', url: 'https://example.org/2' },
  isLater: (url) => url === 'https://example.org/3',
};

async function play(
  body: (played: PlayedGitHub, set: (more?: Partial<CommitStatus>) => ReturnType<typeof setStatus>) => Promise<void>,
): Promise<void> {
  const played = await playGitHub();
  const client = {
    ...{ token: 'ghs_test', repository: 'example/spam-filter', api: played.url, log: () => {} },
    patience: { sleep: async () => {}, now: () => 1_000_000 },
  };
  try {
    await body(played, (more = {}) => setStatus(client, { ...STATUS, ...more }));
    assert.deepEqual(played.faults, []);
  } finally {
    await played.close();
  }
}

test('sets a status of one commit and name, and leaves one of a later run', () =>
  play(async (played, set) => {
    assert.equal(await set(), 'set');
    const { isLater: _, url, ...status } = STATUS;
    assert.deepEqual(played.statuses, [{ ...status, target_url: url }]);
    assert.equal(await set({ url: 'https://example.org/3', context: 'Taster', state: 'success' }), 'set');
    assert.equal(await set(), 'later-there');
    assert.equal(await set({ context: 'other' }), 'set');
    assert.equal(await set({ sha: SHA.replace('0', '1') }), 'set');
    assert.equal(played.statuses.length, 4);
  }));

test('asks again after an outage, and gives up in the end', () =>
  play(async (played, set) => {
    played.stumbles.push({ method: 'POST', status: 'lost' }, { method: 'GET', status: 503 });
    assert.equal(await set(), 'set');
    assert.ok(played.statuses.every(({ state }) => state === 'failure'));
    played.stumbles.push(...[1, 2, 3, 4].map(() => ({ method: 'GET', status: 500 })));
    await assert.rejects(set(), (error: UserError) => error.code === 'github' && error.infrastructure);
  }));

test('a token that may not set it is told which permission is missing', () =>
  play(async (played, set) => {
    // GitHub's description does not name this answer.
    played.stumbles.push({ method: 'POST', status: 403 });
    await assert.rejects(
      set(),
      (error: UserError) => error.code === 'status-forbidden' && error.hint.includes('statuses: write'),
    );
  }));
