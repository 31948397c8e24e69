import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type FrontStage, stageFront } from '../fixtures/bot/stage-front.ts';
import type { Visitor } from '../fixtures/bot/visitor.ts';
import { AXE, violations, watchTroubles } from '../fixtures/watched-page.ts';
import { richReview } from '../report/pages.ts';
import { flooded, sampleReview } from '../report/samples.ts';

const CHROMIUM = '/usr/bin/chromium';
const skip = existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}`;
/** As long as the shortest field of a review may be. */
const ATTACK = '"><img src=//x.ex>';
const MINE = 'example/spam-filter';
const LONG = `example/${'long-name-'.repeat(6)}`;
const NUMBERS = { fail: 0, rich: 0, attack: 0, left: 0, waits: 0, open: 0 };
type Kind = keyof typeof NUMBERS;

let stage: FrontStage;
let ada: Visitor;
let browser: Browser;
before(async () => {
  if (skip !== false) return;
  stage = await stageFront();
  stage.github.people.accounts.set('ada', { reads: new Map([[1, [MINE, LONG]]]) });
  const many = Array.from({ length: 30 }, (_, at) => `example/one-of-many-${at}`);
  stage.github.people.accounts.set('max', { reads: new Map([[3, many]]) });
  const own = { repository: MINE };
  NUMBERS.fail = await stage.run({ ...own, conclusion: 'failure', review: { ...sampleReview('fail-amplification') } });
  NUMBERS.rich = await stage.run({ ...own, pull: 7, conclusion: 'neutral', review: richReview() });
  NUMBERS.attack = await stage.run({ ...own, pull: 8, conclusion: 'failure', review: flooded(richReview(), ATTACK) });
  NUMBERS.left = await stage.run({ ...own, pull: 9, conclusion: 'cancelled' });
  NUMBERS.open = await stage.run({ ...own, pull: 9, conclusion: 'action_required' });
  for (let at = 0; at < 60; at++) await stage.run({ repository: LONG, pull: 100_000 + at, conclusion: 'success' });
  for (const repository of many) await stage.run({ repository, installation: 3, conclusion: 'success' });
  NUMBERS.waits = await stage.run({ ...own, pull: 10 });
  ada = await stage.signIn('ada');
  // Started as root in containers, Chromium has no sandbox.
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

interface Opened {
  readonly page: Page;
  /** What must not be: console errors, dialogs, requests beside the page itself. */
  readonly troubles: string[];
  close(): Promise<void>;
}

async function open(
  path: string,
  options: Parameters<Browser['newContext']>[0] = {},
  who: Visitor | null = ada,
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...options });
  await context.addCookies([...(who?.cookies ?? [])].map(([name, value]) => ({ name, value, url: stage.url })));
  const page = await context.newPage();
  const troubles = watchTroubles(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    asked.push(request.url());
    if (!request.isNavigationRequest() && request.url() !== 'data:,') troubles.push(`request: ${request.url()}`);
  });
  await page.goto(stage.url + path);
  assert.ok(
    asked.every((url) => url.startsWith(stage.url) || url === 'data:,'),
    asked.join(),
  );
  return { page, troubles, close: () => context.close() };
}

const run =
  (kind: Kind, what = '') =>
  () =>
    `/runs/${NUMBERS[kind]}${what}`;
const PAGES: Readonly<Record<string, () => string>> = {
  'the run list': () => '/',
  'the runs of one repository': () => `/?repository=${MINE}`,
  'no runs': () => '/?repository=example/none&pull=3',
  'a run that failed': run('fail'),
  'a run with every kind of finding': run('rich'),
  'a run with an attack in every text': run('attack'),
  'a superseded run': run('left'),
  'a run without a verdict': run('open'),
  'a run that waits': run('waits'),
  'a report': run('rich', '/report'),
  'a report with an attack in every text': run('attack', '/report'),
};

for (const [name, path] of Object.entries(PAGES))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${name}, ${colorScheme}: no error, no request, nothing that an accessibility checker minds`, {
      skip,
    }, async () => {
      const { page, troubles, close } = await open(path(), { colorScheme });
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(troubles, []);
      await close();
    });

test('pages for those who are not signed in, and for what is not there, are sound, too', { skip }, async () => {
  for (const [path, who, heading] of [
    ['/', null, 'Sign in to see the runs'],
    [`/runs/${NUMBERS.fail}`, null, 'Sign in to see the runs'],
    ['/runs/99999', ada, 'Nothing is here'],
    ['/?pull=x', ada, 'That cannot be asked for'],
    ['/sign-in/callback', null, 'This sign-in did not come to its end'],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, troubles, close } = await open(path, { colorScheme }, who);
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), heading);
      assert.deepEqual(await violations(page), []);
      // Chromium tells of the status itself.
      assert.deepEqual(
        troubles.filter((trouble) => !/Failed to load resource.*status of 4/.test(trouble)),
        [],
      );
      await close();
    }
});

test('without scripts everything can be read, reached by keyboard, and signed out of', { skip }, async () => {
  const own = await stage.signIn('ada');
  const { page, troubles, close } = await open('/', { javaScriptEnabled: false }, own);
  const focused = () => page.locator(':focus');
  await page.keyboard.press('Tab');
  assert.equal(await focused().textContent(), 'To the content');
  await page.keyboard.press('Tab');
  assert.equal(await focused().textContent(), 'Taster');
  await page.keyboard.press('Tab');
  assert.equal(await focused().textContent(), 'Sign out');
  const link = page.getByRole('link', { name: `Run ${NUMBERS.waits}`, exact: true });
  for (let steps = 0; steps < 40 && (await link.evaluate((element) => !element.matches(':focus'))); steps++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${stage.url}/runs/${NUMBERS.waits}`);
  await page.goto(`${stage.url}/runs/${NUMBERS.fail}`);
  await page.getByRole('link', { name: 'Full report' }).click();
  await page.waitForURL(`${stage.url}/runs/${NUMBERS.fail}/report`);
  assert.ok((await page.locator('article.finding').count()) > 0);
  await page.goto(`${stage.url}/`);
  await page.getByRole('link', { name: 'Older runs' }).click();
  await page.waitForURL(/before=/);
  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
  assert.deepEqual(troubles, []);
  await close();
});

test('one of too many repositories is found by its name, by keyboard', { skip }, async () => {
  const max = await stage.signIn('max');
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, troubles, close } = await open('/', { colorScheme, javaScriptEnabled: true }, max);
    assert.equal(await page.getByRole('navigation', { name: 'Repositories' }).getByRole('link').count(), 25);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('textbox', { name: 'Repository' }).fill('example/one-of-many-0');
    await page.keyboard.press('Enter');
    await page.waitForURL(/repository=example/);
    assert.equal(await page.locator('.runs tbody tr').count(), 1);
    assert.deepEqual(troubles, []);
    await close();
  }
});

test('a real browser goes to GitHub and comes back signed in', { skip }, async () => {
  stage.github.people.atGitHub = 'ada';
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${stage.url}/runs/${NUMBERS.fail}`);
  await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
  await page.waitForURL(`${stage.url}/runs/${NUMBERS.fail}`);
  assert.match((await page.getByRole('heading', { level: 1 }).textContent())!, /^fail /);
  assert.equal(await page.evaluate('document.cookie'), '', 'out of reach of scripts');
  await context.close();
});

test('the report inside the App sorts its tables, and its tables have captions', { skip }, async () => {
  const { page, close } = await open(`/runs/${NUMBERS.rich}/report`);
  await page.locator('table[data-sort] thead button').first().press('Enter');
  assert.equal(await page.locator('[aria-sort=ascending]').count(), 1);
  await close();
  for (const path of ['/', `/runs/${NUMBERS.rich}`]) {
    const listed = await open(path);
    for (const table of await listed.page.locator('table').all()) {
      assert.notEqual((await table.locator('caption').textContent())!.trim(), '');
      assert.equal(await table.locator('th:not([scope])').count(), 0);
    }
    await listed.close();
  }
});

test('on a narrow screen nothing runs over', { skip }, async () => {
  for (const path of ['/', `/runs/${NUMBERS.attack}`, `/runs/${NUMBERS.waits}`, '/?repository=example/none']) {
    const { page, close } = await open(path, { viewport: { width: 400, height: 800 } });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 400, path);
    await close();
  }
});

test('the checkers of this file see what is at fault: framed by another page, a run is not shown', {
  skip,
}, async () => {
  const { page, troubles, close } = await open('/');
  await page.evaluate(AXE);
  await page.evaluate(
    "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"https://evil.example/x\">')",
  );
  await page.waitForTimeout(200);
  assert.ok(
    troubles.some((trouble) => /Content Security Policy/.test(trouble)),
    troubles.join(),
  );
  assert.notDeepEqual(await violations(page), []);
  await close();
  const context = await browser.newContext();
  const framing = await context.newPage();
  const told: string[] = [];
  framing.on('console', (message) => told.push(message.text()));
  await framing.setContent(`<iframe src="${stage.url}/"></iframe>`);
  await framing.waitForTimeout(500);
  assert.match(told.join(), /frame/i);
  await context.close();
});
