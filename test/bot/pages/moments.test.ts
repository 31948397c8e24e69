import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedRun } from '../../../src/bot/listed-run.ts';
import { duration, moment, since, taken } from '../../../src/bot/pages/moments.ts';

const NOW = Date.UTC(2026, 10, 27, 12, 0, 0);
const MINUTE = 60_000;
const told = (at: number) => /title="([^"]+)">([^<]+)</.exec(moment(at, NOW))!.slice(1);

test('a moment says how long ago it was, later the day, and always the exact time', () => {
  assert.deepEqual(told(NOW), ['2026-11-27 12:00 UTC', 'just now']);
  assert.equal(told(NOW + 5 * MINUTE)[1], 'just now');
  assert.equal(told(NOW - 59_999)[1], 'just now');
  assert.equal(told(NOW - MINUTE)[1], '1 min ago');
  assert.equal(told(NOW - 60 * MINUTE)[1], '1 h ago');
  assert.equal(told(NOW - 24 * 60 * MINUTE)[1], '2026-11-26 12:00 UTC');
  assert.match(moment(NOW, NOW), /datetime="2026-11-27T12:00:00\.000Z"/);
});

test('durations in two units', () => {
  for (const [
    milliseconds,
    text,
  ] of [[-5, '0 s'], [0, '0 s'], [41_400, '41 s'], [59_600, '1 min'], [200_000, '3 min 20 s'], [3600_000, '1 h'], [3_900_000, '1 h 5 min']] as const) // biome-ignore format: one idea
    assert.equal(duration(milliseconds), text);
});

test('how long a run took and since when it is where it is', () => {
  const run = (more: Partial<ListedRun>): ListedRun => ({
    ...{
      number: 1,
      repository: 'a/b',
      pull: 1,
      into: 'main',
      head: 'f',
      attempt: 1,
      state: 'concluded',
      conclusion: null,
    },
    ...{ checkRun: null, asked: 10, began: 20, ended: 50, reported: null, headline: null, ...more },
  });
  assert.deepEqual([taken(run({}), 99), since(run({}))], [30, 50]);
  assert.deepEqual(
    [taken(run({ state: 'in_progress', ended: 5 }), 99), since(run({ state: 'in_progress' }))],
    [79, 20],
  );
  assert.deepEqual([taken(run({ state: 'queued' }), 99), since(run({ state: 'queued' }))], [null, 10]);
  assert.equal(taken(run({ began: null }), 99), null);
  assert.equal(taken(run({ ended: 15 }), 99), null, 'of an earlier try');
});
