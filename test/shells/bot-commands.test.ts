import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  buttonPayload,
  commentPayload,
  groupPayload,
  type PlayedAppPull,
  pullPayload,
  type SaidComment,
} from '../fixtures/bot/played-app-github.ts';
import { type BotStage, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { type MadeRepository, makeRepository } from '../fixtures/github/run-action.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'bot-commands-'));
const DAY = 86_400_000;
const OPENED = Date.parse('2026-11-01T10:00:00Z');
/** Rows whose labels contradict base's break the gate; nothing is trained. */
const OFF = [
  ...['row-diff', 'schema-change', 'label-shift', 'duplicates', 'contamination', 'target-leak', 'mislabelled'],
  ...['membership', 'exposed-rows', 'amplification', 'release-membership', 'behaviour-diff', 'rederivable'],
];
const CONFIG = `version: 1
data:
  - {name: train, path: train.csv, label: label, id: key}
checks: {${OFF.map((id) => `${id}: off`).join(', ')}}
gates: {conflicting-copies: fail}
`;
const row = (at: number, key = `k${at}`, label = at % 2 === 0 ? 'yes' : 'no') =>
  `${key},${at},${(at * 37) % 11},${label}`;
const table = (...more: string[]) =>
  ['key,a,b,label', ...Array.from({ length: 60 }, (_, at) => row(at)), ...more, ''].join('\n');
/** Copies of base's rows under the other label, in lines 62 and 63. */
const [FIRST, SECOND] = [row(4, 'bad-4', 'no'), row(7, 'bad-7', 'yes')];

const log: string[] = [];
let clock = OPENED;
let stage: BotStage;
let poisoned: MadeRepository;
let pulls = 0;
let comments = 5000;

before(async () => {
  process.env.TMPDIR = ROOT;
  poisoned = makeRepository(
    ROOT,
    { '.github/taster.yml': CONFIG, 'train.csv': table() },
    { 'train.csv': table(FIRST, SECOND) },
  );
  stage = await stageBot({ log: (line) => log.push(line), now: () => clock, sweepMs: 1000 });
  for (const [login, may] of [
    ['maintainer', 'admin'],
    ['writer', 'write'],
    ['author', 'write'],
    ['reader', 'read'],
  ] as const)
    stage.github.permissions.set(login, may);
});
after(async () => {
  await stage.close();
  rmSync(ROOT, { recursive: true, force: true });
});

function pull(head = poisoned.head): PlayedAppPull {
  const repository = `example/commands-${++pulls}`;
  const opened = { repository, number: pulls, base: poisoned.base, head, updated: OPENED };
  stage.github.repositories.set(repository, poisoned.folder);
  stage.github.pulls.push(opened);
  return opened;
}
/** A commit on the branch of the change. */
function push(files: Readonly<Record<string, string>>): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: poisoned.folder,
      encoding: 'utf8',
    }).trim();
  git('checkout', '-q', '--detach', poisoned.head);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(poisoned.folder, path), text);
  git('add', '-A');
  git('commit', '-q', '-m', 'more');
  return git('rev-parse', 'HEAD');
}
const send = (event: string, payload: object, id?: string) =>
  stage.deliver({ event, payload, ...(id === undefined ? {} : { id }) });
const checkOf = ({ repository, head }: PlayedAppPull) =>
  stage.github.checks.find((each) => each.repository === repository && each.sha === head);
const concluded = (of: PlayedAppPull, conclusion = 'failure') =>
  until(conclusion, () => checkOf(of)?.conclusion === conclusion);
const commentsOf = ({ repository }: PlayedAppPull) =>
  stage.github.comments.filter((each) => each.repository === repository && each.by === undefined);
const answersOf = (of: PlayedAppPull) =>
  commentsOf(of).flatMap(({ body }) => (/^<!-- taster id=answer/.test(body) ? [body.replace(/^.*\n/, '')] : []));
const stickyOf = (of: PlayedAppPull) => commentsOf(of).find(({ body }) => /^<!-- taster id=taster/.test(body))!.body;
const reviewsOf = (of: PlayedAppPull) =>
  checkOf(of)!.story.filter((line) => /^in_progress: Fetching/.test(line)).length;

async function opened(head?: string): Promise<PlayedAppPull> {
  const made = pull(head);
  await send('pull_request', pullPayload('opened', made));
  await concluded(made);
  return made;
}
async function say(of: PlayedAppPull, login: string, body: string, more: Partial<SaidComment> = {}): Promise<number> {
  const id = ++comments;
  const { status } = await send('issue_comment', commentPayload(of, { id, login, body, at: clock + 60_000, ...more }));
  assert.ok(status < 300, String(status));
  return id;
}
const answered = (of: PlayedAppPull, count: number) => until('an answer', () => answersOf(of).length === count);
const isOver = (day: number) => new Date(clock + day * DAY).toISOString().slice(0, 10);
/** Whatever was said before has been heard: commands are taken in their order. */
async function heardAll(of: PlayedAppPull): Promise<void> {
  const id = await say(of, 'maintainer', '/taster rerun');
  const times = reviewsOf(of);
  await until('heard', () => stage.github.heard.includes(id));
  await until('reviewed again', () => reviewsOf(of) === times + 1 && checkOf(of)?.conclusion != null);
}

test('what is accepted turns the check and the comment, is recorded with who, until when and why, and ends', async () => {
  const made = await opened();
  const check = checkOf(made)!;
  assert.deepEqual(check.buttons, ['rerun', 'accept']);
  assert.match(stickyOf(made), /### ❌/);
  const until31 = isOver(31);
  await say(
    made,
    'author',
    `/taster accept conflicting-copies until ${until31} because twins that @octocat knows <b>well</b>`,
  );
  await concluded(made, 'success');
  await answered(made, 1);
  const [answer] = answersOf(made);
  assert.match(answer!, /Accepted.*`author` \(the author of the change\) until/);
  assert.ok(answer!.includes(until31) && answer!.includes('2 rows (`train.csv:62`, `train.csv:63`)'), answer);
  assert.ok(!answer!.includes('@octocat') && !answer!.includes('<b>'), answer);
  assert.match(check.title, /1 finding accepted in the pull request/);
  assert.match(check.summary, /Accepted by author, the author of the change until/);
  assert.match(stickyOf(made), /### ✅[\s\S]*Accepted by author/);
  assert.deepEqual(check.buttons, ['rerun']);

  // A run of its own says the same.
  await heardAll(made);
  assert.equal(check.conclusion, 'success');
  // And after its last day it is over.
  clock += 33 * DAY;
  await send('check_run', buttonPayload(made, 'rerun', 'writer'));
  await concluded(made, 'failure');
  assert.match(stickyOf(made), /### ❌/);
  clock = OPENED;
  assert.equal(answersOf(made).length, 1);
});

test('a push with other rows is not covered, nor one that puts another content under an accepted id', async () => {
  const made = await opened();
  await say(made, 'writer', `/taster accept conflicting-copies until ${isOver(9)} because seen`);
  await concluded(made, 'success');
  const harmless = push({ 'README.md': 'more\n' });
  const more = push({ 'train.csv': table(FIRST, SECOND, row(9, 'bad-9', 'yes')) });
  const disguised = push({ 'train.csv': table(FIRST, row(21, 'bad-7', 'yes')) });
  for (const [head, conclusion] of [
    [harmless, 'success'],
    [more, 'failure'],
    [disguised, 'failure'],
  ] as const) {
    Object.assign(made, { head, updated: made.updated + 1000 });
    await send('pull_request', pullPayload('synchronize', made));
    await concluded(made, conclusion);
  }
  // What a merge queue makes of the harmless head is covered as the head is.
  Object.assign(made, { head: harmless, updated: made.updated + 1000 });
  await send('pull_request', pullPayload('synchronize', made));
  await concluded(made, 'success');
  const merged = push({ LICENSE: 'any\n' });
  const group = { ...made, head: merged };
  const payload = groupPayload('checks_requested', group) as { merge_group: object };
  const head_ref = `refs/heads/gh-readonly-queue/main/pr-${made.number}-${made.base}`;
  await send('merge_group', { ...payload, merge_group: { ...payload.merge_group, head_ref } });
  await concluded(group, 'success');
  const stranger = { ...group, head: push({ LICENSE: 'none\n' }) };
  const other = groupPayload('checks_requested', stranger) as { merge_group: object };
  await send('merge_group', {
    ...other,
    merge_group: { ...other.merge_group, head_ref: head_ref.replace('/pr-', '/pr-9') },
  });
  await concluded(stranger, 'failure');
  assert.deepEqual(checkOf(stranger)!.buttons, ['rerun']);
});

test('rows are accepted by name; the finding passes when all of them are, whoever accepts them', async () => {
  const made = await opened();
  await say(made, 'writer', `/taster accept conflicting-copies train.csv:62 until ${isOver(9)} because seen`);
  await answered(made, 1);
  assert.match(answersOf(made)[0]!, /1 row \(`train\.csv:62`\); the finding stays as it is/);
  assert.equal(checkOf(made)!.conclusion, 'failure');
  await say(made, 'writer', `/taster accept conflicting-copies train.csv:7, id=bad-7 until ${isOver(9)} because no`);
  await answered(made, 2);
  assert.match(answersOf(made)[1]!, /Nothing was accepted.*does not name `train.csv:7`\./s);
  await say(made, 'maintainer', `/taster accept conflicting-copies id=bad-7 until ${isOver(5)} because twins`);
  await concluded(made, 'success');
  assert.match(checkOf(made)!.summary, /Accepted by writer; maintainer until/);
  assert.ok(checkOf(made)!.summary.includes(isOver(5)));
});

test('two people at once: both are recorded, and the check shows both', async () => {
  const made = await opened();
  const accept = (who: string, name: string) =>
    say(made, who, `/taster accept conflicting-copies ${name} until ${isOver(9)} because ${who} says so`);
  await Promise.all([accept('writer', 'id=bad-4'), accept('maintainer', 'id=bad-7')]);
  await concluded(made, 'success');
  await answered(made, 2);
  assert.match(checkOf(made)!.summary, /writer says so; maintainer says so|maintainer says so; writer says so/);
});

test('people without write access are told once, bots and other comments are not heard', async () => {
  const made = await opened();
  const accept = `/taster accept conflicting-copies until ${isOver(9)} because I want it`;
  await say(made, 'reader', accept);
  await answered(made, 1);
  assert.match(answersOf(made)[0]!, /people with write access/);
  await say(made, 'reader', '/taster rerun');
  await say(made, 'stranger', accept);
  await answered(made, 2);
  stage.github.permissions.set('ghost', 'gone');
  await say(made, 'ghost', accept);
  await answered(made, 3);
  await say(made, 'maintainer', accept, { type: 'Bot' });
  await say(made, 'maintainer', accept, { issue: true });
  for (const body of [
    `> ${accept}`,
    `    ${accept}`,
    `\`\`\`\n${accept}\n\`\`\``,
    `look:\n${accept}`,
    ` ${accept}`,
    `<!--\n${accept}\n-->`,
    `/Taster${accept.slice(7)}`,
  ])
    await say(made, 'maintainer', body);
  // Edited, and deleted.
  const edited = commentPayload(made, { id: 1, login: 'maintainer', body: accept, at: clock + 1 });
  await send('issue_comment', { ...edited, action: 'edited', changes: { body: { from: 'x' } } });
  await heardAll(made);
  assert.equal(checkOf(made)!.conclusion, 'failure');
  assert.equal(answersOf(made).length, 3);
});

test('a command that comes again is done once; without a signature it is not taken', async () => {
  const made = await opened();
  const said = { id: ++comments, login: 'maintainer', body: '/taster help', at: clock };
  // Somebody else wrote what looks like the answer.
  stage.github.comments.push({
    ...{ id: 9, repository: made.repository, pull: made.number, by: 'mallory' },
    body: `<!-- taster id=answer%2Fcomment%2F${said.id} sha= run= attempt= -->\nNo.`,
  });
  // The first answer is written, but GitHub's word about it is lost.
  stage.github.stumbles.push({ method: 'POST', path: new RegExp(`/${made.number}/comments$`), status: 'lost' });
  const payload = commentPayload(made, said);
  for (const signature of [null, 'sha256=00', `sha256=${'0'.repeat(64)}`])
    assert.ok((await stage.deliver({ event: 'issue_comment', payload, signature })).status >= 400);
  await Promise.all([send('issue_comment', payload, 'a'), send('issue_comment', payload, 'a')]);
  await answered(made, 1);
  await send('issue_comment', payload, 'b');
  await heardAll(made);
  assert.equal(answersOf(made).length, 1);
  assert.match(answersOf(made)[0]!, /taster accept CHECK until DATE because REASON/);
});

test('explain tells of a check and of a row; what is echoed is shown literally', async () => {
  const made = await opened();
  await say(made, 'writer', '/taster explain conflicting-copies');
  await answered(made, 1);
  assert.match(answersOf(made)[0]!, /What to do: .*fail on `train`: .*Rows: 2\./s);
  await say(made, 'writer', '/taster explain train.csv:63');
  await say(made, 'writer', '/taster explain id=bad-7');
  await answered(made, 3);
  for (const answer of answersOf(made).slice(1)) assert.match(answer, /`conflicting-copies` \(fail\).*`train\.csv:9`/s);
  await say(made, 'writer', '/taster explain @octocat <img src=x> [a](https://evil.example) #1');
  await answered(made, 4);
  const last = answersOf(made)[3]!;
  assert.ok(!/@octocat|<img|\]\(http|#1\b/.test(last), last);
  await say(made, 'writer', '/taster dance');
  await answered(made, 5);
  assert.match(answersOf(made)[4]!, /Nothing was done\. There is no such command/);
  await say(made, 'writer', '/taster explain \u0000\ud800\u202e');
  await answered(made, 6);
  assert.match(answersOf(made)[5]!, /cannot be seen/);
});

test('a button says how to accept; nothing is accepted of a head that came after the comment', async () => {
  const made = await opened();
  await send('check_run', buttonPayload(made, 'accept', 'reader'));
  await answered(made, 1);
  await send('check_run', buttonPayload(made, 'accept', 'writer'), 'press');
  await send('check_run', buttonPayload(made, 'accept', 'writer'), 'press');
  await send('check_run', { ...buttonPayload(made, 'dance', 'writer') });
  await answered(made, 2);
  assert.match(answersOf(made)[1]!, new RegExp(`/taster accept conflicting-copies until ${isOver(30)} because`));
  assert.equal(checkOf(made)!.conclusion, 'failure');

  const accept = `/taster accept conflicting-copies until ${isOver(9)} because seen`;
  await say(made, 'writer', accept, { at: made.updated - 1000 });
  await answered(made, 3);
  assert.match(answersOf(made)[2]!, /a newer commit came after/);
  await say(made, 'writer', accept.replace('conflicting-copies', 'membership'));
  await answered(made, 4);
  assert.match(answersOf(made)[3]!, /Nothing was accepted: of `membership`/);
});

test('what was said when the App ended is done after its restart, and nothing went wrong', async () => {
  const made = await opened();
  // GitHub stumbles where the check is concluded anew, and where the comment is.
  stage.github.stumbles.push(
    { method: 'PATCH', path: new RegExp(`${made.repository}/check-runs/`), status: 'lost' },
    { method: 'PATCH', path: new RegExp(`${made.repository}/issues/comments/`), status: 502 },
    { method: 'GET', path: new RegExp(`${made.repository}/collaborators/`), status: 500 },
  );
  await say(made, 'writer', `/taster accept conflicting-copies until ${isOver(9)} because seen`);
  await stage.restart();
  await concluded(made, 'success');
  await answered(made, 1);
  await until('the comment', () => /### ✅/.test(stickyOf(made)));
  assert.deepEqual([stage.github.stumbles, stage.github.faults], [[], []]);
  assert.equal(stage.github.checks.filter(({ repository }) => repository === made.repository).length, 1);
  const text = log.join('\n');
  assert.ok(!/seen|bad-7|twins/.test(text), text);
});
