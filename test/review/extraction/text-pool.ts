import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openDuckdb } from '../../../src/adapters/duckdb.ts';
import { loadPool } from '../../../src/table/load-pool.ts';
import type { Pool } from '../../../src/table/pool.ts';
import { personalData } from '../../../src/table/secrets/personal-data.ts';
import { uniformAt } from '../../../src/tensor/random.ts';

type Rows = readonly (readonly [id: string, text: string])[];

/** The pool of a table of ids, texts and labels at two revisions; personal data are found, credentials are not. */
export async function textPool(
  t: TestContext,
  base: Rows | null,
  head: Rows | null,
  { id = 'id' }: { readonly id?: string | null } = {},
): Promise<Pool> {
  const root = mkdtempSync(join(tmpdir(), 'taster-text-'));
  const folder = join(root, 'files');
  for (const each of [folder, join(root, 'scratch')]) mkdirSync(each);
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 3e8, threads: 1 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  const lay = (name: string, rows: Rows | null) => {
    if (rows === null) return null;
    const localPath = join(folder, name);
    writeFileSync(localPath, `id,text\n${rows.map(([key, text]) => `${key},"${text}"\n`).join('')}`);
    return [{ repoPath: 'data/train.csv', localPath, bytes: statSync(localPath).size }];
  };
  return await loadPool(sql, {
    ...{ base: lay('base', base), head: lay('head', head), holdout: { base: null, head: null } },
    options: {
      label: null,
      classes: null,
      id,
      group: null,
      exclude: id ? [] : ['id'],
      text: ['text'],
      maxRows: 10_000,
    },
    secrets: async (texts) => texts.map(personalData),
  });
}

const WORDS =
  'the a new bot story makes people laugh about our long weekend train from paris and nobody knows where coffee went when rain came over small garden houses'.split(
    ' ',
  );

/** A made-up sentence of so many words. */
export const sentence = (seed: number, words: number): string =>
  Array.from({ length: words }, (_, at) => WORDS[Math.floor(WORDS.length * uniformAt(seed, at))]!).join(' ');

export const phone = (seed: number): string =>
  `+44 7${Array.from({ length: 9 }, (_, at) => Math.floor(10 * uniformAt(seed, at, 9))).join('')}`;
