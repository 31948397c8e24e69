import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { AuditTable, Measure } from '../../../src/audit/audit.ts';
import { fitTable } from '../../../src/report/audit/fit-table.ts';
import { renderAuditTerminal } from '../../../src/report/audit/terminal.ts';
import { ATTACKS } from '../attacks.ts';
import { flooded } from '../samples.ts';
import { anAudit, richAudit } from './audits.ts';

const WIDTHS = [60, 80, 100, 120];
const plain = (audit: ReturnType<typeof anAudit>, width = 80) => renderAuditTerminal(audit, { color: false, width });
const length = (line: string) => Array.from(line).length;

for (const width of WIDTHS)
  test(`at ${width} columns no line is longer, but the command that is there to be copied`, () => {
    for (const audit of [anAudit(), richAudit()])
      for (const line of plain(audit, width).split('\n'))
        assert.ok(length(line) <= width || line.startsWith('Reproduce: '), `${length(line)}: ${line}`);
  });

test('one attack fits one screen of 80 columns and 50 lines', () => {
  assert.ok(plain(anAudit()).split('\n').length <= 50);
});

test('a sentence for each attack stands before every table, with its outcome where nothing was measured', () => {
  const text = plain(richAudit(), 120);
  const table = text.indexOf('TPR at 0.1% FPR ');
  for (const start of [
    '- truth-serum on location:',
    '- attribute on location (unknown):',
    '- extraction on location (not-applicable):',
    '- access on other (error):',
  ]) {
    // biome-ignore format: one idea
    assert.ok(text.indexOf(start) >= 0 && text.indexOf(start) < table, start);
  }
});

test('the false positives behind each column of rates, the worst rows and the limits are told', () => {
  const text = plain(anAudit(), 100).replace(/\s+/g, ' ');
  assert.match(text, /False positives behind the rates: 6 \(TPR at 0\.1% FPR\), 63 to 64 \(TPR at 1% FPR\)\./);
  assert.match(text, /Most exposed: location\.csv:4653 \(14\.7\), .* and 1 more; the first: d' 14\.7 with 1 copy/);
  assert.match(text, /What this could not see: - truth-serum: It attacks one slice/);
  assert.match(text, /--seed s1 768 shadow models in 158 s on cpu, peak memory 858 MiB; seed s1\./);
});

test('colours only when asked, and nothing else differs', () => {
  for (const audit of [anAudit(), richAudit()]) {
    const colored = renderAuditTerminal(audit, { color: true, width: 80 });
    assert.notEqual(colored, plain(audit));
    assert.equal(stripVTControlCharacters(colored), plain(audit));
    assert.doesNotMatch(plain(audit), /[^\P{Cc}\n]/u);
  }
});

for (const [name, text] of Object.entries(ATTACKS))
  test(`every text replaced: ${name}`, () => {
    for (const width of [60, 120]) {
      const written = plain(flooded(richAudit(), text), width);
      assert.doesNotMatch(written, /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u);
      assert.doesNotMatch(written, /^\s*::|##\[/m);
      assert.ok(written.length < 400_000, `${written.length}`);
    }
  });

const rate = (value: number, low?: number, high?: number): Measure => ({
  ...{ value, low: low ?? null, high: high ?? null, n: null, unit: 'rate' },
});
const TABLE: AuditTable = {
  ...{ title: 't', note: '' },
  columns: ['who', 'how many of them', 'TPR', 'AUC', 'gain'],
  rows: [
    ['random', 'none', rate(0.1, 0.05, 0.15), rate(0.6), rate(0, -0.1, 0.1)],
    ['random', 'as many as fit each', rate(0.5, 0.4, 0.6), rate(0.9), rate(0.4, 0.3, 0.5)],
    ['worst', 'none', rate(1, 1, 1), rate(1), rate(0)],
  ],
};

test('a table that fits is whole; a narrower one gives way from the right, and says what went', () => {
  const whole = fitTable(TABLE, 100);
  assert.deepEqual(whole, fitTable(TABLE, 1000));
  assert.deepEqual(whole.leftOut, []);
  assert.match(whole.lines[1]!, /^random {2}none +10\.0% \[5\.0, 15\.0\] +60\.0% +0% \[−10\.0, 10\.0\]$/);
  const widest = Math.max(...fitTable(TABLE, 1000).lines.map(length));
  let least = widest;
  for (let width = widest; width >= 20; width--) {
    const { lines, leftOut } = fitTable(TABLE, width);
    const own = Math.max(...lines.map(length));
    assert.ok(own <= width, `${own} at ${width}`);
    assert.ok(own <= least);
    least = Math.max(own, 1);
    if (width < 40) assert.ok(leftOut.length > 0);
    if (width >= 45) assert.ok(lines.some((line) => /10\.0% \[5\.0, 15\.0\]/.test(line)), `${width}: the first interval stays`); // biome-ignore format: one idea
  }
});

test('a first column that repeats itself becomes headings before anything is left out', () => {
  const wide = Math.max(...fitTable(TABLE, 1000).lines.map(length));
  const { lines, leftOut } = fitTable(TABLE, wide - 1);
  assert.deepEqual(leftOut, []);
  assert.deepEqual(lines.filter((line) => /^\S/.test(line)), ['random', 'worst']); // biome-ignore format: one idea
});

test('a cell of a thousand letters without a space is clipped, not spread', () => {
  const rows = [['x'.repeat(1000), rate(1)]];
  const { lines } = fitTable({ title: '', note: '', columns: ['a', 'b'], rows }, 60);
  for (const line of lines) assert.ok(length(line) <= 60);
});

test('an empty table, and lines shorter and longer than the heading', () => {
  assert.deepEqual(fitTable({ title: '', note: '', columns: ['a', 'b'], rows: [] }, 60).lines, ['a  b']);
  const rows = [[], ['1'], ['1', '2', '3']];
  assert.deepEqual(fitTable({ title: '', note: '', columns: ['a', 'b'], rows }, 60).lines, ['a  b', '', '1', '1  2']);
});
