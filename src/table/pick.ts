import type { PoolRow, RowChange } from '../evidence/rows.ts';
import type { ColumnPlan } from './columns.ts';
import { contentHashes } from './content-hash.ts';
import type { Diff } from './diff.ts';
import type { Side } from './load.ts';
import { isMissingWord } from './missing.ts';
import type { Sql, SqlValue } from './sql.ts';

/** Rows drawn from a pair of sides, still without labels. */
export interface Picked {
  readonly rows: readonly Omit<PoolRow, 'label' | 'unit'>[];
  /** Per plan: [rows] text values, missing as null. */
  readonly values: readonly (readonly (string | null)[])[];
  /** Per row where it stands in the sides' own tables; null where it does not. */
  readonly rowids: readonly Rowids[];
  readonly sampled: boolean;
}

interface Rowids {
  readonly base: number | null;
  readonly head: number | null;
}

/** What `pull` adds to. */
interface Pulled {
  readonly rows: Omit<PoolRow, 'label' | 'unit'>[];
  readonly values: (string | null)[][];
  readonly rowids: Rowids[];
}

export interface PickOptions {
  readonly split: 'train' | 'holdout';
  readonly maxRows: number;
  /** Whether rows that changed may be sampled, too (a new data set, the holdout). */
  readonly sampleChanges: boolean;
  /** Values of rows that both sides have come from base (where head lost the label column). */
  readonly preferBase: boolean;
}

/** Share of the pool that rows without change keep, however large the change is. */
const KEPT_SHARE = 0.5;

/** Pulls the change rows and a sample (by content hash) of the others, base order first, then head-only rows. */
export async function pickRows(
  sql: Sql,
  name: string,
  sides: { readonly base: Side | null; readonly head: Side | null },
  diff: Diff,
  plans: readonly ColumnPlan[],
  options: PickOptions,
): Promise<Picked> {
  const { counts, pairs } = diff;
  const changes = counts.added + counts.removed + 2 * counts.changed;
  const same = counts.base - counts.removed - counts.changed;
  const sameLimit = Math.max(options.maxRows - changes, Math.floor(options.maxRows * KEPT_SHARE));
  const changeLimit = options.sampleChanges ? options.maxRows : Number.MAX_SAFE_INTEGER;
  const pick = `${name}_picked`;
  const unchanged = 'b IS NOT NULL AND h IS NOT NULL AND NOT changed';
  await sql.run(
    `CREATE OR REPLACE TABLE ${pick} AS ` +
      `(SELECT b, h, k, 'same' AS change FROM ${pairs} WHERE ${unchanged} ${limitSql(same, sameLimit)}) ` +
      `UNION ALL (SELECT b, h, k, CASE WHEN b IS NULL THEN 'added' WHEN h IS NULL THEN 'removed' ELSE 'changed' END FROM ${pairs} WHERE NOT (${unchanged}) ${limitSql(changes, changeLimit)})`,
  );
  if (diff.moved)
    await sql.run(`UPDATE ${pick} SET change = 'moved' WHERE b IN (SELECT b FROM ${diff.moved}) AND change = 'same'`);
  const result: Pulled = { rows: [], values: plans.map(() => []), rowids: [] };
  const both = options.preferBase ? 'base' : 'head';
  if (sides.base) await pull(sql, pick, sides, 'base', both, plans, options.split, result);
  if (sides.head) await pull(sql, pick, sides, 'head', both, plans, options.split, result);
  return { ...result, sampled: same > sameLimit || changes > changeLimit };
}

function limitSql(available: number, limit: number): string {
  return available > limit ? `ORDER BY hash(k), k LIMIT ${limit}` : '';
}

async function pull(
  sql: Sql,
  pick: string,
  sides: { readonly base: Side | null; readonly head: Side | null },
  from: 'base' | 'head',
  both: 'base' | 'head',
  plans: readonly ColumnPlan[],
  split: 'train' | 'holdout',
  into: Pulled,
): Promise<void> {
  const side = sides[from]!;
  const key = from === 'base' ? 'b' : 'h';
  const other = from === 'base' ? 'h' : 'b';
  const column = (plan: ColumnPlan) =>
    side.names.includes(plan.name) ? `coalesce(t.c${side.names.indexOf(plan.name)}, '')` : `''`;
  // One text per row crosses from the database many times faster than hundreds of cells. No cell is empty or holds
  // the separator (`load`).
  const cells = `, concat_ws('\x1f', ${plans.map(column).join(', ')})`;
  const whole = `p.${other} IS NULL OR p.change = 'changed'${both === from ? ' OR true' : ''}`;
  const got = await sql.columns(
    `SELECT p.b, p.h, p.k, p.change${cells} ` +
      `FROM ${pick} p JOIN ${side.table} t ON t.rowid = p.${key} WHERE ${whole} ORDER BY coalesce(p.b, p.h)`,
  );
  const [b, h, k, change, texts] = got as [SqlValue[], SqlValue[], SqlValue[], SqlValue[], SqlValue[]];
  const raw = texts.map((text) => String(text).split('\x1f'));
  const values = plans.map(({ missingWords }, at) =>
    raw.map((cells) => {
      const value = cells[at]!;
      return value === '' || (missingWords && isMissingWord(value)) ? null : value;
    }),
  );
  const isContent = ({ kind }: ColumnPlan) => kind !== 'id' && kind !== 'group' && kind !== 'excluded';
  const contents = contentHashes(plans, values, k.length, isContent);
  const features = contentHashes(plans, values, k.length, (plan) => isContent(plan) && plan.kind !== 'label');
  for (let at = 0; at < k.length; at++) {
    const kind = change[at] as RowChange;
    const old = kind === 'changed' && from === 'base';
    const inHead = h[at] !== null && !old;
    const place = inHead ? placeOf(sides.head!, Number(h[at])) : placeOf(sides.base!, Number(b[at]));
    const inBase = b[at] !== null && !(kind === 'changed' && from === 'head');
    into.rowids.push({ base: inBase ? Number(b[at]) : null, head: inHead ? Number(h[at]) : null });
    into.rows.push({
      id: shortId(String(k[at])),
      ...place,
      line: null,
      inBase,
      inHead,
      change: kind,
      split,
      contentHash: contents[at]!,
      featureHash: features[at]!,
    });
  }
  for (const [at, column] of values.entries()) for (const value of column) into.values[at]!.push(value);
}

/** A content key is 32 hexadecimal digits and an ordinal: 16 digits name it well enough. */
function shortId(key: string): string {
  return /^[0-9a-f]{32}-\d+$/.test(key) ? key.slice(0, 16) + key.slice(32) : key;
}

function placeOf(side: Side, row: number): { path: string; ordinal: number } {
  const part = side.parts.findLast((candidate) => row >= candidate.first && candidate.rows > 0) ?? side.parts[0]!;
  return { path: part.file.repoPath, ordinal: row - part.first };
}
