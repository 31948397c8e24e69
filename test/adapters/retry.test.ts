import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitedFor } from '../../src/adapters/retry.ts';
import { UserError } from '../../src/errors.ts';

const NOW = 1_700_000_000_000;
const answer = (status: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error('GitHub said no'), { status, response: { headers } });
const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 90) };

test('the wait that GitHub asks for is told apart from a refusal and from an outage', () => {
  for (const [error, wait] of [
    [answer(403, { 'retry-after': '7' }), 7000],
    [answer(429, { 'retry-after': '60' }), 60_000],
    [answer(403, reset), 90_000],
    [answer(429), 1000],
    [answer(403), null],
    [answer(403, { 'retry-after': 'soon' }), null],
    [answer(500, { 'retry-after': '7' }), null],
    [answer(401), null],
    [new Error('socket hang up'), null],
    ['no error at all', null],
  ] as const) {
    assert.equal(limitedFor(error, NOW), wait, String(wait));
    // As the clients hand it on.
    assert.equal(limitedFor(new UserError('github', 'GitHub answered.', { hint: '', cause: error }), NOW), wait);
  }
});
