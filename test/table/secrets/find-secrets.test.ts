import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDuckdb } from '../../../src/adapters/duckdb.ts';
import { openSecretScanner } from '../../../src/adapters/secret-scanner.ts';
import { loadSide } from '../../../src/table/load.ts';
import { loadPool } from '../../../src/table/load-pool.ts';
import type { TableOptions } from '../../../src/table/pool.ts';
import { findSecrets, type ScanTexts } from '../../../src/table/secrets/find-secrets.ts';
import { credentials } from '../../fixtures/made-up-secrets.ts';

const PLAIN: TableOptions = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 1000 };
const NONE = { base: null, head: null };
const TOKEN = credentials['GitHub token']!;
const OTHER = credentials['GitLab token']!;

/** A database, a scanner, and a way to lay files into the database's folder; all gone after the test. */
async function room(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'taster-secrets-'));
  const folder = join(root, 'files');
  for (const each of [folder, join(root, 'scratch')]) mkdirSync(each);
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 3e8, threads: 1 });
  const scanner = openSecretScanner(new URL('../../../src/adapters/secret-thread.ts', import.meta.url));
  t.after(async () => {
    sql.close();
    await scanner.close();
    rmSync(root, { recursive: true });
  });
  let number = 0;
  const lay = (content: string, repoPath = 'data/train.csv') => {
    const localPath = join(folder, String(number++));
    writeFileSync(localPath, content);
    return [{ repoPath, localPath, bytes: statSync(localPath).size }];
  };
  const look = async (base: string | null, head: string | null, options: Partial<TableOptions> = {}, path?: string) => {
    const files = { base: base === null ? null : lay(base, path), head: head === null ? null : lay(head, path) };
    const pool = await loadPool(sql, {
      ...files,
      holdout: NONE,
      options: { ...PLAIN, ...options },
      secrets: scanner.scan,
    });
    return { pool, secrets: pool.secrets! };
  };
  return { sql, lay, look, scan: scanner.scan };
}

const rows = (count: number, cells: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => `${cells(at)}\n`).join('');

test('looks into every column whatever it is read as, and tells row, column and characters', async (t) => {
  const { look } = await room(t);
  const names = ['key', 'who', 'words', 'color', 'same', 'hidden', 'label', 'size', 'day', 'yes', 'last'];
  const plain = (at: number) => [
    ...[
      `k${at}`,
      `p${at % 7}`,
      `These are some words about the thing number ${at} here`,
      ['red', 'blue'][at % 2]!,
      'x',
    ],
    ...[
      `h${at}`,
      ['a', 'b'][at % 2]!,
      String(at / 4),
      `2024-01-${10 + (at % 15)}`,
      ['true', 'false'][at % 2]!,
      `z${at % 3}`,
    ],
  ];
  const base = `${names.join(',')}\n${rows(60, (at) => plain(at).join(','))}`;
  const options = { label: 'label', id: 'key', group: 'who', exclude: ['hidden'] };
  const { pool: kinds } = await look(base, base, options);
  assert.deepEqual(
    kinds.columns.map(({ kind }) => kind),
    ['id', 'group', 'text', 'category', 'constant', 'excluded', 'label', 'numeric', 'date', 'boolean', 'category'],
  );
  for (const [at, column] of names.entries()) {
    const cells = plain(60).map((cell, index) => (index === at ? `see ${TOKEN}` : cell));
    const { secrets, pool } = await look(base, `${base}${cells.join(',')}\n`, options);
    assert.deepEqual(
      secrets.places.map(({ row, column: name, kind, isNew, inBase, inHead }) => ({
        row,
        name,
        kind,
        isNew,
        inBase,
        inHead,
      })),
      [{ row: 60, name: column, kind: 'GitHub token', isNew: true, inBase: false, inHead: true }],
      column,
    );
    const { start, end, row } = secrets.places[0]!;
    assert.equal(pool.columns[at]!.values[row]!.slice(start, end), TOKEN);
    assert.deepEqual(secrets.counts, [{ kind: 'GitHub token', isCredential: true, base: 0, head: 1, fresh: 1 }]);
  }
});

test('what base holds is not new: in the same row, moved, copied, changed beside it, or spelled otherwise', async (t) => {
  const { look } = await room(t);
  const base = `id,note,n\n1,${TOKEN},1\n2,Anna@Mail.de,2\n3,to DE89370400440532013000,3\n4,nothing,4\n`;
  const head = `id,note,n\n4,nothing,4\n1,${TOKEN},5\n2,Anna@Mail.de,2\n3,to DE89370400440532013000,3\n6,again ${TOKEN},1\n7,anna@mail.de,1\n8,DE89 3704 0044 0532 0130 00,1\n`;
  for (const options of [{}, { id: 'id' }]) {
    const { secrets } = await look(base, head, options);
    assert.deepEqual(
      secrets.places.filter(({ isNew }) => isNew),
      [],
    );
    assert.deepEqual(
      secrets.counts.map(({ kind, base: before, head: after, fresh }) => [kind, before, after, fresh]),
      [
        ['GitHub token', 1, 2, 0],
        ['IBAN', 1, 2, 0],
        ['email address', 1, 2, 0],
      ],
    );
    assert.equal(new Set(secrets.places.map(({ secret }) => secret)).size, 3);
  }
  const { secrets } = await look(base, `${head}9,${OTHER},1\n`, { id: 'id' });
  assert.deepEqual(
    secrets.places.filter(({ isNew }) => isNew).map(({ kind }) => kind),
    ['GitLab token'],
  );
});

test('a column that only head has, a cell of an excluded one, a row of the holdout', async (t) => {
  const { look, lay, sql, scan } = await room(t);
  const base = `text,hidden\n${rows(20, (at) => `row ${at},h${at}`)}`;
  const wide = `text,hidden,fresh\n${rows(20, (at) => `row ${at},h${at},${at === 3 ? TOKEN : ''}`)}`;
  const { secrets: found } = await look(base, wide);
  assert.deepEqual(
    found.places.map(({ column, isNew, inBase }) => [column, isNew, inBase]),
    [['fresh', true, false]],
  );
  const { secrets: hidden, pool } = await look(base, base.replace('h7', OTHER), { exclude: ['hidden'] });
  assert.equal(pool.counts.changed + pool.counts.added, 0);
  assert.deepEqual(
    hidden.places.map(({ column, isNew }) => [column, isNew]),
    [['hidden', true]],
  );
  const files = { base: lay(base), head: lay(base), options: PLAIN, secrets: scan };
  const held = await loadPool(sql, { ...files, holdout: { base: lay('text,hidden\na,b\n', 'data/test.csv'), head: lay(`text,hidden\na,b\nc,${TOKEN}\n`, 'data/test.csv') } }); // biome-ignore format: one idea
  const { row, isNew } = held.secrets!.places[0]!;
  assert.deepEqual([held.rows[row]!.split, held.rows[row]!.path, isNew], ['holdout', 'data/test.csv', true]);
});

test('a new data set is new as a whole, one that is gone brings nothing; rows beyond the sample are counted', async (t) => {
  const { look } = await room(t);
  const one = `a,b\n1,${TOKEN}\n2,x\n`;
  assert.deepEqual(
    (await look(null, one)).secrets.places.map(({ isNew, inHead }) => [isNew, inHead]),
    [[true, true]],
  );
  assert.deepEqual(
    (await look(one, null)).secrets.places.map(({ isNew, inHead }) => [isNew, inHead]),
    [[false, false]],
  );
  const base = `a,n\n${rows(400, (at) => `row ${at},${at}`)}`;
  const head = `a,n,b\n${rows(400, (at) => `row ${at},${at},u${at}@mail.de`)}`;
  const { secrets, pool } = await look(base, head, { maxRows: 100 });
  assert.ok(pool.sampled && pool.rows.length < 400);
  assert.equal(secrets.unplaced, 400 - pool.rows.length);
  assert.equal(secrets.places.length, pool.rows.length);
  assert.deepEqual(
    secrets.counts.map(({ fresh }) => fresh),
    [400],
  );
});

test('a column of long numbers is one of cards only where nearly all are', async (t) => {
  const { look } = await room(t);
  const luhn = (digits: string) => {
    const sum = [...digits].reverse().reduce((total, digit, at) => total + (at % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)]! : Number(digit)), 0); // biome-ignore format: one idea
    return `${digits}${(10 - (sum % 10)) % 10}`;
  };
  const cards = `n,card\n${rows(50, (at) => `${at},${luhn(`45391488${1000003 * (at + 1)}`.slice(0, 15))}`)}`;
  const numbers = `n,key\n${rows(500, (at) => `${at},${4539148803430000 + at * 7}`)}`;
  assert.deepEqual(
    (await look(null, cards)).secrets.counts.map(({ kind, fresh }) => [kind, fresh]),
    [['card number', 50]],
  );
  assert.deepEqual((await look(null, numbers)).secrets.counts, []);
  assert.deepEqual((await look(null, numbers, { id: 'key' })).secrets.counts, []);
});

test('other forms of tables, and texts with NUL bytes, are looked into as well', async (t) => {
  const { look } = await room(t);
  const lines = `${JSON.stringify({ a: 'x', b: [1, 2] })}\n${JSON.stringify({ a: `\0 ${TOKEN}`, c: { d: OTHER } })}\n`;
  const { secrets } = await look(null, lines, {}, 'data/train.jsonl');
  assert.deepEqual(secrets.places.map(({ column, kind }) => [column, kind]).sort(), [['a', 'GitHub token'], ['c', 'GitLab token']]); // biome-ignore format: one idea
});

test('what was not looked into is told: too much, too long, stopped; what is new comes before what base has', async (t) => {
  const { sql, lay, scan } = await room(t);
  const wall = `${'w'.repeat(40)} `;
  const base = `n,a\n${rows(50, (at) => `${at},${wall}${at}`)}`;
  const head = `${base}50,${wall}new ${TOKEN}\n`;
  const sides = async (before: string, after: string) => {
    const made = {
      base: await loadSide(sql, 'b', lay(before), [], null),
      head: await loadSide(sql, 'h', lay(after), [], null),
    };
    return (['base', 'head'] as const).map((revision) => ({
      side: made[revision],
      revision,
      poolRow: new Map([[50, 50]]),
    }));
  };
  const small = await findSecrets(sql, await sides(base, head), new Map(), { scan, most: 200 });
  assert.deepEqual(small.unscanned, { fresh: 0, base: 50 });
  assert.deepEqual(
    small.places.map(({ row, isNew }) => [row, isNew]),
    [[50, true]],
  );
  const none = await findSecrets(sql, await sides(base, head), new Map(), { scan, most: 10 });
  assert.deepEqual([none.unscanned, none.places], [{ fresh: 1, base: 50 }, []]);
  const stopped: ScanTexts = async (texts) => (texts.some((text) => text.includes('new')) ? null : await scan(texts));
  const hung = await findSecrets(sql, await sides(base, head), new Map(), { scan: stopped });
  assert.deepEqual([hung.unscanned, hung.places], [{ fresh: 1, base: 0 }, []]);
  const long = `n,a\n1,${TOKEN} ${'w '.repeat(2 ** 19)} ${OTHER}\n`;
  const cut = await findSecrets(sql, await sides(base, long), new Map(), { scan });
  assert.deepEqual([cut.unscanned, cut.counts.map(({ kind }) => kind)], [{ fresh: 1, base: 0 }, ['GitHub token']]);
  const left = await sql.rows(`SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'secret%'`);
  assert.equal(left[0]![0], 0);
});
