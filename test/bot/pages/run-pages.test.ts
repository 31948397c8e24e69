import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedRun } from '../../../src/bot/listed-run.ts';
import { runListPage } from '../../../src/bot/pages/run-list.ts';
import { runPage } from '../../../src/bot/pages/run-page.ts';
import { sampleReview } from '../../report/samples.ts';

const NOW = Date.UTC(2026, 10, 27);
const SERVER = 'https://github.example';
const person = { login: 'ada', word: 'w' };
const run = (more: Partial<ListedRun> = {}): ListedRun => ({
  ...{ number: 12, repository: 'own/er', pull: 7, into: 'main', head: 'f'.repeat(40), attempt: 1, state: 'concluded' },
  ...{
    conclusion: 'success',
    checkRun: 5,
    asked: NOW,
    began: NOW,
    ended: NOW,
    reported: null,
    headline: null,
    ...more,
  },
});
const list = (runs: readonly ListedRun[]) =>
  runListPage({
    ...{ person, query: { repository: null, pull: null, before: null }, runs, more: false, repositories: [] },
    ...{ moreRepositories: false, server: SERVER, now: NOW },
    queues: [{ queue: 'review', waiting: 3, working: 2 }, { queue: '<new>', waiting: 0, working: 0 }], // biome-ignore format: one idea
  });
const one = (
  more: Partial<ListedRun>,
  kept: { attempt: number; review: ReturnType<typeof sampleReview> } | null = null,
) => runPage({ person, run: run(more), kept, reportDays: 90, server: SERVER, now: NOW });

test('a group of a merge queue has no pull request to lead to', () => {
  const group = run({ pull: null, into: 'release/"><b>' });
  for (const html of [list([group]), one(group)]) {
    assert.match(html, /merge queue of .*release\/&quot;&gt;&lt;b&gt;/);
    assert.doesNotMatch(html, /\/pull\/|pull request null|#null|pull=null/);
    assert.match(html, new RegExp(`${SERVER}/own/er/commit/f{40}`));
  }
});

test('the report of an earlier try is called that, and its verdict is not told as the last one', () => {
  const kept = { attempt: 1, review: sampleReview('fail-amplification') };
  const html = one({ attempt: 2, conclusion: 'action_required', reported: 1, headline: 'six rows are exposed' }, kept);
  assert.match(html, /Full report of try 1/);
  assert.match(html, /<h1><span class="chip unknown">no verdict<\/span> The review came to no verdict/);
  const row = list([run({ attempt: 2, reported: 1, headline: 'six rows are exposed' })]);
  assert.doesNotMatch(row, /six rows/);
  assert.match(list([run({ reported: 1, headline: 'six rows are exposed' })]), /Six rows are exposed\./);
});

test('every state has a word, and one that is not known yet is shown, too', () => {
  for (const [more, word] of [
    [{ state: 'asked', conclusion: null }, 'waiting'],
    [{ state: 'queued', conclusion: null }, 'waiting'],
    [{ state: 'in_progress', conclusion: null }, 'under review'],
    [{ conclusion: 'neutral' }, 'warn'],
    [{ conclusion: 'action_required' }, 'no verdict'],
    [{ conclusion: 'cancelled' }, 'cancelled'],
    [{ conclusion: 'timed_out' }, 'concluded'],
  ] as const)
    for (const html of [list([run(more)]), one(more)]) assert.match(html, new RegExp(`class="chip \\w+">${word}<`));
});

test('the queue is told in words, and a queue without words by its name', () => {
  const html = list([]);
  assert.match(html, /2 under review, 3 waiting\./);
  assert.match(html, /to be reviewed<\/th><td class="n">3<\/td><td class="n">2</);
  assert.match(html, /&lt;new&gt;/);
});
