import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDuckdb } from '../../src/adapters/duckdb.ts';
import { readBytes } from '../../src/adapters/files.ts';
import { UserError } from '../../src/errors.ts';
import { loadPool } from '../../src/table/load-pool.ts';
import { locateLines } from '../../src/table/locate-lines.ts';
import type { TableOptions } from '../../src/table/pool.ts';

const PLAIN: TableOptions = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 1000 };

/** A database and a way to lay files into its folder, both gone after the test. */
async function room(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'taster-table-'));
  const folder = join(root, 'files');
  mkdirSync(folder);
  mkdirSync(join(root, 'scratch'));
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 3e8, threads: 1 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  let number = 0;
  const lay = (content: string | Uint8Array, repoPath = 'data/train.csv') => {
    const localPath = join(folder, String(number++));
    writeFileSync(localPath, content);
    return { repoPath, localPath, bytes: statSync(localPath).size };
  };
  const pool = async (
    base: string | Uint8Array | null,
    head: string | Uint8Array | null,
    options: Partial<TableOptions> = {},
    path?: string,
  ) =>
    await loadPool(sql, {
      base: base === null ? null : [lay(base, path)],
      head: head === null ? null : [lay(head, path)],
      holdout: { base: null, head: null },
      options: { ...PLAIN, ...options },
    });
  return { sql, lay, pool };
}

const NONE = { added: 0, removed: 0, changed: 0 };
const BASE = 'name,size,label\nada,1.0,yes\nbob,2,no\ncafé,3,yes\n';

function changesOf(counts: { added: number; removed: number; changed: number }) {
  return { added: counts.added, removed: counts.removed, changed: counts.changed };
}

test('another spelling of the same rows is an empty diff', async (t) => {
  const { pool } = await room(t);
  const spellings: [string, string | Uint8Array][] = [
    ['quotes', '"name","size","label"\n"ada","1.0","yes"\n"bob","2","no"\n"café","3","yes"\n'],
    ['white space', 'name, size, label\nada , 1.0, yes\n bob, 2, no\ncafé, 3, yes\n'],
    ['numbers by value', 'name,size,label\nada,1,yes\nbob,2.00,no\ncafé,3e0,yes\n'],
    ['line ends', BASE.replaceAll('\n', '\r\n')],
    ['byte order mark', `\ufeff${BASE}`],
    ['UTF-16', Buffer.from(`\ufeff${BASE}`, 'utf16le')],
    ['decomposed letters', BASE.normalize('NFD')],
    ['column order', 'label,name,size\nyes,ada,1.0\nno,bob,2\nyes,café,3\n'],
    ['semicolons', BASE.replaceAll(',', ';')],
  ];
  for (const [name, head] of spellings) assert.deepEqual(changesOf((await pool(BASE, head)).counts), NONE, name);
});

test('re-sorting moves rows and changes none; an insertion moves none', async (t) => {
  const { pool } = await room(t);
  const sorted = await pool(BASE, 'name,size,label\ncafé,3,yes\nada,1.0,yes\nbob,2,no\n');
  assert.deepEqual(sorted.counts, { base: 3, head: 3, ...NONE, moved: 3 });
  const inserted = await pool(BASE, BASE.replace('ada', 'eve,9,no\nada'));
  assert.deepEqual(inserted.counts, { base: 3, head: 4, added: 1, removed: 0, changed: 0, moved: 0 });
});

test('with an id column a row changes, without one it is removed and added', async (t) => {
  const { pool } = await room(t);
  const head = BASE.replace('bob,2,no', 'bob,2,yes');
  const byId = await pool(BASE, head, { id: 'name', label: 'label' });
  assert.deepEqual(changesOf(byId.counts), { added: 0, removed: 0, changed: 1 });
  const versions = byId.rows.filter((row) => row.change === 'changed');
  assert.deepEqual(
    versions.map(({ id, inBase, inHead, label }) => [id, inBase, inHead, label]),
    [
      ['bob', true, false, 0],
      ['bob', false, true, 1],
    ],
  );
  assert.equal(versions[0]!.featureHash, versions[1]!.featureHash);
  assert.notEqual(versions[0]!.contentHash, versions[1]!.contentHash);
  const byContent = await pool(BASE, head, { label: 'label' });
  assert.deepEqual(changesOf(byContent.counts), { added: 1, removed: 1, changed: 0 });
});

test('equal rows are counted one by one', async (t) => {
  const { pool } = await room(t);
  const { counts, rows } = await pool('a,b\nx,1\nx,1\ny,2\n', 'a,b\nx,1\nx,1\nx,1\ny,2\n');
  assert.deepEqual(changesOf(counts), { added: 1, removed: 0, changed: 0 });
  assert.equal(new Set(rows.map(({ id }) => id)).size, 4);
});

test('a new and a removed data set have one side', async (t) => {
  const { pool } = await room(t);
  const fresh = await pool(null, BASE, { label: 'label' });
  assert.ok(fresh.rows.every((row) => row.change === 'added' && !row.inBase));
  assert.equal(fresh.summaries.base, null);
  assert.ok((await pool(BASE, null)).rows.every((row) => row.change === 'removed' && !row.inHead));
});

test('columns, task and classes are decided on base', async (t) => {
  const { pool } = await room(t);
  const lines = Array.from(
    { length: 60 },
    (_, i) => `${i * 1.5},${i % 2},${['red', 'green', 'blue'][i % 3]},2024-01-${10 + (i % 9)},${i % 2 ? 'b' : 'a'}`,
  );
  const found = await pool(`n,flag,colour,day,label\n${lines.join('\n')}\n`, null, { label: 'label' });
  assert.deepEqual(
    found.columns.map(({ kind }) => kind),
    ['numeric', 'boolean', 'category', 'date', 'label'],
  );
  assert.deepEqual([found.task, found.classes], ['classification', ['a', 'b']]);
  const accuracy = new Map(found.summaries.base!.map((summary) => [summary.name, summary.labelAccuracy]));
  assert.equal(accuracy.get('flag'), 1);
  assert.ok(accuracy.get('colour')! < 0.8);
  assert.equal((await pool(`n,flag,colour,day,label\n${lines.join('\n')}\n`, null, { label: 'n' })).task, 'regression');
});

test('a file without header gets numbered columns, and says so', async (t) => {
  const { pool } = await room(t);
  const found = await pool('39, State-gov, <=50K\n50, Private, >50K\n38, Private, <=50K\n\n', null, {
    label: 'column3',
  });
  assert.deepEqual(found.classes, ['<=50K', '>50K']);
  assert.match(found.remarks.join(' '), /no header line/);
  const spaced = await pool(
    '15.26\t14.84\t1\n14.88\t\t14.57\t2\n14.29  14.09 1\n',
    '15.26,14.84,1\n14.88,14.57,2\n14.29,14.09,1\n',
  );
  assert.deepEqual(changesOf(spaced.counts), NONE);
});

test('JSON Lines equal the same table as CSV', async (t) => {
  const { sql, lay } = await room(t);
  const json = lay(
    '{"name":"ada","size":1,"label":"yes"}\n\n{"size":2,"name":"bob","label":"no"}\n{"name":"café","size":3,"label":"yes"}\n',
    'a.jsonl',
  );
  const found = await loadPool(sql, {
    base: [lay(BASE)],
    head: [json],
    holdout: { base: null, head: [json] },
    options: PLAIN,
  });
  assert.deepEqual(changesOf(found.counts), NONE);
  assert.equal(found.rows.filter((row) => row.split === 'holdout').length, 3);
  assert.deepEqual(await locateLines(sql, readBytes, json, [0, 1, 2], []), [1, 3, 4]);
});

test('a missing label column, bad ids and unreadable files are user errors with file and line', async (t) => {
  const { pool } = await room(t);
  const cases: [string, string | Uint8Array, Partial<TableOptions>, RegExp][] = [
    ['label-column-missing', BASE, { label: 'gone' }, /data\/train\.csv/],
    ['duplicate-id', 'id,x\n1,2\n1,3\n', { id: 'id' }, /"id" repeats itself in 1 rows/],
    ['missing-id', 'id,x\n1,2\n,3\n', { id: 'id' }, /"id" is empty in 1 rows/],
    ['ragged-line', 'a,b\n1,2\n3\n4,5\n', {}, /line 3: expected 2 columns, found 1/],
    ['malformed-row', 'a,b\n1,2\n3,"open\n', {}, /line 3: a quoted value does not end/],
    ['bad-encoding', Buffer.from('a,b\n1,\xe9\n', 'latin1'), {}, /not valid UTF-8/],
    ['empty-file', '', {}, /empty/],
    ['too-many-columns', `${Array.from({ length: 10_000 }, (_, at) => `c${at}`).join(',')}\n`, {}, /10000 columns/],
    ['bad-parquet', 'PAR1 cut short', {}, /Parquet/],
  ];
  for (const [code, content, options, message] of cases)
    await assert.rejects(
      pool(content, content, options),
      (error) => error instanceof UserError && error.code === code && message.test(error.message),
      code,
    );
});

test('a single-valued label, a header without rows and huge cells are read', async (t) => {
  const { pool } = await room(t);
  const single = await pool('x,label\n1,a\n2,a\n', null, { label: 'label' });
  assert.equal(single.task, 'unlabelled');
  assert.match(single.remarks.join(' '), /only one value/);
  assert.equal((await pool('x,label\n', 'x,label\n1,a\n', { label: 'label' })).counts.added, 1);
  assert.equal((await pool(`x,y\n1,${'z'.repeat(100_000)}\n`, null)).rows.length, 1);
});

test('lines are found behind quoted line ends, blank lines and comments', async (t) => {
  const { sql, lay } = await room(t);
  const file = lay('a,b\r\n"one\r\ntwo",2\r\n\r\n"say ""hi""",3\r\nfive,4');
  assert.deepEqual(await locateLines(sql, readBytes, file, [2, 0, 1, 9], []), [6, 2, 5, null]);
});

test('a label that nobody names is guessed from base where that is allowed, and said', async (t) => {
  const { pool } = await room(t);
  const rows = (label: string) =>
    `x,${label},z\n${Array.from({ length: 8 }, (_, at) => `${at},${at % 2 ? 'a' : 'b'},${at}\n`).join('')}`;
  const found = await pool(rows('Target'), `${rows('Target')}9,a,9\n`, { guessLabel: true });
  assert.deepEqual([found.task, found.classes], ['classification', ['a', 'b']]);
  assert.match(found.remarks.join('\n'), /the column "Target" is taken for it/);
  for (const [head, options] of [
    [rows('Target'), {}],
    [rows('kind'), { guessLabel: true }],
  ] as const)
    assert.deepEqual([(await pool(head, head, options)).task], ['unlabelled']);
  const named = await pool(rows('Target'), rows('Target'), { guessLabel: true, label: 'z' });
  assert.doesNotMatch(named.remarks.join('\n'), /taken for it/);
});
