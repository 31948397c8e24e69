import type { ColumnKind } from '../../src/evidence/column.ts';
import type { PoolRow } from '../../src/evidence/rows.ts';
import type { Pool } from '../../src/table/pool.ts';

type Cells = readonly (string | null)[];

/** A pool made by hand: `base` rows first, then rows that the change adds. */
export function smallPool(columns: Readonly<Record<string, { kind: ColumnKind; base: Cells; added?: Cells }>>): Pool {
  const list = Object.entries(columns).map(([name, { kind, base, added = [] }]) => ({
    name,
    kind,
    values: [...base, ...added],
    base: base.length,
  }));
  const n = list[0]?.values.length ?? 0;
  const rows = Array.from({ length: n }, (_, i) =>
    rowAt(i, list.map((column) => column.values[i]).join('|'), i < list[0]!.base),
  );
  return {
    rows,
    groups: rows.map(() => null),
    task: 'unlabelled',
    classes: [],
    columns: list.map(({ name, kind, values }) => ({ name, kind, values })),
    summaries: { base: [], head: [] },
    counts: { base: n, head: n, added: 0, removed: 0, changed: 0, moved: 0 },
    sampled: false,
    remarks: [],
  };
}

export function rowAt(index: number, features: string, inBase = true): PoolRow {
  return {
    id: String(index),
    path: 'train.csv',
    ordinal: index,
    line: null,
    inBase,
    inHead: true,
    change: inBase ? 'same' : 'added',
    split: 'train',
    label: null,
    unit: index,
    contentHash: features,
    featureHash: features,
  };
}
