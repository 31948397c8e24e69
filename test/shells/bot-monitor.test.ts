import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FrontStage, stageFront } from '../fixtures/bot/stage-front.ts';
import { sampleReview } from '../report/samples.ts';

const TOKEN = 'a monitor of sixteen characters';
let stage: FrontStage;
before(async () => {
  stage = await stageFront({ metricsToken: TOKEN });
});
after(() => stage.close());

const metrics = async () => {
  const answer = await fetch(`${stage.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  return await answer.text();
};
const value = (text: string, series: string) => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
};

test('metrics are told to who shows the token alone', async () => {
  for (const authorization of [undefined, '', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN]) {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await fetch(`${stage.url}/metrics`, { headers });
    assert.equal(answer.status, 401, authorization);
    assert.doesNotMatch(await answer.text(), /taster_/);
  }
});

test('runs, queue, webhooks, reviews and memory are counted; no repository is named', async () => {
  await stage.run({
    repository: 'secret-owner/secret-name',
    conclusion: 'failure',
    review: sampleReview('pass-clean'),
  });
  await stage.run({ repository: 'secret-owner/secret-name', conclusion: 'failure' });
  await stage.run({ repository: 'secret-owner/secret-name' });
  await stage.database.boss.send('review', { key: 'secret-owner/secret-name@1' });
  await stage.front.timed(async () => {})();
  await assert.rejects(stage.front.timed(async () => Promise.reject(new Error('broken')))(), /broken/);
  await fetch(`${stage.url}/`);
  const text = await metrics();
  assert.equal(value(text, 'taster_runs{state="concluded",conclusion="failure"}'), 2);
  assert.equal(value(text, 'taster_runs{state="queued",conclusion=""}'), 1);
  assert.equal(value(text, 'taster_queue_jobs{queue="review",state="waiting"}'), 1);
  assert.equal(value(text, 'taster_queue_jobs{queue="give-up",state="working"}'), 0);
  assert.equal(value(text, 'taster_review_seconds_count{end="done"}'), 1);
  assert.equal(value(text, 'taster_review_seconds_count{end="failed"}'), 1);
  assert.equal(value(text, 'taster_pages_total{status="200"}'), 1);
  assert.equal(value(text, 'taster_database_up'), 1);
  assert.ok(value(text, 'process_resident_memory_bytes')! > 1e6);
  assert.doesNotMatch(text, /secret|@1/);
});

test('webhooks are counted by event and status, with their seconds; an unknown event is one of "other"', async () => {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    stage.front.watch(request, response);
    response.writeHead(request.headers['x-github-event'] === 'push' ? 200 : 400).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  for (const event of ['push', 'push', 'made-up"} 1\nforged 7'.replace('\n', ' '), 'pull_request'])
    await (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-github-event': event } })).text();
  await new Promise((resolve) => server.close(resolve));
  const text = await metrics();
  assert.equal(value(text, 'taster_webhooks_total{event="push",status="200"}'), 2);
  assert.equal(value(text, 'taster_webhooks_total{event="other",status="400"}'), 1);
  assert.equal(value(text, 'taster_webhooks_total{event="pull_request",status="400"}'), 1);
  assert.equal(value(text, 'taster_webhook_seconds_count'), 4);
  assert.doesNotMatch(text, /made-up|forged/);
});

test('every metric that is documented is there, and every one of ours is documented', async () => {
  const { readFileSync } = await import('node:fs');
  const docs = readFileSync(new URL('../../docs/bot.md', import.meta.url), 'utf8');
  const told = new Set([...docs.matchAll(/`(taster_[a-z_]+)/g)].map(([, name]) => name));
  const served = new Set([...(await metrics()).matchAll(/^# TYPE (taster_\w+)/gm)].map(([, name]) => name));
  assert.deepEqual([...told].sort(), [...served].sort());
});

test('ready while the database answers; not when it is gone, nor when the App closes', async () => {
  const ready = async (of: FrontStage) => {
    const answer = await fetch(`${of.url}/readyz`);
    return [answer.status, (await answer.text()).trim()];
  };
  assert.deepEqual(await ready(stage), [200, 'ready']);
  const other = await stageFront();
  try {
    other.closing.abort();
    assert.deepEqual(await ready(other), [503, 'closing']);
    assert.equal((await fetch(`${other.url}/healthz`)).status, 200);
  } finally {
    await other.close();
  }
  await stage.database.query('alter table taster.runs rename to runs_gone');
  assert.deepEqual(await ready(stage), [503, 'the database does not answer']);
  const answer = await fetch(`${stage.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /process_resident_memory_bytes/);
  await stage.database.query('alter table taster.runs_gone rename to runs');
  assert.deepEqual(await ready(stage), [200, 'ready']);
});
