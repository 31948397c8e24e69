import assert from 'node:assert/strict';

const TAGS = new Set([
  '<details>',
  '</details>',
  '<summary>',
  '</summary>',
  '<sub>',
  '</sub>',
  '<code>',
  '</code>',
  '<br>',
]);

/**
 * What must hold for every text that goes to GitHub, whatever foreign words it carries: known tags only, folds closed,
 * nobody mentioned, no link but to the given server, tables with equal columns, no hidden characters.
 */
export function assertSafeMarkdown(text: string, server: string): void {
  const [first = '', ...rest] = text.split('\n');
  const isMarked = first.startsWith('<!-- taster ');
  if (isMarked && /^<!-- taster-named [0-9a-f:,+ ]+ -->$/.test(rest[0] ?? '')) rest.shift();
  const body = isMarked ? rest.join('\n') : text;
  for (const [tag] of body.matchAll(/<[^\s<>][^<>]*>?/g)) assert.ok(TAGS.has(tag), `a foreign tag: ${tag}`);
  assert.ok(!body.includes('<!--'), 'a comment that is not the marker');
  assertClosed(body, 'details');
  assertClosed(body, 'summary');
  assertClosed(body, 'sub');
  assertClosed(body, 'code');
  assert.ok(text.isWellFormed(), 'half a character');
  assert.doesNotMatch(body, /@[A-Za-z0-9]/, 'a mention');
  assert.doesNotMatch(body, /(?<![&\w])#\d/, 'a reference to an issue');
  assert.doesNotMatch(body, /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u, 'hidden or control characters');
  assert.doesNotMatch(body, /::|##\[/, 'a command for a runner');
  for (const [, target] of body.matchAll(/\]\(([^)]*)\)/g))
    assert.ok(target!.startsWith(`${server}/`) && !/[\s<>|`\\]/.test(target!), `a foreign link: ${target}`);
  const unlinked = body.replace(/\]\([^)]*\)/g, '');
  assert.doesNotMatch(unlinked, /\w:\/\/|\bwww\.\w/i, 'an address that GitHub would link');
  // Names keep their underscores between letters, and code keeps everything.
  const words = unlinked
    .replace(/^```[^`]*^```/gm, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/ _\([a-z0-9 ,]+\)_$|^_Left out for length: .*_$/gm, '');
  assert.doesNotMatch(words, /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/, 'emphasis');
  assert.doesNotMatch(words, /:[a-z]+:/, 'an emoji by name');
  assert.doesNotMatch(words, /\bgh-\d/i, 'a reference to an issue');
  assert.doesNotMatch(words, /\b(?:mailto|xmpp|javascript|data):(?!&#8203;)\S/i, 'an address that GitHub would link');
  assert.doesNotMatch(
    words,
    /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b/,
    `a reference to a commit: ${/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b/.exec(words)?.[0]}`,
  );
  assert.equal(unlinked.match(/^```/gm)?.length ?? 0, body.includes('```mermaid') ? 2 : 0, 'an open code block');
  for (const line of body.split('\n'))
    if (!line.startsWith('```')) assert.equal((line.match(/`/g)?.length ?? 0) % 2, 0, `an open code span: ${line}`);
  for (const line of body.split('\n')) {
    if (/^(?:### \S+ Taster: |#### Proposed configuration)/u.test(line)) continue;
    const inner = line.replace(/^- /, '');
    assert.doesNotMatch(
      inner,
      /^(?:#+ |[-+*] |\d+[.)] |>|~~~|={2,}$|-{3,}$| {4})/,
      `a line that opens a block: ${line}`,
    );
  }
  for (const table of tablesOf(body)) {
    const widths = new Set(table.map((line) => cells(line)));
    assert.equal(widths.size, 1, `columns differ: ${table[0]}`);
  }
}

/** Lines of every table, each block of consecutive lines that begin with `|`. */
export function tablesOf(text: string): string[][] {
  return text
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 0);
}

/** What stands open on the page, before the first fold. */
export function openPart(text: string): string {
  return text.split('<details>')[0]!;
}

function cells(line: string): number {
  return line.split(/(?<!\\)\|/).length;
}

function assertClosed(text: string, tag: string): void {
  let depth = 0;
  for (const [found] of text.matchAll(new RegExp(`</?${tag}>`, 'g'))) {
    depth += found.startsWith('</') ? -1 : 1;
    assert.ok(depth === 0 || depth === 1, `${tag} closes before it opens, or opens twice`);
  }
  assert.equal(depth, 0, `${tag} stays open`);
}
