import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FrontStage, stageFront } from '../fixtures/bot/stage-front.ts';
import type { Visited, Visitor } from '../fixtures/bot/visitor.ts';
import { richReview } from '../report/pages.ts';
import { sampleReview } from '../report/samples.ts';

const MINE = 'example/spam-filter';
const PRIVATE = 'example/payroll';
const EARLIER = 'example/sold-name';
let stage: FrontStage;
let ada: Visitor;
const numbers: Record<'fail' | 'left' | 'waits' | 'hidden' | 'moved', number> = {
  ...{ fail: 0, left: 0, waits: 0, hidden: 0, moved: 0 },
};

before(async () => {
  stage = await stageFront();
  const { accounts } = stage.github.people;
  accounts.set('ada', { reads: new Map([[1, ['Example/Spam-Filter', 'example/quiet', EARLIER]]]) });
  accounts.set('eve', { reads: new Map([[2, ['eve/own']]]) });
  const review = { ...sampleReview('fail-amplification'), repository: MINE };
  numbers.fail = await stage.run({ repository: MINE, pull: 7, conclusion: 'failure', review });
  numbers.left = await stage.run({ repository: MINE, pull: 8, conclusion: 'cancelled' });
  numbers.hidden = await stage.run({ repository: PRIVATE, pull: 3, conclusion: 'failure', review: richReview() });
  // Another account had this name before, and another installation.
  numbers.moved = await stage.run({ repository: EARLIER, installation: 9, conclusion: 'success', review });
  numbers.waits = await stage.run({ repository: MINE, pull: 9 });
  ada = await stage.signIn('ada');
});
after(() => stage.close());

const heads = (text: string) =>
  [...text.matchAll(/<h1>(.*?)<\/h1>/gs)].map(([, inner]) => inner!.replace(/<[^>]+>/g, ''));
const saysNothing = ({ text }: Visited) => {
  for (const word of [MINE, 'spam-filter', PRIVATE, 'payroll', 'amplification']) assert.ok(!text.includes(word), word);
};

test('nobody who is not signed in sees anything of a repository', async () => {
  const stranger = stage.visit();
  const home = await stranger.get('/');
  assert.equal(home.status, 200);
  assert.match(home.text, /Sign in with GitHub/);
  const addresses = ['', '/report', '/review.json'].map((what) => `/runs/${numbers.fail}${what}`);
  for (const address of [...addresses, '/runs/99999', `/runs/${numbers.hidden}`]) {
    const answer = await stranger.once(address);
    assert.equal(answer.status, 401, address);
    saysNothing(answer);
  }
  saysNothing(home);
  assert.equal((await stranger.once('/elsewhere')).status, 404);
});

test('a person sees the runs of what GitHub lets them read, and no other', async () => {
  const { status, text } = await ada.get('/');
  assert.equal(status, 200);
  for (const number of [numbers.fail, numbers.left, numbers.waits]) assert.ok(text.includes(`href="/runs/${number}"`));
  for (const number of [numbers.hidden, numbers.moved]) assert.ok(!text.includes(`/runs/${number}`));
  assert.ok(!text.includes('payroll'));
  assert.match(text, /<span class="chip fail">fail</);
  assert.match(text, /<span class="chip none">waiting</);
  assert.match(text, new RegExp(`${stage.github.url}/${MINE}/pull/7"`));
  assert.match(text, new RegExp(`${stage.github.url}/${MINE}/runs/501"`));
});

test('a run of what they may not read is answered as one that is not there', async () => {
  const there = await ada.once('/runs/99999');
  assert.equal(there.status, 404);
  for (const number of [numbers.hidden, numbers.moved])
    for (const what of ['', '/report', '/review.json']) {
      const answer = await ada.once(`/runs/${number}${what}`);
      assert.equal(answer.status, 404);
      assert.equal(answer.text, there.text);
    }
  const eve = await stage.signIn('eve');
  const own = await eve.get('/');
  assert.match(own.text, /No runs yet/);
  saysNothing(own);
  assert.equal((await eve.once(`/runs/${numbers.fail}`)).status, 404);
  const filtered = await eve.get(`/?repository=${encodeURIComponent(PRIVATE)}`);
  assert.doesNotMatch(filtered.text, /href="\/runs\//);
});

test('the page of a run: verdict, findings, report and review.json', async () => {
  const run = await ada.get(`/runs/${numbers.fail}`);
  assert.equal(run.status, 200);
  assert.match(heads(run.text)[0]!, /^fail 6 new rows expose 6 rows/);
  assert.match(run.text, /<th scope="row">amplification<\/th>/);
  const report = await ada.get(`/runs/${numbers.fail}/report`);
  assert.equal(report.status, 200);
  assert.match(report.text, /<article class="finding"/);
  const [, own] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(report.text)!;
  assert.equal(report.headers.get('content-security-policy'), `${own}; frame-ancestors 'none'`);
  const json = await ada.get(`/runs/${numbers.fail}/review.json`);
  assert.equal(JSON.parse(json.text).schema, 'taster/review@1');
  assert.match(json.headers.get('content-disposition')!, /^attachment; filename="review-\d+\.json"$/);
  for (const { text } of [run, report, json]) assert.ok(text.length > 1000);
  const waits = await ada.get(`/runs/${numbers.waits}`);
  assert.match(heads(waits.text)[0]!, /waiting The review waits/);
  assert.equal((await ada.once(`/runs/${numbers.waits}/report`)).status, 404);
});

test('data that could not be read are no pass on the page, either', async () => {
  const review = { ...sampleReview('pass-clean'), repository: MINE };
  const unreadable = ['data/train.csv is a pointer to a file that is not there.'];
  const number = await stage.run({ repository: MINE, pull: 12, conclusion: 'action_required', review, unreadable });
  const told = /Data could not be read; the check run says which/;
  assert.match(heads((await ada.get(`/runs/${number}`)).text)[0]!, told);
  assert.match((await ada.get('/')).text, told);
});

test('a review that is too large to be read again is not kept', async () => {
  const given = sampleReview('fail-amplification');
  const [row] = given.findings.flatMap(({ rows }) => rows);
  const long = Array.from({ length: 100 }, () => ({ ...row!, path: 'd'.repeat(1000), victims: [] }));
  const findings = Array.from({ length: 300 }, (_, at) => ({ ...given.findings[0]!, id: `f${at}`, rows: long }));
  const number = await stage.run({ repository: MINE, pull: 13, conclusion: 'failure', review: { ...given, findings } });
  assert.match(stage.log.join(), new RegExp(`run ${number}: its report is too large`));
  assert.match((await ada.get(`/runs/${number}`)).text, /No report of this run is kept/);
});

test('an id of a row stands in nothing that is kept', async () => {
  const named = { ...sampleReview('fail-amplification'), repository: MINE };
  const mail = 'grace.hopper@example.com';
  const findings = named.findings.map((finding) => ({
    ...finding,
    rows: finding.rows.map((row) => ({
      ...row,
      id: mail,
      victims: row.victims.map((each) => ({ ...each, id: mail })),
    })),
  }));
  assert.ok(JSON.stringify(findings).includes(mail));
  const number = await stage.run({ repository: MINE, pull: 11, conclusion: 'failure', review: { ...named, findings } });
  for (const what of ['', '/report', '/review.json']) {
    const { status, text } = await ada.get(`/runs/${number}${what}`);
    assert.equal(status, 200);
    assert.ok(!/hopper/.test(text));
  }
});

test('every answer is kept by nobody, framed by nobody, and allows no script but the report its own', async () => {
  const paths = ['/', `/runs/${numbers.fail}`, `/runs/${numbers.fail}/report`, `/runs/${numbers.fail}/review.json`, '/no', '/sign-in', '/healthz', '/metrics']; // biome-ignore format: one idea
  for (const path of paths) {
    const { headers, text } = await ada.once(path);
    assert.equal(headers.get('cache-control'), 'private, no-store', path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    const policy = headers.get('content-security-policy')!;
    assert.match(policy, /^default-src 'none';.*frame-ancestors 'none'$/, path);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, path);
    if (!path.endsWith('/report')) {
      assert.doesNotMatch(policy, /script-src/, path);
      assert.doesNotMatch(text, /<script|javascript:| on\w+=/i, path);
    }
  }
});

test('the list goes by repository, pull request and fifty at a time', async () => {
  for (let at = 0; at < 60; at++)
    await stage.run({ repository: 'example/quiet', pull: 100 + (at % 2), conclusion: 'success' });
  const shown = (text: string) =>
    [...text.matchAll(/<th scope="row"><a href="\/runs\/(\d+)"/g)].map(([, n]) => Number(n));
  const first = await ada.get('/?repository=example/quiet');
  assert.equal(shown(first.text).length, 50);
  assert.deepEqual(
    shown(first.text),
    [...shown(first.text)].sort((a, b) => b - a),
  );
  const [, next] = /<a href="([^"]+)" rel="next">/.exec(first.text)!;
  const second = await ada.get(next!.replaceAll('&amp;', '&'));
  assert.equal(shown(second.text).length, 10);
  assert.doesNotMatch(second.text, /rel="next"/);
  assert.equal(new Set([...shown(first.text), ...shown(second.text)]).size, 60);
  assert.equal(shown((await ada.get('/?repository=EXAMPLE/quiet&pull=101')).text).length, 30);
  for (const bad of ['?pull=x', '?pull=-1', '?before=1e3', '?repository=%3Cscript%3E', '?pull=99999999999999'])
    assert.equal((await ada.once(`/${bad}`)).status, 400, bad);
});

test('another way of asking, and addresses that are none, are answered with a page', async () => {
  for (const [path, method, status] of [
    ['/', 'POST', 405],
    [`/runs/${numbers.fail}`, 'DELETE', 405],
    ['/runs/', 'GET', 404],
    ['/runs/1e3', 'GET', 404],
    ['/runs/12345678901234567890', 'GET', 404],
    ['//evil.example/', 'GET', 404],
    ['/%00', 'GET', 404],
  ] as const) {
    const answer = await ada.once(path.startsWith('//') ? stage.url + path : path, { method });
    assert.equal(answer.status, status, path);
    assert.match(answer.text, /<h1>/, path);
  }
  const head = await ada.once('/', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('what GitHub takes back is gone within a minute; when GitHub is down, the page says so', async () => {
  const { people } = stage.github;
  people.accounts.set('bob', { reads: new Map([[1, [MINE]]]) });
  const bob = await stage.signIn('bob');
  const path = `/runs/${numbers.fail}`;
  assert.equal((await bob.once(path)).status, 200);
  const before = people.asked.length;
  assert.equal((await bob.once(path)).status, 200);
  assert.equal(people.asked.length, before, 'asked again within the minute');
  people.accounts.get('bob')!.reads.set(1, ['example/other']);
  stage.ahead += 61_000;
  assert.equal((await bob.once(path)).status, 404);
  stage.ahead += 61_000;
  people.isDown = true;
  const down = await bob.once(path);
  assert.equal(down.status, 502);
  assert.match(down.text, /GitHub does not answer/);
  people.isDown = false;
  assert.equal((await bob.once(path)).status, 404);
  people.tokens.clear();
  stage.ahead += 61_000;
  assert.equal((await bob.once(path)).status, 401);
  assert.equal(bob.cookies.size, 0);
  stage.ahead = 0;
  ada = await stage.signIn('ada');
});

test('installations and repositories of many pages are read to their end', async () => {
  const names = Array.from({ length: 130 }, (_, at) => `example/many-${at}`);
  const reads = new Map(Array.from({ length: 103 }, (_, at): [number, string[]] => [1000 + at, []]));
  reads.set(1102, names);
  stage.github.people.accounts.set('max', { reads });
  const number = await stage.run({ repository: 'example/many-129', installation: 1102, conclusion: 'success' });
  const max = await stage.signIn('max');
  assert.equal((await max.once(`/runs/${number}`)).status, 200);
});

test('without a client the pages say so and show nothing', async () => {
  const closed = await stageFront({ client: null });
  try {
    const number = await closed.run({ repository: MINE, conclusion: 'success', review: sampleReview('pass-clean') });
    const home = await closed.visit().once('/');
    assert.equal(home.status, 200);
    assert.match(home.text, /Signing in is not set up/);
    saysNothing(home);
    for (const path of [`/runs/${number}`, `/runs/${number}/report`, '/sign-in', '/sign-in/callback?code=a&state=b']) {
      const answer = await closed.visit().once(path);
      assert.equal(answer.status, 404, path);
      saysNothing(answer);
    }
  } finally {
    await closed.close();
  }
});

test("all that was asked of GitHub agrees with GitHub's description, and no token is in the log", () => {
  assert.deepEqual(stage.github.faults, []);
  const text = stage.log.join('\n');
  assert.doesNotMatch(text, /gh[usr]_|code=/);
});
