import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startBot } from '../../src/shells/bot.ts';
import { type PlayedAppPull, pullPayload, rerunPayload } from '../fixtures/bot/played-app-github.ts';
import { type BotStage, botEnvironment, pagesEnvironment, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { startPostgres } from '../fixtures/bot/start-postgres.ts';
import { type Visitor, visitor } from '../fixtures/bot/visitor.ts';
import { makeRepository } from '../fixtures/github/run-action.ts';

const REPOSITORY = 'example/spam-filter';
const DATA = { 'data/train.csv': 'a,label\n1,x\n2,y\n' };
const ROOT = mkdtempSync(join(tmpdir(), 'bot-pages-'));
const postgres = await startPostgres();
let stage: BotStage;
let url = '';
let ada: Visitor;
let opened: PlayedAppPull;

before(async () => {
  const settings = await pagesEnvironment();
  url = settings.PUBLIC_URL;
  stage = await stageBot({ environment: settings });
  const code = makeRepository(ROOT, { ...DATA, 'README.md': 'one\n' }, { ...DATA, 'README.md': 'two\n' });
  stage.github.repositories.set(REPOSITORY, code.folder);
  opened = { repository: REPOSITORY, number: 7, base: code.base, head: code.head, updated: 1_700_000_000_000 };
  stage.github.pulls.push(opened);
  stage.github.people.accounts.set('ada', { reads: new Map([[1, [REPOSITORY]]]) });
  stage.github.people.atGitHub = 'ada';
  ada = visitor(url);
  await ada.get('/sign-in');
});
after(async () => {
  await stage.close();
  if (typeof postgres !== 'string') await postgres.close();
  rmSync(ROOT, { recursive: true, force: true });
});

test('"Details" of a check run leads to the page of its run, which has the report of the last try', async () => {
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
  const check = () => stage.github.checks[0];
  const done = (times: number) => () => check()?.story.filter((line) => line.startsWith('success')).length === times;
  await until('concluded', done(1));
  const { details } = check()!;
  assert.match(details!, new RegExp(`^${url}/runs/\\d+$`));
  const path = new URL(details!).pathname;
  // The check is concluded a moment before the run is.
  await until('the run', async () => /chip pass/.test((await ada.get(path)).text));
  assert.match((await ada.get('/')).text, new RegExp(`${opened.head.slice(0, 7)}.*Nothing relevant changed`));
  const first = await ada.get(`${path}/review.json`);
  assert.equal(JSON.parse(first.text).run.attempt, 1);
  await stage.deliver({ event: 'check_run', payload: rerunPayload('check_run', REPOSITORY, opened.head) });
  await until('again', done(2));
  await until('kept again', async () => JSON.parse((await ada.get(`${path}/review.json`)).text).run.attempt === 2);
  assert.equal((await ada.get(`${path}/report`)).status, 200);
  assert.deepEqual(stage.github.faults, []);
});

test('the App tells a monitor that it is ready, and what it has done', async () => {
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /^taster_webhooks_total\{event="pull_request",status="2\d\d"\} 1$/m);
  assert.match(text, /^taster_review_seconds_count\{end="done"\} 2$/m);
  assert.match(text, /^taster_runs\{state="concluded",conclusion="success"\} 1$/m);
  assert.match(await fetch(`${url}/api/github/webhook`).then((answer) => answer.text()), /Nothing is here/);
});

test('without PUBLIC_URL a check run has no address of a page', async () => {
  const plain = await stageBot();
  try {
    plain.github.repositories.set(REPOSITORY, stage.github.repositories.get(REPOSITORY)!);
    plain.github.pulls.push(opened);
    await plain.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
    await until('announced', () => plain.github.checks.length === 1);
    assert.equal(plain.github.checks[0]!.details, null);
    assert.match(await (await fetch(plain.bot.url)).text(), /Signing in is not set up/);
  } finally {
    await plain.close();
  }
});

test('a database server that is gone makes the App not ready, and the pages say that something broke', {
  skip: typeof postgres === 'string' ? postgres : false,
}, async () => {
  if (typeof postgres === 'string') return;
  const settings = await pagesEnvironment();
  const environment = { ...botEnvironment(stage.github.url, { url: postgres.url }), ...settings };
  const bot = await startBot({ environment, log: () => {} });
  const one = visitor(settings.PUBLIC_URL);
  await one.get('/sign-in');
  assert.equal((await fetch(`${bot.url}/readyz`)).status, 200);
  assert.match((await one.get('/')).text, /No runs yet/);
  await postgres.close();
  const started = performance.now();
  const answer = await fetch(`${bot.url}/readyz`);
  assert.equal(answer.status, 503, await answer.text());
  assert.ok(performance.now() - started < 4000);
  assert.equal((await fetch(`${bot.url}/healthz`)).status, 200);
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  assert.match(metrics, /^taster_database_up 0$/m);
  assert.match(metrics, /^process_resident_memory_bytes/m);
  const broken = await one.once('/');
  assert.equal(broken.status, 500);
  assert.match(broken.text, /Something broke/);
  assert.doesNotMatch(broken.text, /ECONN|postgres|127\.0\.0\.1:\d/);
  await bot.close().catch(() => {});
});
