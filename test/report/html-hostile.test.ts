import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../src/report/html.ts';
import { PAGE_ATTACKS as ATTACKS, readPage } from './html-page.ts';
import { richReview } from './pages.ts';
import { flooded, LINKS, SAMPLES, sampleReview } from './samples.ts';

test('the reader of this file sees raw attacks', () => {
  const page = renderHtml(sampleReview('pass-clean'), { links: LINKS });
  for (const name of ['a script', 'an image', 'a base', 'a form', 'control characters', 'hidden characters'])
    assert.throws(() => readPage(page.replace('</main>', `${ATTACKS[name]}</main>`), LINKS.server), name);
});

for (const [name, text] of Object.entries(ATTACKS))
  test(`every text replaced by ${name}`, () => {
    for (const review of [...SAMPLES.map(sampleReview), richReview()])
      readPage(renderHtml(flooded(review, text), { links: LINKS }), LINKS.server);
  });

test('a server or repository that is none gives no link', () => {
  for (const links of [
    { ...LINKS, server: 'javascript:alert(1)//' },
    { ...LINKS, server: 'https://github.com/"><b>' },
    { ...LINKS, repository: '../..' },
  ]) {
    const review = { ...richReview(), repository: null };
    const page = renderHtml({ ...review, head: { ...review.head, repository: null } }, { links });
    assert.doesNotMatch(page, /<a [^>]*href="(?!#)/);
  }
});
