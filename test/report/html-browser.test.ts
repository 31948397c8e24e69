import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { renderHtml } from '../../src/report/html.ts';
import type { Review, ReviewFigure } from '../../src/review/review.ts';
import { AXE, violations } from '../fixtures/watched-page.ts';
import { openPageReader, type PageReader, skip } from './open-page.ts';
import { FIGURES, richReview } from './pages.ts';
import { findingOf, flooded, LINKS, SAMPLES, sampleReview, withFinding } from './samples.ts';

const ATTACK = '"\'><script>alert(1)</script><img src="https://evil.example/x" onerror="alert(1)">';
const REVIEWS: Readonly<Record<string, Review>> = {
  ...Object.fromEntries(SAMPLES.map((name) => [name, sampleReview(name)])),
  'every kind of figure': richReview(),
  'an attack in every text': flooded(richReview(), ATTACK),
};

let reader: PageReader;
before(async () => {
  reader = await openPageReader();
});
after(() => reader.close());
const open: PageReader['open'] = (html, options) => reader.open(html, options);

const render = (review: Review) => renderHtml(review, { links: LINKS });
const firsts = (page: Page, table: string): Promise<string[]> =>
  page.locator(`${table} tbody tr:not([hidden]) > :first-child`).allTextContents();

for (const [name, review] of Object.entries(REVIEWS))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${name}, ${colorScheme}: no error, no request, nothing that an accessibility checker minds`, {
      skip,
    }, async () => {
      const { page, troubles, close } = await open(render(review), { colorScheme });
      await page.locator('details').evaluateAll((folds) => {
        for (const fold of folds) fold.setAttribute('open', '');
      });
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(troubles, []);
      await close();
    });

test('the checkers of this file see a page that is at fault', { skip }, async () => {
  const broken = render(sampleReview('pass-clean')).replace(
    '</main>',
    '<img src="https://evil.example/x"><script>alert(1)</script></main>',
  );
  const { page, troubles, close } = await open(broken);
  assert.ok(
    troubles.some((trouble) => /Content Security Policy/.test(trouble)),
    troubles.join(),
  );
  assert.ok(!troubles.some((trouble) => /^dialog/.test(trouble)), 'the policy keeps the script out');
  await page.evaluate(AXE);
  const count = await page.evaluate('axe.run().then(({violations}) => violations.length)');
  assert.ok((count as number) > 0);
  await close();
});

test('every plot is there, seen, and has a name', { skip }, async () => {
  const { page, close } = await open(render(richReview()));
  for (const { title } of FIGURES) {
    const plot = page.getByRole('img', { name: title });
    const box = await plot.boundingBox();
    assert.ok(box !== null && box.width > 300 && box.height > 150, title);
  }
  await close();
});

test('a dot of a named row leads to it, by keyboard too; one of an unknown row leads nowhere', { skip }, async () => {
  const review = sampleReview('fail-amplification');
  const worst = findingOf(review, 'amplification');
  const [row] = worst.rows;
  const [victim] = row!.victims;
  const figure: ReviewFigure = {
    ...FIGURES.find(({ kind }) => kind === 'scatter')!,
    series: [
      { name: 'exposed', points: [[1, 9], [2, 8], [3, 7]], ids: [victim!.id, row!.id, 'unknown'] }, // biome-ignore format: one idea
      { name: 'unharmed', points: [[1, 1]] }, // biome-ignore format: one idea
    ],
  };
  const { page, troubles, close } = await open(render(withFinding(review, 'amplification', { figures: [figure] })));
  const dots = page.getByRole('group', { name: figure.title }).getByRole('link');
  assert.equal(await dots.count(), 2);
  await dots.first().focus();
  await page.keyboard.press('Enter');
  assert.match(await page.evaluate('location.hash'), /^#f1-v0$/);
  assert.equal(await page.locator('tr:target').count(), 1);
  await page.evaluate(AXE);
  const minded = await page.evaluate('axe.run().then(({violations}) => violations.map(({id}) => id))');
  assert.deepEqual(minded, []);
  assert.deepEqual(troubles, []);
  await close();
});

test('a table sorts by keyboard, both ways, numbers as numbers', { skip }, async () => {
  const { page, close } = await open(render(richReview()));
  const table = '#f1 table:has(tr[id^="f1-r"])';
  const scores = async () => (await page.locator(`${table} tbody tr td:nth-child(4)`).allTextContents()).map(Number);
  const given = await scores();
  const sorted = [...given].sort((a, b) => a - b);
  assert.notDeepEqual(given, sorted);
  const heading = page.locator(`${table} thead th`, { hasText: 'score' });
  await heading.getByRole('button').focus();
  await page.keyboard.press('Enter');
  assert.deepEqual(await scores(), sorted);
  assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
  await page.keyboard.press('Space');
  assert.deepEqual(await scores(), sorted.reverse());
  assert.equal(await heading.getAttribute('aria-sort'), 'descending');
  // Lines of a file count as numbers, too: 3002 comes before 3010.
  await page.locator(`${table} thead th`, { hasText: 'row' }).first().getByRole('button').click();
  const lines = (await firsts(page, table)).map((text) => Number(/:(\d+)/.exec(text)![1]));
  assert.deepEqual(
    lines,
    [...lines].sort((a, b) => a - b),
  );
  await close();
});

test('a filter hides rows and counts; a link to a hidden row shows it again', { skip }, async () => {
  const { page, close } = await open(render(richReview()));
  const table = '#f1 table:has(tr[id^="f1-r"])';
  await page.getByRole('searchbox').first().fill(':3005');
  const shown = await firsts(page, table);
  assert.equal(shown.length, 1);
  assert.match(shown[0]!, /:3005/);
  assert.match((await page.locator('.filter output').first().textContent()) ?? '', /1 of 12/);
  await page.locator('#f1 tr[id^="f1-v"] a[href="#f1-r0"]').first().click();
  await page.waitForFunction("!document.getElementById('f1-r0').hidden");
  await close();
});

test('without scripts all is there to be read, and on a narrow screen nothing runs over', { skip }, async () => {
  const { page, close } = await open(render(richReview()), {
    javaScriptEnabled: false,
    viewport: { width: 400, height: 800 },
  });
  assert.equal(await page.getByRole('button').count(), 0);
  assert.equal(await page.locator('article.finding').count(), richReview().findings.length);
  assert.ok((await page.locator('body').boundingBox())!.width <= 400);
  await close();
  const narrow = await open(render(REVIEWS['an attack in every text']!), { viewport: { width: 400, height: 800 } });
  assert.equal(await narrow.page.evaluate('document.documentElement.scrollWidth'), 400);
  await narrow.close();
});
