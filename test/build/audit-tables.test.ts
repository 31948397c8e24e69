import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withAuditTables } from '../../build/audit-tables.ts';
import { attacks } from '../../src/audit/index.ts';

const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');

test('the tables of docs/audit.md are those of the code (node build/audit-tables.ts)', () => {
  assert.equal(withAuditTables(page), page);
  assert.throws(() => withAuditTables('# no tables'), /has no place/);
});

test('docs/audit.md explains every attack, and each paper by its number', () => {
  for (const { id, paper } of attacks) {
    const from = page.indexOf(`### \`${id}\``);
    assert.ok(from > 0, id);
    const section = page.slice(from, page.indexOf('\n##', from + 1));
    const [first] = /\d{4}\.\d{5}/.exec(paper) ?? [];
    if (first) assert.ok(section.includes(first), `${id}: ${first}`);
  }
});
