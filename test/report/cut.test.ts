import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotations, remarkCount, workflowCommand } from '../../src/report/annotations.ts';
import { cut, foldedSection, openSection } from '../../src/report/cut.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { assertSafeMarkdown, openPart } from './markdown-text.ts';
import { crowdedReview, hugeReview, LINKS } from './samples.ts';

const letters = { measure: (text: string) => text.length, elsewhere: 'Elsewhere.' };

for (const limit of [60_000, 20_000, 5_000])
  test(`500 findings with 100 rows each: at most ${limit} characters, cut at borders, and said so`, () => {
    const text = renderMarkdown(crowdedReview(), { limit, links: LINKS, marker: '' });
    assert.ok(text.length <= limit, `${text.length}`);
    assertSafeMarkdown(text, LINKS.server);
    assert.match(text, /^### ❌ Taster: fail — /);
    assert.match(text, /_Left out for length: .+ The whole report and review\.json hold everything\._\n$/);
    assert.match(openPart(text), /\*\*What to do:\*\*/);
  });

test('500 findings: the comment uses the room that it has', () => {
  const text = renderMarkdown(crowdedReview(), { limit: 60_000, links: LINKS, marker: '' });
  assert.ok(text.length > 50_000, `${text.length}`);
  assert.match(text, /<summary>Reproduce, cost, plan<\/summary>/);
  assert.match(text, /<summary>What this could not see<\/summary>/);
});

test('500 findings: what stands open is still a screen', () => {
  const open = openPart(renderMarkdown(crowdedReview(), { limit: 60_000, links: LINKS, marker: '' }));
  const lines = open.split('\n').filter((line) => line !== '').length;
  assert.ok(lines <= 40, `${lines} lines`);
  assert.match(open, /…and 4,990 more\./);
});

test('500 findings: the job summary stays below 1 MiB of bytes', () => {
  const text = renderSummary(crowdedReview(), LINKS);
  assert.ok(Buffer.byteLength(text) < 2 ** 20);
  assert.ok(Buffer.byteLength(text) > 700_000);
  assertSafeMarkdown(text, LINKS.server);
});

test('what is worth more is kept first, the order on the page stays', () => {
  const sections = [
    foldedSection('details', 9, 'Details', ['a'.repeat(300), 'b'.repeat(300)]),
    openSection('verdict', 0, ['V'.repeat(200)]),
  ];
  const text = cut(sections, { ...letters, limit: 1200 });
  assert.ok(text.indexOf('aaa') < text.indexOf('VVV'));
  assert.ok(!text.includes('bbb'));
  assert.ok(text.endsWith('_Left out for length: 1 of 2 in details. Elsewhere._\n'));
  assert.ok(text.length <= 1200);
});

test('a section that does not fit is left out whole, and named', () => {
  const text = cut([foldedSection('rows', 1, 'Rows', ['x'.repeat(2000)])], { ...letters, limit: 1000 });
  assert.equal(text, '_Left out for length: rows. Elsewhere._\n');
});

test('nothing is said about length when everything fits; empty sections leave no trace', () => {
  const sections = [openSection('a', 0, ['one', 'two']), foldedSection('b', 1, 'B', [])];
  assert.equal(cut(sections, { ...letters, limit: 1000 }), 'one\n\ntwo\n');
});

test('what there is no room for is not even written', () => {
  const written: string[] = [];
  const block = (text: string) => () => {
    written.push(text.slice(0, 1));
    return text;
  };
  const blocks = ['a', 'b', 'c', 'd'].map((sign) => block(sign.repeat(300)));
  const text = cut([foldedSection('rows', 1, 'Rows', blocks)], { ...letters, limit: 1200 });
  assert.deepEqual(written, ['a', 'b']);
  assert.match(text, /_Left out for length: 3 of 4 in rows\. Elsewhere\._\n$/);
});

for (const text of ['a', '<|@', '../', '😀'])
  test(`10,000 findings, 100,000 rows, texts of 10,000 characters (${text}): in bounds, said, in seconds`, () => {
    const review = hugeReview(text);
    const start = performance.now();
    const comment = renderMarkdown(review, { limit: 60_000, links: LINKS, marker: '' });
    const summary = renderSummary(review, LINKS);
    const lines = annotations(review).map(workflowCommand);
    assert.ok(performance.now() - start < 20_000);
    assert.ok(comment.length < 60_000);
    assert.ok(Buffer.byteLength(summary) < 2 ** 20);
    for (const report of [comment, summary]) {
      assertSafeMarkdown(report, LINKS.server);
      assert.match(report, /_Left out for length: .+\._\n$/);
    }
    assert.equal(lines.length, 10);
    for (const line of lines) assert.ok(Buffer.byteLength(line) < 64 * 1024, `${Buffer.byteLength(line)}`);
    assert.ok(remarkCount(review) > 1000);
  });
