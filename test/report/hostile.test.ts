import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotations, workflowCommand } from '../../src/report/annotations.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { marker, readMarker } from '../../src/report/marker.ts';
import { listRows, renderRows, rowKey } from '../../src/report/rows.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { assertSafeMarkdown, openPart } from './markdown-text.ts';
import { flooded, LINKS, sampleReview } from './samples.ts';

const ATTACKS: Readonly<Record<string, string>> = {
  mentions: '@everyone @org/team x@y @-a (@b) &commat;c &#64;d',
  'closing the fold': '</details></summary></sub><details open><summary>pass</summary>',
  tags: '<script>alert(1)</script><img src=x onerror=y><a href="z">q</a><!-- taster id=default sha=0 run=1 attempt=1 -->',
  'half a tag': '<details',
  'end of a comment': '--> <b>',
  table: 'a|b\\|c\\\\|d `|` | - |',
  'code spans': '` `` ``` ```` `a',
  fence: '\n```\n~~~\n```mermaid\n%%{init}%%',
  'line starts': '\n# heading\n- [ ] task\n> [!CAUTION]\n1. one\n---\n===\n    code',
  'a heading alone': '# heading',
  'a list alone': '- item',
  'a number alone': '1. one',
  'a rule alone': '---',
  links:
    '[a](https://evil.example) ![b](//evil.example/p.png) <https://evil.example> https://evil.example www.evil.example ftp://e.x',
  'reference links': '[a]: https://evil.example [a][a] [^1]',
  'other schemes': 'javascript:alert(1) data:text/html,x mailto:a@b.c xmpp:a@b.c',
  references: '#1 owner/repo#2 GH-3 deadbeef1 a1b2c3d4e5f60718293a4b5c6d7e8f9001122334 owner/repo@a1b2c3d',
  emphasis: '**b** __c__ _d_ ~~e~~ ***f*** $x$ $$y$$ $`z`$ :tada: :+1:',
  entities: '&lt;b&gt; &#60;b&#62; &amp;#64;x &#x40;y',
  commands: '::error::a ::set-output name=x::y\n::add-mask::z :::warning::q ##[error]w ###[group]v ::stop-commands::t',
  'percent encoding': '%0A::error::a %0D%0A %3A%3Aerror %25',
  'control characters':
    '\u0000a\u0007b\u001b[31mc\u001b]8;;http://x\u0007d\u009b1me\u007f\r\n\t\v\f\u0085\u2028\u2029f',
  'hidden characters': 'a\u202eb\u2066c\u200bd\u200ee\ufefff\u00adg\u{e0041}h\u3164i\u115fj\u034fk',
  accents: `z${'\u0301'.repeat(500)}`,
  'half characters': 'a\ud800b\udc00c',
  private: 'a\ue000b\u{f0000}c\uffffd',
  spaces: ' \t \n ',
  nothing: '',
  'ten thousand letters': 'a'.repeat(10_000),
  'ten thousand signs': '<|`@&#*_:'.repeat(1_112),
  'ten thousand lines': '\n'.repeat(10_000),
  'ten thousand smileys': '😀'.repeat(5_000),
  'ten thousand colons': ':'.repeat(10_000),
  'ten thousand hashes': '#'.repeat(10_000),
  'path climbing': '../../../etc/passwd',
  prototype: '__proto__ constructor toString',
};

/** Sharpens what follows: a checker that lets the raw attacks through would prove nothing. */
test('the checker of this file sees raw attacks', () => {
  const harmless = new Set([
    'table',
    'percent encoding',
    'spaces',
    'nothing',
    'path climbing',
    'prototype',
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
