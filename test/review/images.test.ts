import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDecoders } from '../../src/adapters/decoders.ts';
import { findCheck } from '../../src/config/explain.ts';
import { plainFinding } from '../../src/evidence/finding.ts';
import { readPairs, unseenRows, withImages, withUnseen } from '../../src/review/images.ts';
import type { ImageFiles } from '../../src/table/image-column.ts';
import type { Pool } from '../../src/table/pool.ts';
import { plainJpeg } from '../features/images/written-image.ts';
import { smallPool } from '../features/small-pool.ts';

const decoders = openDecoders(new URL('../../src/adapters/decoder.ts', import.meta.url), 1);
after(() => decoders.close());
const file = { repoPath: 'images', localPath: '/nowhere', bytes: 0 };
const files = (folder: boolean): ImageFiles => ({ column: 'x', folder, pack: file, base: file, head: file });

/** A pool whose cells are read from files of these names. */
async function read(base: readonly (string | null)[], added: readonly (string | null)[], folder = false) {
  const plain = smallPool({ x: { kind: 'image', base, added } });
  const pool: Pool = { ...plain, rows: plain.rows.map((row) => ({ ...row, label: 1 })) };
  const contents: Record<string, Buffer> = { a: plainJpeg([10]), b: plainJpeg([200]), torn: plainJpeg([9]).subarray(0, 120) }; // biome-ignore format: one idea
  let closed = 0;
  const images = async () => ({
    read: async (content: string) => contents[content] ?? null,
    decode: decoders.decode,
    close: async () => void closed++,
  });
  const found = await withImages(pool, files(folder), { images }, () => {});
  assert.equal(closed, 1);
  return found;
}

test('a row that cannot be read keeps its place and loses its label; how many is said', async () => {
  const pool = await read(['a', 'torn', 'b'], ['a', 'torn', 'missing x', null]);
  assert.deepEqual(pool.rows.map(({ label }) => label), [1, null, 1, 1, null, null, null]); // biome-ignore format: one idea
  assert.equal(pool.rows[0]!.path, 'train.csv');
  assert.deepEqual(pool.remarks, [
    '1 row(s) name no image: read without features (1 of the change).',
    '1 row(s) name an image that is not there (or whose name has no ending of an image): read without features (1 of the change).',
    '2 row(s) have an image that is no JPEG, PNG or WebP: read without features (1 of the change).',
  ]);
  assert.equal(unseenRows(pool), 3);
  assert.equal(unseenRows(await read(['torn', 'a'], ['b'])), 0);
});

test('in a folder per class the place of a row is its image', async () => {
  const { rows } = await read(['a'], ['b'], true);
  assert.deepEqual(rows.map(({ path, ordinal }) => [path, ordinal]), [['0', 0], ['1', 0]]); // biome-ignore format: one idea
});

test('rows that were not read are no near copies of each other, equal ones are still equal', async () => {
  const pool = await read(['a', 'torn'], ['missing x', 'missing y']);
  const pairs = [{ a: 0, b: 1, similarity: 0.9 }, { a: 2, b: 3, similarity: 0.9999 }, { a: 1, b: 2, similarity: 1 }]; // biome-ignore format: one idea
  assert.deepEqual(readPairs(pairs, pool), [pairs[2]]);
  assert.deepEqual(readPairs(pairs, smallPool({ x: { kind: 'numeric', base: ['1'] } })), pairs);
});

test('with rows that were not looked at nothing that leans on features passes; what was found stays found', async () => {
  const pool = await read(['a'], ['torn', 'b']);
  const answer = (id: string, outcome: 'pass' | 'warn' | 'fail' | 'unknown' | 'not-applicable') => ({
    check: findCheck(id),
    finding: plainFinding(outcome, 'Said.'),
    infrastructure: false,
  });
  const evidence = { scores: { base: null, with: null, screen: null }, columns: { base: [], head: [] }, rows: [], task: 'classification', features: null } as never; // biome-ignore format: one idea
  const given = [
    answer('row-diff', 'pass'),
    answer('duplicates', 'pass'),
    answer('conflicting-copies', 'warn'),
    answer('membership', 'fail'),
    answer('amplification', 'not-applicable'), // no labelled row arrives, since none could be read
    answer('contamination', 'not-applicable'), // there is no holdout, whatever was read
  ];
  const found = withUnseen(given, pool, evidence);
  assert.deepEqual(found.map(({ finding }) => [finding.outcome, finding.unseen ?? 0]), [['pass', 0], ['unknown', 1], ['warn', 1], ['fail', 1], ['unknown', 1], ['not-applicable', 0]]); // biome-ignore format: one idea
  assert.match(found[1]!.finding.summary, /^Said\. 1 row\(s\) of the change could not be looked at/);
  assert.notEqual(found[1]!.finding.remedy, '');
  assert.deepEqual(withUnseen(given, await read(['torn'], ['a']), evidence), given);
});
