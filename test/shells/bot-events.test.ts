import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  groupPayload,
  installationPayload,
  type PlayedAppPull,
  pullPayload,
} from '../fixtures/bot/played-app-github.ts';
import { type BotStage, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { type MadeRepository, makeRepository } from '../fixtures/github/run-action.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'bot-events-'));
const DATA = { 'data/train.csv': 'a,label\n1,x\n2,y\n' };
let stage: BotStage;
let quick: MadeRepository;
let slow: MadeRepository;
let pulls = 0;

before(async () => {
  process.env.TMPDIR = ROOT;
  quick = makeRepository(ROOT, { ...DATA, 'README.md': 'one\n' }, { ...DATA, 'README.md': 'two\n' });
  // Long enough to be stopped on the way: it trains.
  const rows = (count: number) => [
    'a,b,label',
    ...Array.from({ length: count }, (_, at) => `${at % 97},${(at * 7) % 89},${at % 97 < 48 ? 'x' : 'y'}`),
    '',
  ];
  const files = (count: number) => ({ 'data/train.csv': rows(count).join('\n') });
  slow = makeRepository(ROOT, files(1600), files(1640));
  stage = await stageBot({ log: (line) => process.env.BOT_LOG && console.error(line) });
});
after(async () => {
  await stage.close();
  rmSync(ROOT, { recursive: true, force: true });
});

function pull(made: MadeRepository, more: Partial<PlayedAppPull> = {}): PlayedAppPull {
  const repository = `example/events-${++pulls}`;
  const opened = { repository, number: pulls, base: made.base, head: made.head, updated: 1_700_000_000_000, ...more };
  stage.github.repositories.set(repository, made.folder);
  stage.github.pulls.push(opened);
  return opened;
}
const send = (event: string, payload: object) => stage.deliver({ event, payload });
const checksOf = ({ repository }: PlayedAppPull) =>
  stage.github.checks.filter((each) => each.repository === repository);
const ended = (of: PlayedAppPull) => until('an end', () => checksOf(of).some(({ conclusion }) => conclusion !== null));
const training = (of: PlayedAppPull) =>
  until('training', () => checksOf(of)[0]?.story.some((line) => /^in_progress: \d+%/.test(line)) === true);

test('a pull request that is closed in the middle of its review is left, and reviewed when it is opened again', async () => {
  const opened = pull(slow);
  await send('pull_request', pullPayload('opened', opened));
  await training(opened);
  Object.assign(opened, { closed: true, updated: opened.updated + 1000 });
  await send('pull_request', pullPayload('closed', opened));
  await ended(opened);
  const [check, ...more] = checksOf(opened);
  assert.deepEqual(more, []);
  assert.equal(check!.conclusion, 'cancelled');
  assert.match(check!.title, /^Closed/);
  assert.deepEqual(
    stage.github.comments.filter(({ repository }) => repository === opened.repository),
    [],
  );

  Object.assign(opened, { closed: false, updated: opened.updated + 1000 });
  await send('pull_request', pullPayload('reopened', opened));
  await until('another review', () => check!.conclusion === null && check!.status === 'in_progress');
  assert.equal(checksOf(opened).length, 1);
  await send('pull_request', pullPayload('closed', { ...opened, updated: opened.updated + 1000 }));
  await until('the end', () => check!.conclusion === 'cancelled');
  opened.closed = true;
});

test('a push that arrives after the closing that came later is not reviewed', async () => {
  const opened = pull(quick, { closed: true });
  await send('pull_request', pullPayload('closed', { ...opened, updated: opened.updated + 5000 }));
  await send('pull_request', pullPayload('synchronize', opened));
  await ended(opened);
  assert.equal(checksOf(opened)[0]!.conclusion, 'cancelled');
  assert.ok(!checksOf(opened)[0]!.story.some((line) => line.startsWith('in_progress')));
});

test('another target branch is a new review in the same check run; another title is none', async () => {
  const opened = pull(quick);
  await send('pull_request', pullPayload('opened', opened));
  await ended(opened);
  const [check] = checksOf(opened);
  const reviews = () => check!.story.filter((line) => line.startsWith('success')).length;
  Object.assign(opened, { updated: opened.updated + 1000 });
  await send('pull_request', { ...pullPayload('edited', opened), changes: { title: { from: 'old' } } });
  Object.assign(opened, { updated: opened.updated + 1000, into: 'release' });
  const changes = { base: { ref: { from: 'main' }, sha: { from: opened.base } } };
  await send('pull_request', { ...pullPayload('edited', opened), changes });
  await until('another review', () => reviews() === 2);
  assert.equal(checksOf(opened).length, 1);
});

test('a merge group has a check run of its own and no comment; one that is gone is left', async () => {
  const [group, gone] = [pull(quick, { closed: true }), pull(slow, { closed: true })];
  await send('merge_group', groupPayload('checks_requested', group));
  await ended(group);
  assert.equal(checksOf(group)[0]!.conclusion, 'success');
  assert.equal(checksOf(group)[0]!.key, `${group.repository}@${group.head}`);
  await send('merge_group', groupPayload('checks_requested', gone));
  await training(gone);
  await send('merge_group', groupPayload('destroyed', gone));
  await ended(gone);
  assert.equal(checksOf(gone)[0]!.conclusion, 'cancelled');
  assert.deepEqual(
    stage.github.comments.filter(({ repository }) => repository === group.repository),
    [],
  );
});

test('what the App may no longer see is not spoken of again', async () => {
  const opened = pull(slow);
  await send('pull_request', pullPayload('opened', opened));
  await training(opened);
  const [check] = checksOf(opened);
  await send(
    'installation_repositories',
    installationPayload('installation_repositories', 'removed', [opened.repository]),
  );
  await until('quiet', async () => {
    const told = check!.story.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return check!.story.length === told;
  });
  assert.equal(check!.conclusion, null);
  // What waited behind it goes on.
  const next = pull(quick);
  await send('pull_request', pullPayload('opened', next));
  await ended(next);
  assert.equal(check!.conclusion, null);
  opened.closed = true;
});

test('at its start the App takes up what it was not told, and leaves what was closed', async () => {
  const hung = pull(slow);
  await send('pull_request', pullPayload('opened', hung));
  await training(hung);
  const [draft, shut] = [pull(quick, { draft: true }), pull(quick, { closed: true })];
  let missed = draft;
  await stage.restart(() => {
    missed = pull(quick);
    hung.closed = true;
  });
  await ended(missed);
  await ended(hung);
  assert.deepEqual([checksOf(missed)[0]!.conclusion, checksOf(hung)[0]!.conclusion], ['success', 'cancelled']);
  // What was concluded before was left alone.
  await stage.restart();
  const late = pull(quick);
  await send('pull_request', pullPayload('opened', late));
  await ended(late);
  assert.deepEqual([checksOf(draft), checksOf(shut)], [[], []]);
  for (const each of [missed, hung]) assert.equal(checksOf(each).length, 1);
  assert.equal(checksOf(missed)[0]!.story.filter((line) => line.startsWith('success')).length, 1);
  assert.deepEqual(stage.github.faults, []);
});
