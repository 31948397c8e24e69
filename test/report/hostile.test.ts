import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotations, workflowCommand } from '../../src/report/annotations.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { marker, readMarker } from '../../src/report/marker.ts';
import { listRows, renderRows, rowKey } from '../../src/report/rows.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { ATTACKS } from './attacks.ts';
import { assertSafeMarkdown, openPart } from './markdown-text.ts';
import { flooded, LINKS, sampleReview } from './samples.ts';

/** Sharpens what follows: a checker that lets the raw attacks through would prove nothing. */
test('the checker of this file sees raw attacks', () => {
  const harmless = new Set([
    'table',
    'percent encoding',
    'spaces',
    'nothing',
    'path climbing',
    'prototype',
    'half an emoji',
    'accents',
    'entities',
  ]);
  for (const [name, text] of Object.entries(ATTACKS))
    if (!harmless.has(name) && !/^(?:ten thousand (?:letters|lines|smileys|hashes)|emphasis|private)$/.test(name))
      assert.throws(() => assertSafeMarkdown(`**a**: ${text}\n\n- ${text}`, LINKS.server), name);
});

for (const sample of ['fail-amplification', 'unknown-gated', 'warn-hostile', 'nothing-new-data'] as const)
  for (const [name, text] of Object.entries(ATTACKS))
    test(`${sample} with every text replaced: ${name}`, () => {
      const review = flooded(sampleReview(sample), text);
      const mark = { id: text, sha: text, run: text, attempt: 3 };
      const comment = renderMarkdown(review, { limit: 60_000, links: LINKS, marker: marker(mark) });
      assertSafeMarkdown(comment, LINKS.server);
      assert.ok(comment.length <= 60_000);
      assert.equal(readMarker(comment)?.attempt, 3);
      assert.match(
        openPart(comment),
        /\n### (?:❌ Taster: fail|⚠️ Taster: warn|✅ Taster: pass|❔ Taster: no verdict) — /u,
      );
      assertSafeMarkdown(renderSummary(review, LINKS), LINKS.server);
      const terminal = renderTerminal(review, { color: false, width: 80 });
      const rows = listRows(review, null);
      const values = new Map(rows.map((row) => [rowKey(row), [[text, text] as const]]));
      for (const log of [terminal, renderRows(rows, values)]) assertSafeLog(log);
      for (const annotation of annotations(review)) {
        const line = workflowCommand(annotation);
        assert.match(line, /^::(?:error|warning|notice) file=[^:,]*(?:,line=\d+)?,title=[^:,]*::[^\n]*$/);
        assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}]|##\[/u);
        assert.doesNotMatch(line, /%(?!25|3A|2C)/);
      }
    });

/** Nothing that a terminal obeys, hides or reorders, and no line that a runner takes for a command. */
function assertSafeLog(text: string): void {
  assert.doesNotMatch(text, /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u);
  assert.doesNotMatch(text, /^\s*::|##\[/m);
}
