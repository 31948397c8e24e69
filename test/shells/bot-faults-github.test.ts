import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type PlayedAppPull, pullPayload } from '../fixtures/bot/played-app-github.ts';
import { openPull, quickChange } from '../fixtures/bot/quick-change.ts';
import { type BotStage, stageBot, until } from '../fixtures/bot/run-bot.ts';

/** GitHub that limits, refuses and forgets: each time one check run that is concluded, and at most one comment. */
const ROOT = mkdtempSync(join(tmpdir(), 'bot-faults-github-'));
const waits: number[] = [];
const log: string[] = [];
const sleep = async (milliseconds: number) => void waits.push(milliseconds);
const stage: BotStage = await stageBot({ patience: { sleep }, log: (line) => log.push(line) });
const { github } = stage;
after(async () => {
  await stage.close();
  rmSync(ROOT, { recursive: true, force: true });
});

const opened = (pull: PlayedAppPull) => stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull) });
const checkOf = ({ repository }: PlayedAppPull) => {
  const found = github.checks.filter((check) => check.repository === repository);
  assert.ok(found.length <= 1, `${found.length} check runs`);
  return found[0];
};
const commentsOf = ({ repository }: PlayedAppPull) => github.comments.filter((each) => each.repository === repository);
const concluded = (pull: PlayedAppPull) => until('concluded', () => checkOf(pull)?.conclusion != null);
const tries = (pull: PlayedAppPull) => checkOf(pull)!.story.filter((line) => line.includes('Fetching')).length;

test('secondary and primary limits are waited for as GitHub says, and a review that is done is not done again', async () => {
  const pull = openPull(github, quickChange(ROOT));
  const reset = String(Math.ceil(Date.now() / 1000) + 300);
  github.stumbles.push(
    { method: 'POST', path: /check-runs$/, status: 403, headers: { 'retry-after': '7' } },
    { method: 'POST', path: /comments$/, status: 429, headers: { 'retry-after': '61' } },
    { method: 'PATCH', path: /check-runs/, body: /"conclusion"/, status: 403, headers: { 'retry-after': '900' } },
    {
      ...{ method: 'PATCH', path: /check-runs/, body: /"conclusion"/, status: 403 },
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    },
  );
  await opened(pull);
  await concluded(pull);
  assert.deepEqual(github.stumbles, []);
  assert.deepEqual(waits.slice(0, 3), [7000, 61_000, 900_000]);
  assert.ok(waits[3]! > 200_000 && waits[3]! <= 301_000, String(waits[3]));
  assert.deepEqual([checkOf(pull)!.conclusion, tries(pull), commentsOf(pull).length], ['failure', 1, 1]);
});

test('a limit that outlasts the patience of a job puts the job off, and that is no failed try', async () => {
  const pull = openPull(github, quickChange(ROOT));
  const limited = { status: 403, headers: { 'retry-after': '1' } } as const;
  const stumble = { method: 'PATCH', path: /check-runs/, body: /"in_progress"/, ...limited };
  // A job asks four times: were each a failed try, the fourth job had been the last.
  github.stumbles.push(...Array(17).fill(stumble));
  const put = log.length;
  await opened(pull);
  await concluded(pull);
  assert.deepEqual(github.stumbles, []);
  assert.deepEqual([checkOf(pull)!.conclusion, tries(pull), commentsOf(pull).length], ['failure', 1, 1]);
  assert.equal(log.slice(put).filter((line) => /GitHub asks to wait 1 s/.test(line)).length, 4);
});

test('a token that has run out is followed by a new one', async () => {
  const pull = openPull(github, quickChange(ROOT));
  const given = () => [...github.tokens.values()].filter(({ repositories }) => repositories === undefined).length;
  const before = given();
  github.stumbles.push({ method: 'PATCH', path: /check-runs/, status: 401 });
  await opened(pull);
  await concluded(pull);
  assert.ok(given() > before);
  assert.deepEqual([checkOf(pull)!.conclusion, commentsOf(pull).length], ['failure', 1]);
});

test('a pull request that is gone in the middle of its review has a conclusion and no comment', async () => {
  const pull = openPull(github, quickChange(ROOT));
  await opened(pull);
  await until('begun', () => checkOf(pull)?.status === 'in_progress');
  github.pulls.splice(github.pulls.indexOf(pull), 1);
  await concluded(pull);
  assert.deepEqual([checkOf(pull)!.conclusion, tries(pull), commentsOf(pull).length], ['failure', 1, 0]);
});

test('a branch that is deleted and swept away before its review is told, once', async () => {
  const made = quickChange(ROOT);
  const pull = openPull(github, made);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: made.folder, stdio: 'pipe' });
  git('checkout', '-q', 'main');
  git('branch', '-q', '-D', 'change');
  git('reflog', 'expire', '--expire=now', '--all');
  git('gc', '-q', '--prune=now');
  await opened(pull);
  await concluded(pull);
  assert.match(checkOf(pull)!.summary, /no longer on the server/);
  assert.deepEqual([checkOf(pull)!.conclusion, tries(pull), commentsOf(pull).length], ['action_required', 1, 0]);
});

test('a repository that cannot be fetched is tried again, and the check run says why it waits', async () => {
  const pull = openPull(github, quickChange(ROOT));
  const folder = github.repositories.get(pull.repository)!;
  github.repositories.delete(pull.repository);
  await opened(pull);
  await until('told', () => checkOf(pull)?.story.some((line) => line.includes('Trying again soon')) === true);
  assert.match(checkOf(pull)!.summary, /could not be fetched/);
  github.repositories.set(pull.repository, folder);
  await concluded(pull);
  assert.deepEqual([checkOf(pull)!.conclusion, commentsOf(pull).length], ['failure', 1]);
  assert.ok(tries(pull) > 1);
});

test("all requests and answers agreed with GitHub's description", () => assert.deepEqual(github.faults, []));
