import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Audit } from '../../../src/audit/audit.ts';
import { renderAuditHtml } from '../../../src/report/audit/html.ts';
import { violations } from '../../fixtures/watched-page.ts';
import { openPageReader, type PageReader, skip } from '../open-page.ts';
import { flooded, LINKS } from '../samples.ts';
import { anAudit, FIGURES, richAudit } from './audits.ts';

const ATTACK = '"\'><script>alert(1)</script><img src="https://evil.example/x" onerror="alert(1)">\u202e😀';
const AUDITS: Readonly<Record<string, Audit>> = {
  'one attack': anAudit(),
  'all there is': richAudit(),
  'an attack in every text': flooded(richAudit(), ATTACK),
};
const render = (audit: Audit) => renderAuditHtml(audit, { links: LINKS });

let reader: PageReader;
before(async () => {
  reader = await openPageReader();
});
after(() => reader.close());

for (const [name, audit] of Object.entries(AUDITS))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${name}, ${colorScheme}: no error, no request, nothing that an accessibility checker minds`, {
      skip,
    }, async () => {
      const { page, troubles, close } = await reader.open(render(audit), { colorScheme });
      await page.locator('details').evaluateAll((folds) => {
        for (const fold of folds) fold.setAttribute('open', '');
      });
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(troubles, []);
      await close();
    });

test('every curve is there, seen, and has a name; bands are drawn where there are intervals', { skip }, async () => {
  const { page, close } = await reader.open(render(richAudit()));
  for (const { kind, title, series } of FIGURES) {
    const plot = page.locator('#a2').getByRole('img', { name: title });
    const box = await plot.boundingBox();
    assert.ok(box !== null && box.width > 300 && box.height > 150, title);
    // Attributes of a drawing have one decimal; a histogram is filled, too.
    if (kind === 'histogram') continue;
    const bands = await plot.locator('[fill-opacity="0.2"]').count();
    assert.equal(
      bands > 0,
      series.some(({ bounds }) => bounds !== undefined),
      title,
    );
  }
  await close();
});

test('a headline leads to its attack; the rows fold out', { skip }, async () => {
  const { page, close } = await reader.open(render(richAudit()));
  await page.locator('.said a').nth(1).click();
  assert.equal(await page.evaluate('location.hash'), '#a2');
  const rows = page.locator('#a1 .rows tbody tr');
  assert.equal(await rows.first().isVisible(), false);
  await page.locator('#a1 .rows summary').click();
  assert.equal(await rows.first().isVisible(), true);
  await close();
});

test('without scripts all is there to be read, and on a narrow screen nothing runs over', { skip }, async () => {
  const narrow = { viewport: { width: 400, height: 800 } };
  const { page, close } = await reader.open(render(richAudit()), { javaScriptEnabled: false, ...narrow });
  assert.equal(await page.getByRole('button').count(), 0);
  assert.equal(await page.locator('article.finding').count(), richAudit().answers.length);
  assert.ok((await page.locator('body').boundingBox())!.width <= 400);
  await close();
  const hostile = await reader.open(render(AUDITS['an attack in every text']!), narrow);
  assert.equal(await hostile.page.evaluate('document.documentElement.scrollWidth'), 400);
  await hostile.close();
});
