import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sealOf } from '../../src/adapters/sealed-text.ts';
import { CLIENT } from '../fixtures/bot/played-people.ts';
import { type FrontStage, stageFront } from '../fixtures/bot/stage-front.ts';
import type { Visited, Visitor } from '../fixtures/bot/visitor.ts';

const MINE = 'example/spam-filter';
let stage: FrontStage;
let run = 0;

before(async () => {
  stage = await stageFront();
  stage.github.people.accounts.set('ada', { reads: new Map([[1, [MINE]]]) });
  stage.github.people.accounts.set('eve', { reads: new Map() });
  run = await stage.run({ repository: MINE, conclusion: 'success' });
});
beforeEach(() => {
  stage.ahead = 0;
  stage.github.people.atGitHub = 'ada';
});
after(() => stage.close());

/** A sign-in up to the address that GitHub sends the browser back to. */
async function untilCallback(browser: Visitor, path = '/sign-in'): Promise<string> {
  const begun = await browser.once(path);
  assert.equal(begun.status, 303);
  const back = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
  return back.headers.get('location')!;
}
const isSignedIn = async (browser: Visitor) => (await browser.once(`/runs/${run}`)).status === 200;
const cookieLines = ({ headers }: Visited) => headers.getSetCookie();
const wordOf = ({ text }: Visited) => /name="word" value="([^"]+)"/.exec(text)![1]!;

test('signing in leads to the page that was wanted; the cookie is out of reach of scripts and other sites', async () => {
  const browser = stage.visit();
  const wall = await browser.once(`/runs/${run}`);
  assert.equal(wall.status, 401);
  const [, link] = /class="button first" href="([^"]+)"/.exec(wall.text)!;
  const { status } = await browser.get(link!);
  assert.equal(status, 200);
  assert.equal(new URL(browser.trail.at(-1)!).pathname, `/runs/${run}`);
  const again = stage.visit();
  const callback = await untilCallback(again);
  const lines = cookieLines(await again.once(callback));
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  assert.match(lines[0]!, /^taster-session=[\w-]+;.*Max-Age=28800$/);
  assert.match(lines[1]!, /^taster-sign-in=;.*Max-Age=0$/);
  // Neither the token nor the name can be read in it.
  const [, sealed] = /=([\w-]+);/.exec(lines[0]!)!;
  assert.doesNotMatch(Buffer.from(sealed!, 'base64url').toString('latin1'), /ghu_|ada|token/);
});

test('over https the cookies are for this host and https alone', async () => {
  const safe = await stageFront({ publicUrl: 'https://taster.example' });
  try {
    const begun = await safe.visit().once('/sign-in');
    assert.match(cookieLines(begun)[0]!, /^__Host-taster-sign-in=[\w-]+; Path=\/; .*; Secure$/);
    const back = new URL(begun.headers.get('location')!).searchParams.get('redirect_uri');
    assert.equal(back, 'https://taster.example/sign-in/callback');
  } finally {
    await safe.close();
  }
});

test('a forged, missing or foreign state signs nobody in', async () => {
  const browser = stage.visit();
  const callback = new URL(await untilCallback(browser));
  for (const state of ['', 'x'.repeat(43), callback.searchParams.get('state')!.slice(0, -1)]) {
    const forged = new URL(callback);
    forged.searchParams.set('state', state);
    // Its cookie is kept for the next try of this test.
    const kept = new Map(browser.cookies);
    assert.equal((await browser.once(forged.href)).status, 400);
    assert.equal(await isSignedIn(browser), false);
    for (const [name, value] of kept) browser.cookies.set(name, value);
  }
  // An attacker's own code and state, put under somebody else's nose.
  stage.github.people.atGitHub = 'eve';
  const trap = await untilCallback(stage.visit());
  const [victim, other] = [stage.visit(), stage.visit()];
  assert.equal((await victim.once(trap)).status, 400);
  await untilCallback(other);
  assert.equal((await other.once(trap)).status, 400);
  for (const each of [victim, other]) assert.equal(await isSignedIn(each), false);
  // Nor does the trap sign out whoever is in.
  const inside = await stage.signIn('ada');
  assert.equal((await inside.once(trap)).status, 400);
  assert.equal(await isSignedIn(inside), true);
  // The right one still leads to its end.
  assert.equal((await browser.get(callback.href)).status, 200);
  assert.equal(await isSignedIn(browser), true);
});

test('a code and its cookie, sent again, sign nobody in', async () => {
  const browser = stage.visit();
  const callback = await untilCallback(browser);
  const copy = stage.visit();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  const twice = stage.visit();
  for (const [name, value] of browser.cookies) twice.cookies.set(name, value);
  assert.equal((await browser.get(callback)).status, 200);
  assert.equal((await browser.once(callback)).status, 400);
  assert.equal((await copy.once(callback)).status, 400);
  // Nor with a code that is still good.
  stage.github.people.codes.set('fresh', {
    ...{ login: 'ada', challenge: 'x', callback: `${stage.url}/sign-in/callback` },
  });
  const fresh = new URL(callback);
  fresh.searchParams.set('code', 'fresh');
  assert.equal((await twice.once(fresh.href)).status, 400);
  assert.ok(stage.github.people.codes.has('fresh'), 'GitHub was not even asked');
  for (const each of [copy, twice]) assert.equal(await isSignedIn(each), false);
});

test('a code that was given to another sign-in fails for want of its proof', async () => {
  const [thief, victim] = [stage.visit(), stage.visit()];
  const stolen = new URL(await untilCallback(victim)).searchParams.get('code')!;
  const own = new URL(await untilCallback(thief));
  own.searchParams.set('code', stolen);
  assert.equal((await thief.once(own.href)).status, 400);
  assert.equal(await isSignedIn(thief), false);
});

test('a no at GitHub, a late yes, and a GitHub that does not answer', async () => {
  const browser = stage.visit();
  stage.github.people.atGitHub = null;
  assert.equal((await browser.once(await untilCallback(browser))).status, 400);
  stage.github.people.atGitHub = 'ada';
  const callback = await untilCallback(browser);
  stage.ahead = 601_000;
  assert.equal((await browser.once(callback)).status, 400);
  stage.ahead = 0;
  stage.github.people.isDown = true;
  const down = await browser.once(await untilCallback(browser));
  stage.github.people.isDown = false;
  assert.equal(down.status, 502);
  assert.equal(await isSignedIn(browser), false);
});

test('nobody is sent to another site afterwards', async () => {
  for (const to of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/runs/1@evil.example',
    '/runs/1/../../x',
    '/sign-in',
    '/?repository=a/b#x',
    '\r\nset-cookie: a=b',
  ]) {
    // biome-ignore format: one idea
    const browser = stage.visit();
    const callback = await untilCallback(browser, `/sign-in?${new URLSearchParams({ to })}`);
    const end = await browser.once(callback);
    assert.deepEqual([end.status, end.headers.get('location')], [303, '/'], to);
  }
  const browser = stage.visit();
  const to = `/?repository=${MINE}&pull=7`;
  const end = await browser.once(await untilCallback(browser, `/sign-in?${new URLSearchParams({ to })}`));
  assert.equal(end.headers.get('location'), to);
});

test('a session that was there before does not live on, and another person takes nothing over', async () => {
  const browser = await stage.signIn('eve');
  const old = browser.cookies.get('taster-session')!;
  stage.github.people.atGitHub = 'ada';
  await browser.get('/sign-in');
  assert.notEqual(browser.cookies.get('taster-session'), old);
  assert.equal(await isSignedIn(browser), true);
  const eve = stage.visit();
  eve.cookies.set('taster-session', old);
  assert.equal(await isSignedIn(eve), false);
  // A made-up session before signing in does not become one.
  const fixed = stage.visit();
  fixed.cookies.set('taster-session', 'chosen-by-somebody-else');
  await fixed.get('/sign-in');
  assert.notEqual(fixed.cookies.get('taster-session'), 'chosen-by-somebody-else');
});

test('a cookie that was touched, cut, made elsewhere or is meant for something else is none', async () => {
  const browser = await stage.signIn('ada');
  const good = browser.cookies.get('taster-session')!;
  const bytes = Buffer.from(good, 'base64url');
  const bad: string[] = ['', 'a', good.slice(1), good.slice(0, -4), `${good}AAAA`, `${'A'.repeat(5000)}`, '%00'];
  for (const at of [0, 12, 20, bytes.length - 1]) {
    const touched = Buffer.from(bytes);
    touched[at]! ^= 1;
    bad.push(touched.toString('base64url'));
  }
  const begun = stage.visit();
  await begun.once('/sign-in');
  bad.push(begun.cookies.get('taster-sign-in')!);
  const made = {
    login: 'ada',
    token: [...stage.github.people.tokens.keys()].at(-1),
    word: 'x',
    until: Date.now() + 60_000,
  };
  bad.push(sealOf('the client secret of another App', 'session').close(JSON.stringify(made)));
  bad.push(sealOf(CLIENT.secret, 'sign-in').close(JSON.stringify(made)));
  for (const value of bad) {
    browser.cookies.set('taster-session', value);
    const { status } = await browser.once(`/runs/${run}`);
    assert.equal(status, 401, value.slice(0, 40));
  }
  browser.cookies.set('taster-session', good);
  assert.equal(await isSignedIn(browser), true);
  // The same cookie twice: who knows whose the second is.
  const twice = { cookie: `taster-session=${good}; taster-session=${good}` };
  assert.equal((await fetch(`${stage.url}/runs/${run}`, { headers: twice })).status, 401);
  // One that this App did make is taken, so the ones above failed for the reason they were made for.
  browser.cookies.set('taster-session', sealOf(CLIENT.secret, 'session').close(JSON.stringify(made)));
  assert.equal(await isSignedIn(browser), true);
  stage.ahead = 8 * 3600_000 + 1000;
  assert.equal(await isSignedIn(browser), false, 'after eight hours');
});

test('signing out takes a word of the own page; it ends the token at GitHub, so that a copy is worth nothing', async () => {
  const browser = await stage.signIn('ada');
  const copy = stage.visit();
  copy.cookies.set('taster-session', browser.cookies.get('taster-session')!);
  const word = wordOf(await browser.get('/'));
  const refused: [Record<string, string>, Record<string, string>][] = [
    [{}, {}],
    [{ word: 'guessed' }, {}],
    [{ word, more: 'x'.repeat(5000) }, {}],
    [{ word }, { origin: 'https://evil.example' }],
    [{ word }, { 'sec-fetch-site': 'cross-site' }],
  ];
  for (const [form, headers] of refused) {
    assert.equal((await browser.post('/sign-out', form, headers)).status, 403);
    assert.equal(await isSignedIn(browser), true);
  }
  assert.equal((await browser.once('/sign-out')).status, 404);
  const out = await browser.post('/sign-out', { word }, { origin: stage.url, 'sec-fetch-site': 'same-origin' });
  assert.match(out.text, /Sign in with GitHub/);
  assert.equal(await isSignedIn(browser), false);
  assert.equal(await isSignedIn(copy), false, 'a copy of the cookie');
  assert.equal((await stage.visit().post('/sign-out', {})).status, 200, 'signed out already');
});

test('no token stands in the database or in the log', async () => {
  const tables = await stage.database.query(
    `select table_name from information_schema.tables where table_schema = 'taster'`,
  );
  assert.ok(tables.length > 2);
  for (const { table_name } of tables)
    for (const row of await stage.database.query(`select * from taster.${table_name}`))
      assert.doesNotMatch(JSON.stringify(row), /ghu_|ghr_/);
  assert.doesNotMatch(stage.log.join('\n'), /ghu_|ghr_|state=|code=/);
  assert.deepEqual(stage.github.faults, []);
});
