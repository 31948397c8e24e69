import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attacks } from '../../src/audit/index.ts';
import { memorable, smallAudit } from '../audit/small-audit.ts';

const TABLE = memorable(120);
const lines = TABLE.trim().split('\n');
const withLabels = (label: (row: number) => string) =>
  lines.map((line, row) => (row === 0 ? line : line.replace(/c\d$/, label(row)))).join('\n');

/** Data that carry no answer. Every attack that asks shadow models about labels must say so, in its own words. */
const POOR: Readonly<Record<string, { text: string; label?: string | null; shadows?: number; why: RegExp }>> = {
  'seven shadow models': { text: TABLE, shadows: 7, why: /7 shadow models|fewer than 8|column|--by/i },
  'no label': { text: TABLE, label: null, why: /label|column|--by/i },
  'one class': { text: withLabels(() => 'c1'), why: /class|column|--by/i },
  'no class with four rows but one': {
    text: withLabels((row) => (row < 3 ? 'c0' : 'c1')),
    why: /class|column|--by/i,
  },
  'only a header': { text: `${lines[0]}\n`, why: /./ },
  'one row': { text: `${lines.slice(0, 2).join('\n')}\n`, why: /./ },
};

for (const attack of attacks)
  for (const [name, { text, why, ...more }] of Object.entries(POOR))
    test(`${attack.id} on ${name}: no figure, and the reason`, async (t) => {
      const { answers } = await smallAudit(t, { train: text }, { attacks: [attack], options: { attacks: [attack.id] }, epochs: 2, ...more }); // biome-ignore format: one call
      assert.equal(answers.length, 1);
      const [{ outcome, summary, tables }] = answers as [(typeof answers)[0]];
      assert.ok(outcome === 'unknown' || outcome === 'not-applicable', `${outcome}: ${summary}`);
      assert.match(summary, why);
      assert.deepEqual(tables, []);
    });

test('every attack says what it asks, by whom it was found and what it cannot see; ids are unlike', () => {
  for (const { question, paper, blind } of attacks) {
    assert.match(question, /\?$/);
    assert.match(paper, /\d{4}/);
    assert.match(blind, /\.$/);
  }
  assert.equal(new Set(attacks.map(({ id }) => id)).size, attacks.length);
});
