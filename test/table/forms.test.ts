import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { openDuckdb } from '../../src/adapters/duckdb.ts';
import { UserError } from '../../src/errors.ts';
import { loadPool } from '../../src/table/load-pool.ts';
import type { TableOptions } from '../../src/table/pool.ts';
import { hash32 } from '../../src/tensor/random.ts';

const PLAIN: TableOptions = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 5000 };

/** @param memoryBytes of the database; the engine's has at least a gigabyte on any machine that it runs on. */
async function room(t: TestContext, memoryBytes = 4e8) {
  const root = mkdtempSync(join(tmpdir(), 'taster-forms-'));
  const folder = join(root, 'files');
  mkdirSync(folder);
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes, threads: 2 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  const at = (name: string) => ({ repoPath: `data/${name}`, localPath: join(folder, name), bytes: 0 });
  const sized = (name: string) => ({ ...at(name), bytes: statSync(join(folder, name)).size });
  const lay = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return sized(name);
  };
  return { sql, folder, lay, sized };
}

const NONE = { base: null, head: null };

test('a Parquet file equals the same table as CSV, its numbers compared by value', async (t) => {
  const { sql, folder, lay, sized } = await room(t);
  const writer = await DuckDBInstance.create(':memory:');
  const connection = await writer.connect();
  const path = join(folder, 'train.parquet').replaceAll("'", "''");
  await connection.run(
    `COPY (SELECT 'ada' AS name, 1.5::DOUBLE AS size, true AS ok UNION ALL SELECT 'bob', 2::DOUBLE, NULL) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  writer.closeSync();
  const parquet = sized('train.parquet');
  const csv = lay('train.csv', 'name,size,ok\nada,1.50,true\nbob,2,\n');
  const pool = await loadPool(sql, { base: [csv], head: [parquet], holdout: NONE, options: PLAIN });
  assert.deepEqual(pool.counts, { base: 2, head: 2, added: 0, removed: 0, changed: 0, moved: 0 });
  assert.deepEqual(
    pool.columns.map(({ name, values }) => [name, values]),
    [
      ['name', ['ada', 'bob']],
      ['size', ['1.5', '2.0']],
      ['ok', ['true', null]],
    ],
  );
});

test('a Parquet file with bytes changed or cut is a table or a damaged file, whatever part of the reader stumbles', async (t) => {
  const { sql, folder, lay } = await room(t);
  const writer = await DuckDBInstance.create(':memory:');
  const connection = await writer.connect();
  const path = join(folder, 'whole.parquet').replaceAll("'", "''");
  await connection.run(
    `COPY (SELECT range AS id, 't' || range AS text, range % 2 = 0 AS even FROM range(80)) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  writer.closeSync();
  const whole = readFileSync(join(folder, 'whole.parquet'));
  const codes = new Set<string>();
  for (let turn = 0; turn < 200; turn++) {
    const bytes = Buffer.from(whole.subarray(0, turn % 5 === 0 ? hash32(turn, 0) % whole.length : whole.length));
    for (let change = 1; change <= turn % 4 && bytes.length > 0; change++)
      bytes[hash32(turn, change) % bytes.length] = hash32(turn, change, 1);
    const head = [lay(`${turn}.parquet`, bytes)];
    await loadPool(sql, { base: null, head, holdout: NONE, options: PLAIN }).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      codes.add(error.code);
    });
  }
  assert.ok(codes.has('damaged') && codes.has('bad-parquet'), [...codes].join());
});

test('several parts are one table; a row keeps its own file and ordinal', async (t) => {
  const { sql, lay } = await room(t);
  const parts = [lay('a.csv', 'x,y\n1,p\n2,q\n'), lay('b.csv', 'x,y\n'), lay('c.csv', 'y,x\nr,3\n')];
  const pool = await loadPool(sql, { base: parts.slice(0, 2), head: parts, holdout: NONE, options: PLAIN });
  assert.deepEqual(pool.counts, { base: 2, head: 3, added: 1, removed: 0, changed: 0, moved: 0 });
  const added = pool.rows.find(({ change }) => change === 'added')!;
  assert.deepEqual([added.path, added.ordinal], ['data/c.csv', 0]);
  assert.deepEqual(pool.columns.find(({ name }) => name === 'x')!.values, ['1', '2', '3']);
  assert.match(pool.remarks.join(' '), /data\/b\.csv holds no rows/);
  const other = lay('d.csv', 'x,z\n1,2\n');
  await assert.rejects(
    loadPool(sql, { base: [parts[0]!, other], head: null, holdout: NONE, options: PLAIN }),
    (error) => error instanceof UserError && error.code === 'parts-differ',
  );
});

test('a class with one row stays a class', async (t) => {
  const { sql, lay } = await room(t);
  const file = lay('one.csv', 'x,label\n1,a\n2,a\n3,b\n');
  const pool = await loadPool(sql, {
    base: [file],
    head: [file],
    holdout: NONE,
    options: { ...PLAIN, label: 'label' },
  });
  assert.deepEqual(pool.classes, ['a', 'b']);
  assert.deepEqual(
    pool.rows.map(({ label }) => label),
    [0, 0, 1],
  );
});

test('a wide table is compared by value, cleaned and summarised like a narrow one', async (t) => {
  const { sql, lay } = await room(t);
  const columns = 60;
  const names = Array.from({ length: columns }, (_, at) => `f${at}`);
  const line = (row: number, cell: (value: number) => string) =>
    names.map((_, at) => (at === 1 ? ` word${row % 3}` : cell(row * 7 + at))).join(',');
  const text = (cell: (value: number) => string, more = '') =>
    `id,${names.join(',')}\n${Array.from({ length: 40 }, (_, row) => `r${row},${line(row, cell)}\n`).join('')}${more}`;
  const base = lay(
    'wide.csv',
    text((value) => (value % 11 === 0 ? '' : String(value))),
  );
  const head = lay('wide2.csv', text((value) => (value % 11 === 0 ? ' NA ' : `${value}.0 `)).replace('word2', 'word9'));
  for (const [id, counts] of [
    ['id', { added: 0, removed: 0, changed: 1 }],
    [null, { added: 1, removed: 1, changed: 0 }],
  ] as const) {
    const pool = await loadPool(sql, { base: [base], head: [head], holdout: NONE, options: { ...PLAIN, id } });
    assert.deepEqual(pool.counts, { base: 40, head: 40, ...counts, moved: 0 }, String(id));
    const first = pool.summaries.base!.find(({ name }) => name === 'f0')!;
    assert.deepEqual([first.kind, first.missing, first.distinct], ['numeric', 4, 36]);
    assert.deepEqual(first, { ...pool.summaries.head!.find(({ name }) => name === 'f0')!, distinct: 36 });
    assert.equal(first.quantiles![0], 7);
    assert.ok(pool.columns.find(({ name }) => name === 'f1')!.values.every((value) => /^word\d$/.test(value!)));
  }
});

test('1,500 columns are read and compared in seconds; more than 2,000 are refused', async (t) => {
  const { sql, lay } = await room(t, 1e9);
  const names = Array.from({ length: 1500 }, (_, at) => `f${at}`);
  const body = Array.from({ length: 200 }, (_, row) => names.map((_, at) => (row * at) % 97).join(','));
  const [header, added] = [`${names.join(',')}\n`, `${names.map((_, at) => at * 3).join(',')}\n`];
  const base = lay('base.csv', `${header}${body.join('\n')}\n`);
  const head = lay('head.csv', `${header}${body.join('\n')}\n${added}`);
  const start = process.cpuUsage();
  const pool = await loadPool(sql, { base: [base], head: [head], holdout: NONE, options: PLAIN });
  const { user, system } = process.cpuUsage(start);
  assert.deepEqual(pool.counts, { base: 200, head: 201, added: 1, removed: 0, changed: 0, moved: 0 });
  assert.ok(user + system < 10e6, `${(user + system) / 1e6} seconds of processor time`);
  const wide = lay('wide.csv', `${Array.from({ length: 2001 }, (_, at) => `c${at}`).join(',')}\n`);
  await assert.rejects(
    loadPool(sql, { base: [wide], head: null, holdout: NONE, options: PLAIN }),
    (error) => error instanceof UserError && error.code === 'too-many-columns' && /2001 columns/.test(error.message),
  );
});

test('values of numeric columns that are no finite numbers are counted aloud; missing words are not', async (t) => {
  const { sql, lay } = await room(t);
  const good = Array.from({ length: 200 }, (_, at) => `${at}.5,${at % 7},a\n`).join('');
  const base = lay('base.csv', `x,y,z\n${good}`);
  const head = lay('head.csv', `x,y,z\n${good}NaN,1,inf\n-Infinity,oops,nan\nNA,?,b\n,,c\n`);
  const pool = await loadPool(sql, { base: [base], head: [head], holdout: NONE, options: PLAIN });
  const told = pool.remarks.filter((remark) => remark.includes('finite'));
  assert.deepEqual(told, [
    'data/head.csv: 3 value(s) of numeric columns are no finite numbers and are read as missing ("x", "y").',
  ]);
});
