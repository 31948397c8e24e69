import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDuckdb } from '../../src/adapters/duckdb.ts';
import { imageKey, listingLine, readImageCell } from '../../src/table/image-column.ts';
import { loadPool } from '../../src/table/load-pool.ts';
import type { TableOptions } from '../../src/table/pool.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];
const PLAIN: TableOptions = { label: 'label', classes: null, id: null, group: null, exclude: [], text: [], image: 'file', maxRows: 1000 }; // biome-ignore format: one idea
type Listing = Readonly<Record<string, string>>;

/** Loads tables that name images; a listing holds the content of each path. */
async function room(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'image-column-'));
  const folder = join(root, 'files');
  for (const each of [folder, join(root, 'scratch')]) mkdirSync(each);
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 3e8, threads: 2 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  let number = 0;
  const lay = (content: string, repoPath = 'data/train.csv') => {
    const localPath = join(folder, String(number++));
    writeFileSync(localPath, content);
    return { repoPath, localPath, bytes: statSync(localPath).size };
  };
  const list = (listing: Listing | string) =>
    lay(
      typeof listing === 'string'
        ? listing
        : Object.entries(listing)
            .map(([path, id]) => listingLine(imageKey(path), id))
            .join(''),
    );
  const pool = async (
    base: readonly (readonly [string, string])[],
    head: readonly (readonly [string, string])[],
    listings: readonly [Listing | string, Listing | string],
    options: Partial<TableOptions> = {},
    isFolder = false,
  ) => {
    const files = (side: readonly (readonly [string, string])[]) =>
      side.length === 0 ? null : side.map(([path, content]) => lay(content, path));
    const images = {
      column: 'file',
      folder: isFolder,
      pack: lay(''),
      base: list(listings[0]),
      head: list(listings[1]),
    };
    const settings = { ...PLAIN, ...options };
    return await loadPool(sql, { base: files(base), head: files(head), holdout: { base: null, head: null }, options: settings, images }); // biome-ignore format: one idea
  };
  return { pool };
}

const cellsOf = (pool: Awaited<ReturnType<Awaited<ReturnType<typeof room>>['pool']>>) =>
  pool.columns.find(({ kind }) => kind === 'image')!.values;
const csv = (...rows: string[]) => ['file,label', ...rows, ''].join('\n');

test('cells are contents, or why there is none; paths are relative to the file’s folder', async (t) => {
  const { pool } = await room(t);
  const rows = ['i/a.png,x', './i/a.png,y', 'i//./b.png,x', 'gone.png,x', '/etc/passwd,x', '../other/a.png,x', 'i/../../a.png,x', 'https://x.y/a.png,x', 'C:\\a.png,x', 'l.png,x', 'big.png,x', ',x', 'cafe\u0301.png,x', 'twice.png,x']; // biome-ignore format: one idea
  const listing = { 'data/i/a.png': A, 'data/i/b.png': B, 'data/l.png': 'link', 'data/big.png': 'large', 'data/caf\u00e9.png': C, 'other/a.png': C, 'a.png': C }; // biome-ignore format: one idea
  const text = Object.entries(listing).map(([path, id]) => listingLine(imageKey(path), id)).join('') + listingLine('data/twice.png', A) + listingLine('data/twice.png', B); // biome-ignore format: one idea
  const found = await pool([['data/train.csv', csv(...rows)]], [['data/train.csv', csv(...rows)]], [text, text]);
  const words = cellsOf(found).map((cell) => {
    const read = readImageCell(cell);
    return 'content' in read ? read.content : read.none;
  });
  assert.deepEqual(words, [A, A, B, 'missing', 'outside', 'outside', 'outside', 'outside', 'outside', 'link', 'large', 'no path', C, 'missing']); // biome-ignore format: one idea
  assert.deepEqual(found.rows.map(({ ordinal }) => ordinal), rows.map((_, at) => at)); // biome-ignore format: one idea
});

test('a replaced image under its path is a changed row, and a renamed one is the same', async (t) => {
  const { pool } = await room(t);
  const base = csv('a.png,x', 'b.png,y', 'c.png,x');
  const before = { 'data/a.png': A, 'data/b.png': B, 'data/c.png': C };
  const after = { 'data/a.png': A, 'data/b.png': C, 'data/c.png': C };
  const files = [['data/train.csv', base]] as const;
  const byContent = await pool(files, files, [before, after]);
  assert.deepEqual(byContent.counts, { base: 3, head: 3, added: 1, removed: 1, changed: 0, moved: 0 });
  const byId = await pool(files, files, [before, after], { id: 'file' });
  assert.deepEqual(byId.counts, { base: 3, head: 3, added: 0, removed: 0, changed: 1, moved: 0 });
  assert.equal(byId.rows.filter(({ change }) => change === 'changed').length, 2);
  const renamed = csv('new.png,x', 'b.png,y', 'c.png,x');
  const moved = { 'data/new.png': A, 'data/b.png': B, 'data/c.png': C };
  assert.deepEqual((await pool(files, [['data/train.csv', renamed]], [before, moved])).counts.added, 0);
});

test('equal images are equal rows, whatever they are called; rows without one are equal by their path alone', async (t) => {
  const { pool } = await room(t);
  const table = csv('a.png,x', 'b.png,y', 'gone.png,x', 'lost.png,x', 'gone.png,y');
  const { rows } = await pool([['data/train.csv', table]], [['data/train.csv', table]], [{ 'data/a.png': A, 'data/b.png': A }, { 'data/a.png': A, 'data/b.png': A }]); // biome-ignore format: one idea
  const [one, other, gone, lost, again] = rows.map(({ featureHash }) => featureHash);
  assert.equal(one, other);
  assert.notEqual(gone, lost);
  assert.equal(gone, again);
});

test('parts in different folders name images beside themselves; a folder’s table names them from the root', async (t) => {
  const { pool } = await room(t);
  const parts = [['p/1/t.csv', csv('a.png,x', 'b.png,y')], ['p/2/t.csv', csv('a.png,x')], ['p/1/u.csv', csv('a.png,y')]] as const; // biome-ignore format: one idea
  const listing = { 'p/1/a.png': A, 'p/1/b.png': B, 'p/2/a.png': C };
  assert.deepEqual(cellsOf(await pool(parts, parts, [listing, listing])), [A, B, C, A]);
  const rooted = [['p/1', csv('p/1/a.png,x', 'p/2/a.png,y')]] as const;
  assert.deepEqual(cellsOf(await pool(rooted, rooted, [listing, listing], {}, true)), [A, C]);
});

test('a listing without images, a table without the column, and a name that is taken', async (t) => {
  const { pool } = await room(t);
  const files = [['data/train.csv', csv('a.png,x', 'b.png,y')]] as const;
  assert.deepEqual(cellsOf(await pool(files, files, ['', ''])), ['missing data/a.png', 'missing data/b.png']);
  const other = [['data/train.csv', 'a,label\n1,x\n2,y\n']] as const;
  await assert.rejects(pool(other, other, ['', '']), { code: 'image-column-missing' });
  const taken = [['data/train.csv', 'file,file (pixels),label\na,b,x\nc,d,y\n']] as const;
  await assert.rejects(pool(taken, taken, ['', '']), { code: 'image-column-taken' });
  const lost = await pool(files, other, [{ 'data/a.png': A }, {}]);
  assert.ok(lost.remarks.some((remark) => /Columns differ \(lost: "file", "file \(pixels\)"/.test(remark)), lost.remarks.join()); // biome-ignore format: one idea
});
