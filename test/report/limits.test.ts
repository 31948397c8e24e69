import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { annotations, workflowCommand } from '../../src/report/annotations.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { COMMENT_CHARACTERS, renderMarkdown } from '../../src/report/markdown.ts';
import { marker } from '../../src/report/marker.ts';
import { memoryLine, readMemory } from '../../src/report/memory.ts';
import { parseReview } from '../../src/report/parse-review.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { remember, sinceLast } from '../../src/report/since-last.ts';
import { statusLine } from '../../src/report/status-line.ts';
import { renderSummary } from '../../src/report/summary.ts';
import type { Review } from '../../src/review/review.ts';
import { assertSafeMarkdown } from './markdown-text.ts';
import { crowdedReview, hugeReview, LINKS } from './samples.ts';
import { readSarif } from './sarif-schema.ts';

const MIB = 2 ** 20;

/** As large as an artifact may be: every list and text as long as the schema takes, until 32 MiB are full. */
function fullArtifact(sign: string): Review {
  const text = (length: number) => sign.repeat(Math.floor(length / sign.length));
  const review = crowdedReview();
  const rows = Math.floor((20 * sign.length) / Buffer.byteLength(sign));
  const findings = review.findings.map((finding, at) => ({
    ...finding,
    ...{ summary: text(1000), remedy: text(1000), subject: { data: text(200), model: text(1000), path: text(1000) } },
    rows: finding.rows.slice(0, rows).map((row, place) => ({
      ...{ ...row, data: text(200), path: text(1000), why: text(500), id: `${at} ${place} ${text(150)}`, victims: [] },
    })),
  }));
  return { ...review, findings, notes: Array.from({ length: 50 }, () => text(500)) };
}

/** All forms of a review together, as the action writes them, with the comment's hidden lines. */
function assertInBounds(review: Review): void {
  const start = performance.now();
  const sha = 'a'.repeat(40);
  const now = { ...remember(review), sha };
  const earlier = { ...now, sha: 'e'.repeat(40) };
  const hidden = `${marker({ id: 'taster', sha, run: '1', attempt: 1 })}\n${memoryLine([now, earlier])}`;
  const [last] = readMemory(`the marker\n${memoryLine([earlier])}`);
  const since = sinceLast(last!, review);
  const comment = renderMarkdown(review, { limit: COMMENT_CHARACTERS, links: LINKS, marker: hidden, since });
  assert.ok(comment.length < 60_000, `a comment of ${comment.length}`);
  assert.ok(Buffer.byteLength(comment) < 262_144, `${Buffer.byteLength(comment)} bytes`);
  assertSafeMarkdown(comment, LINKS.server);
  assert.equal(readMemory(comment).length, 2);
  assert.match(comment, /\*\*Since the last review\*\* .*More was named than is compared here/);

  const summary = renderSummary(review, LINKS);
  assert.ok(Buffer.byteLength(summary) < MIB, `a summary of ${Buffer.byteLength(summary)}`);
  assertSafeMarkdown(summary, LINKS.server);
  for (const report of [comment, summary]) assert.match(report, /_Left out for length: .+\._\n$/);

  const sarif = renderSarif(review);
  assert.ok(Buffer.byteLength(sarif) < 10_000_000, `SARIF of ${Buffer.byteLength(sarif)}`);
  assert.ok(gzipSync(sarif).length < 10_000_000);
  const { results, invocations } = readSarif(sarif);
  assert.ok(results.length > 100 && results.length <= 5000);
  assert.match(invocations[0]!.toolExecutionNotifications[0]!.message.text, /^Left out: [\d,]+ of [\d,]+ results/);

  const page = renderHtml(review, { links: LINKS });
  assert.ok(Buffer.byteLength(page) < 8_000_000, `a page of ${Buffer.byteLength(page)}`);
  assert.match(page, /findings? did not fit on this page in full/);

  const remarks = annotations(review).map(workflowCommand);
  assert.ok(remarks.length <= 10 && remarks.every((line) => Buffer.byteLength(line) < 64 * 1024));
  assert.ok(statusLine(review).description.length <= 140);
  assert.ok(performance.now() - start < 120_000);
}

for (const sign of ['<|@', '😀'])
  test(`10,000 findings and names of 10,000 characters (${sign}): every form in bounds, every cut said`, () => {
    assertInBounds(hugeReview(sign));
  });

for (const sign of ['<', '😀'])
  test(`a review as large as an artifact may be (${sign}): every form in bounds, every cut said`, () => {
    const text = renderJson(fullArtifact(sign));
    assert.ok(Buffer.byteLength(text) > 20 * MIB && Buffer.byteLength(text) <= 32 * MIB, `${Buffer.byteLength(text)}`);
    assertInBounds(parseReview(text, { maxBytes: 32 * MIB }));
  });
