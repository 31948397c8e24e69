import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDuckdb } from '../../src/adapters/duckdb.ts';

test('the database reads its folder and nothing else, and cannot be unlocked', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'taster-duckdb-'));
  const folder = join(root, 'files');
  mkdirSync(folder);
  writeFileSync(join(folder, 'in.csv'), 'a\n1\n');
  writeFileSync(join(root, 'out.csv'), 'a\n2\n');
  symlinkSync(join(root, 'out.csv'), join(folder, 'link.csv'));
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 2e8, threads: 1 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  assert.deepEqual(await sql.rows('SELECT * FROM read_csv($1)', [join(folder, 'in.csv')]), [[1]]);
  for (const path of [
    join(root, 'out.csv'),
    `${folder}/../out.csv`,
    `${folder}/link.csv`,
    '/etc/passwd',
    'http://127.0.0.1:9/x.csv',
  ])
    await assert.rejects(sql.rows('SELECT * FROM read_csv($1)', [path]), path);
  for (const statement of [
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    'INSTALL httpfs',
    'LOAD httpfs',
    `ATTACH '${root}/x.db'`,
  ])
    await assert.rejects(sql.run(statement), statement);
});

test('values are bound, and columns come back as arrays', async (t) => {
  const sql = await openDuckdb({
    folder: tmpdir(),
    scratch: join(tmpdir(), 'taster-none'),
    memoryBytes: 2e8,
    threads: 1,
  });
  t.after(() => sql.close());
  assert.deepEqual(await sql.rows("SELECT $1 || '!', $2 + 1, $3, NULL", ["it's; DROP", 2, true]), [
    ["it's; DROP!", 3, true, null],
  ]);
  assert.deepEqual(await sql.columns('SELECT i, i * 2 FROM range(3) t(i)'), [
    [0, 1, 2],
    [0, 2, 4],
  ]);
  assert.deepEqual(await sql.columns('SELECT i, i FROM range(0) t(i)'), [[], []]);
});
