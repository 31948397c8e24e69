import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { annotations, workflowCommand } from '../../src/report/annotations.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { marker, readMarker } from '../../src/report/marker.ts';
import { parseReview } from '../../src/report/parse-review.ts';
import { listRows, renderRows } from '../../src/report/rows.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { recomputeVerdict } from '../../src/review/verdict.ts';
import { assertSafeMarkdown, openPart } from './markdown-text.ts';
import { LINKS, SAMPLES, sampleReview, sampleText } from './samples.ts';

const WORDS = {
  fail: '❌ Taster: fail',
  warn: '⚠️ Taster: warn',
  pass: '✅ Taster: pass',
  unknown: '❔ Taster: no verdict',
};

for (const name of SAMPLES) {
  const review = sampleReview(name);

  test(`${name}: the comment is safe, says the verdict first, and carries its marker`, () => {
    const mark = { id: 'default', sha: review.head.sha, run: '12', attempt: 1 };
    const text = renderMarkdown(review, { limit: 60_000, links: LINKS, marker: marker(mark) });
    assertSafeMarkdown(text, LINKS.server);
    assert.deepEqual(readMarker(text), mark);
    assert.ok(text.split('\n')[2]!.startsWith(`### ${WORDS[review.verdict]} — `));
    assert.ok(text.length <= 60_000);
    assert.ok(text.endsWith('</details>\n'), 'nothing was cut');
    assert.equal(text, renderMarkdown(review, { limit: 60_000, links: LINKS, marker: marker(mark) }));
  });

  test(`${name}: what stands open fits a screen`, () => {
    const open = openPart(renderMarkdown(review, { limit: 60_000, links: LINKS, marker: '' }));
    const lines = open.split('\n').filter((line) => line !== '').length;
    assert.ok(lines <= 30, `${lines} lines`);
  });

  test(`${name}: without links there are none`, () => {
    assert.doesNotMatch(renderMarkdown(review, { limit: 60_000, links: null, marker: '' }), /\]\(/);
  });

  test(`${name}: the job summary is safe and says no less than the comment`, () => {
    const text = renderSummary(review, LINKS);
    assertSafeMarkdown(text, LINKS.server);
    assert.ok(text.length >= renderMarkdown(review, { limit: 60_000, links: LINKS, marker: '' }).length);
  });

  test(`${name}: the terminal gets the verdict first, plain lines, and colours only when asked`, () => {
    const plain = renderTerminal(review, { color: false, width: 100 });
    assert.match(plain, new RegExp(`^Taster: ${review.verdict === 'unknown' ? 'no verdict' : review.verdict} — `));
    assert.doesNotMatch(plain, /[^\P{Cc}\n]/u);
    assert.doesNotMatch(plain, /::|##\[/);
    const colored = renderTerminal(review, { color: true, width: 100 });
    assert.notEqual(colored, plain);
    assert.equal(stripVTControlCharacters(colored), plain);
  });

  test(`${name}: review.json is read back as the same review`, () => {
    const text = renderJson(review);
    const back = parseReview(text, { maxBytes: 2 ** 20 });
    assert.deepEqual(back, review);
    assert.equal(renderJson(back), text);
    assert.deepEqual(JSON.parse(text), JSON.parse(sampleText(name)), 'the sample holds nothing that is dropped');
  });

  test(`${name}: annotations are commands of one line each, ten at most`, () => {
    const made = annotations(review);
    assert.ok(made.length <= 10);
    for (const annotation of made) {
      const line = workflowCommand(annotation);
      assert.match(line, /^::(?:error|warning|notice) file=[^:,]*(?:,line=\d+)?,title=[^:,]*::[^\n]*$/);
      assert.doesNotMatch(line, /\p{Cc}|##\[/u);
      assert.ok(line.length < 4000);
    }
  });

  test(`${name}: every named row is listed with its victims`, () => {
    const listings = listRows(review, null);
    const rows = review.findings.flatMap((finding) => finding.rows);
    assert.equal(listings.length, rows.length + rows.flatMap((row) => row.victims).length);
    const text = renderRows(listings, new Map());
    assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
    assert.equal(text === 'No rows are named.\n', rows.length === 0);
  });

  test(`${name}: its verdict follows from its findings`, () => {
    assert.equal(recomputeVerdict({ ...review, verdict: 'pass' }), review.verdict);
  });
}
