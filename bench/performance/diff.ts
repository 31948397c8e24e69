import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '../../src/adapters/duckdb.ts';
import { planColumns } from '../../src/table/columns.ts';
import { diffSides } from '../../src/table/diff.ts';
import { loadSide } from '../../src/table/load.ts';
import { uniformAt } from '../../src/tensor/random.ts';

const ROWS = 2_000_000;
/** What DuckDB may keep in memory before it writes to its scratch folder: `--memory 1200` gives it half of that. */
const DUCKDB_BYTES = 600e6;
const OPTIONS = { label: 'label', classes: null, id: 'row_id', group: null, exclude: [], text: [], maxRows: 100_000 };

export interface DiffBench {
  readonly rows: number;
  readonly bytes: number;
  /** Reading both sides, deciding columns, comparing by id. */
  readonly seconds: number;
  /** Peak resident memory of this process: run it in one of its own. */
  readonly peakBytes: number;
  readonly removed: number;
  readonly changed: number;
}

/** Reads and compares two CSV files of 2,000,000 x 5 rows by id; files are made in, and removed from, a temporary folder. */
export async function benchDiff(rows: number = ROWS): Promise<DiffBench> {
  const root = mkdtempSync(join(tmpdir(), 'taster-bench-'));
  const folder = join(root, 'files');
  mkdirSync(folder);
  try {
    const files = [];
    for (const [name, isHead] of [
      ['base.csv', false],
      ['head.csv', true],
    ] as const) {
      const localPath = join(folder, name);
      await writeRows(localPath, rows, isHead);
      files.push({ repoPath: name, localPath, bytes: statSync(localPath).size });
    }
    const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: DUCKDB_BYTES, threads: 2 });
    const start = process.hrtime.bigint();
    const base = await loadSide(sql, 'base_rows', [files[0]!], [], null);
    const head = await loadSide(sql, 'head_rows', [files[1]!], [], null);
    const plans = await planColumns(sql, base, OPTIONS);
    const compared = plans.filter(({ kind }) => kind !== 'id');
    const { counts } = await diffSides(sql, 'bench', { base, head }, compared, 'row_id');
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    sql.close();
    const bytes = files[0]!.bytes;
    return {
      rows,
      bytes,
      seconds,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      removed: counts.removed,
      changed: counts.changed,
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** In head every 10,007th row is gone and every 5,003rd has another city. */
async function writeRows(path: string, rows: number, isHead: boolean): Promise<void> {
  const file = createWriteStream(path);
  file.write('row_id,age,score,city,label\n');
  for (let at = 0; at < rows; at += 10_000) {
    let block = '';
    for (let i = at; i < Math.min(rows, at + 10_000); i++) {
      if (isHead && i % 10_007 === 0) continue;
      const city = isHead && i % 5_003 === 0 ? 'town' : 'city';
      block += `${i},${20 + (i % 60)},${(uniformAt(7, i) * 1000).toFixed(6)},${city} number ${i % 5000} of a list of names,${i & 1}\n`;
    }
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}
