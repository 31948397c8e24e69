import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AuditOptions } from '../../src/audit/attack.ts';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { contributors } from '../../src/audit/contributors.ts';
import { contributorsOf } from '../../src/audit/contributors-of.ts';
import { rowAuthors } from '../../src/audit/row-authors.ts';
import { runAudit } from '../../src/audit/run-audit.ts';
import type { Pool } from '../../src/table/pool.ts';
import { smallRequest } from '../review/small-review.ts';
import { poolRow } from '../training/small-set.ts';
import { OWNERS, owned, VICTIMS } from './owned-rows.ts';
import { aQuestion } from './small-audit.ts';

async function auditBy(
  t: TestContext,
  text: string,
  { shadows = 48, epochs = 20, ...options }: Partial<AuditOptions> & { shadows?: number; epochs?: number },
) {
  const { request, tools } = await smallRequest(t, { train: [text, text] }, { shadows, epochs });
  const data = request.data.map((one) => ({ ...one, options: { ...one.options, exclude: ['owner'] } }));
  const order = { request: { ...request, data }, options: { ...aQuestion, by: 'owner', ...options } };
  const audit = await runAudit(order, { ...tools, attacks: [contributors] });
  assert.deepEqual(auditSchema.parse(audit), audit);
  return audit.answers[0]!;
}

test("who brings wrong-label copies of others' rows is found, and whose rows they are", async (t) => {
  const answer = await auditBy(t, owned(180, '@mallory `x`'), { shadows: 64, epochs: 30 });
  assert.equal(answer.outcome, 'measured', answer.summary);
  const [table, pairs] = answer.tables;
  const column = (name: string) => table!.columns.indexOf(name);
  const exposed = Object.fromEntries(
    table!.rows.slice(0, -1).map((row) => [row[0], (row[column('rows exposed')] as Measure).value]),
  );
  assert.deepEqual(Object.keys(exposed), ['ann', 'bob', 'cid', '@mallory `x`'], 'the most rows first');
  // An honest row may contradict one, too: never many.
  for (const name of OWNERS) assert.ok(exposed[name]! <= 2, `${name}: ${exposed[name]}`);
  assert.ok(exposed['@mallory `x`']! >= VICTIMS / 2, `${exposed['@mallory `x`']} of ${VICTIMS} victims`);
  assert.deepEqual(pairs!.rows[0]!.slice(0, 2), ['@mallory `x`', 'ann']);
  assert.ok((pairs!.rows[0]![2] as Measure).value! >= VICTIMS / 2);
  // Ann's first rows stand on lines 2, 5, 8 ...
  const named = answer.rows.filter(({ why }) => why.includes('mallory'));
  const victims = named.filter(({ line }) => (line! - 2) % 3 === 0 && line! < 2 + 3 * VICTIMS);
  assert.ok(
    victims.length >= VICTIMS / 2 && named.length - victims.length <= 3,
    `${victims.length} of ${named.length}`,
  );
  const mallory = table!.rows.at(-2)!;
  const [rise, chance] = ["rise of d', 99%", '99% by chance'].map((name) => mallory[column(name)] as Measure);
  assert.ok(rise!.value! > 2 * chance!.value!, `${rise!.value} and ${chance!.value}`);
  assert.match(answer.summary, /^Whose rows expose whom: rows of "@mallory `x`" expose \d+ rows of others[.;]/);
});

test('honest contributors expose hardly anybody, and the others no more than so many random rows', async (t) => {
  const answer = await auditBy(t, owned(180, null), {});
  assert.equal(answer.outcome, 'measured');
  const [table] = answer.tables;
  const cell = (row: number, name: string) => table!.rows[row]![table!.columns.indexOf(name)]!;
  assert.deepEqual(table!.rows.map(([name]) => name), [...OWNERS, '(as many random rows as the first)']); // biome-ignore format: one idea
  for (const row of OWNERS.keys()) {
    assert.ok((cell(row, 'rows exposed') as Measure).value! <= 2);
    assert.ok(Number(cell(row, 'q')) > 0.05);
  }
  assert.equal(cell(OWNERS.length, 'q'), '');
});

test('few models name no rows; where time is up, those who are left are counted', async (t) => {
  const few = await auditBy(t, owned(120, 'mallory'), { shadows: 16, epochs: 2 });
  assert.equal(few.outcome, 'measured');
  assert.equal(few.rows.length, 0);
  assert.match(few.summary, /^Too few shadow models to tell/);
  assert.match(few.tables[0]!.note, /16 models are too few to name exposed rows/);
  assert.equal(
    few.tables[0]!.rows[0]![few.tables[0]!.columns.indexOf('rows exposed')],
    'unknown: fewer than 32 models',
  );
});

const outcomeOf = async (t: TestContext, text: string, more: Parameters<typeof auditBy>[2]) => {
  const { outcome, summary } = await auditBy(t, text, { shadows: 16, epochs: 1, ...more });
  return `${outcome}: ${summary}`;
};

test('nobody to tell apart: unknown, with the reason', async (t) => {
  const text = owned(60, null);
  assert.match(await outcomeOf(t, text, { by: 'who' }), /^unknown: There is no column "who"/);
  assert.match(await outcomeOf(t, text, { by: 'label' }), /^unknown: The column "label" is the label/);
  assert.match(await outcomeOf(t, text, { shadows: 4 }), /^unknown: 4 shadow models are too few/);
  assert.match(
    await outcomeOf(t, text, { by: null, attacks: ['contributors'] }),
    /^unknown: Nobody says who contributed what/,
  );
  const oneClass = text.replaceAll(/,c\d,/g, ',c1,');
  assert.match(await outcomeOf(t, oneClass, {}), /^unknown: .*no two classes/);
  const alone = text.replaceAll(/,(bob|cid)\n/g, ',ann\n');
  assert.match(await outcomeOf(t, alone, {}), /^unknown: All rows that name a contributor are of one/);
});

test("contributors by their rows: long and hostile names are cut to a line, rows without name or label are nobody's", () => {
  const owners = ['a', `b\n${'x'.repeat(100)}`, 'a', null, `b\n${'x'.repeat(100)}`, 'a', 'c'];
  const rows = owners.map((_, row) =>
    poolRow(`${row}`, row === 6 ? { label: null } : row === 5 ? { split: 'holdout' } : {}),
  );
  const pool = { rows, columns: [{ name: 'owner', kind: 'id', values: owners }] } as unknown as Pool;
  const found = contributorsOf({ pool, options: { ...aQuestion, by: 'owner' } });
  assert.ok(typeof found !== 'string');
  assert.deepEqual(found.map((one) => one.rows), [[0, 2], [1, 4]]); // biome-ignore format: one list
  assert.ok(found[1]!.name.length <= 60 && !found[1]!.name.includes('\n'));
});

test('by author: of the lines, where no column has the name; what the history cannot tell is a reason', async () => {
  const rows = Array.from({ length: 5 }, (_, ordinal) => poolRow(`${ordinal}`, { ordinal }));
  const options = { ...aQuestion, by: 'author' };
  const pool = { rows, columns: [] } as unknown as Pool;
  const data = { head: [{ repoPath: 'train.csv', localPath: '/x', bytes: 1 }] };
  const files = [{ path: 'train.csv', names: ['ann', 'bob'], runs: [[1, 3, 0], [4, 2, 1], [6, 1, -1]] as const }]; // biome-ignore format: one list
  const locate = async (_: unknown, ordinals: readonly number[]) => ordinals.map((ordinal) => ordinal + 2);
  const authors = await rowAuthors({ files, problem: null }, pool, data, locate);
  assert.deepEqual(authors, ['ann', 'ann', 'bob', 'bob', null]);
  const found = contributorsOf({ pool, options, authors });
  assert.ok(typeof found !== 'string');
  assert.deepEqual(found.map(({ name, rows: own }) => [name, own]), [['ann', [0, 1]], ['bob', [2, 3]]]); // biome-ignore format: one idea
  const column = { name: 'author', kind: 'category', values: ['x', 'x', 'y', 'y', 'y'] };
  const named = contributorsOf({ pool: { ...pool, columns: [column] } as unknown as Pool, options, authors });
  assert.ok(typeof named !== 'string' && named[0]!.name === 'y', 'a column of this name comes first');
  assert.match(contributorsOf({ pool, options }) as string, /There is no column "author"/);
  assert.equal(await rowAuthors({ files: [], problem: 'Shallow.' }, pool, data, locate), 'Shallow.');
  const pointer = [{ ...files[0]!, runs: [[1, 3, 0]] as const }];
  for (const odd of [
    rowAuthors({ files: pointer, problem: null }, pool, data, locate),
    rowAuthors({ files, problem: null }, pool, data, async (_, ordinals) => ordinals.map(() => null)),
  ])
    assert.match((await odd) as string, /^The rows are not lines of a committed file/);
});
