import { createHash } from 'node:crypto';
import type { ColumnKind } from '../../src/evidence/column.ts';
import type { PoolRow } from '../../src/evidence/rows.ts';
import type { Pool } from '../../src/table/pool.ts';
import { hash32, permutation } from '../../src/tensor/random.ts';
import type { DataSet } from './data-sets.ts';

export interface ChangeOptions {
  readonly seed: number;
  /** Honest new rows. */
  readonly honest: number;
  /** Poisoned base rows; 0 for an honest change. */
  readonly victims: number;
  /** Wrong-label copies of each. */
  readonly copies: number;
  /** Largest share of a row's ones that a near copy moves elsewhere (0/1 data alone). */
  readonly distance: number;
  /** Honest new rows whose label is flipped. */
  readonly flips: number;
  /** Copies bring every value of this column in turn (Tramèr et al., attribute inference): so many of each. */
  readonly everyValueOf?: string;
  /** The new rows are a data set of their own: what would have been base is its holdout. */
  readonly isNew?: true;
}

/** A change with known truth: pool rows by what they are. */
export interface PlannedChange {
  readonly pool: Pool;
  /** Pool rows of each victim and of the copies aimed at it. */
  readonly targets: readonly { readonly victim: number; readonly copies: readonly number[] }[];
  readonly flipped: readonly number[];
  readonly honest: readonly number[];
}

/** Splits a data set into base and honest new rows and adds wrong-label copies of base rows, all by the seed. */
export function planChange(data: DataSet, options: ChangeOptions): PlannedChange {
  const { seed, honest, victims, copies, distance, flips } = options;
  const total = data.labels.length;
  const C = data.classes.length;
  const order = [...permutation(hash32(seed, 0xbe7c), total)];
  const base = order.slice(0, total - honest);
  const arrivals = order.slice(total - honest);
  const values: (string | null)[][] = data.columns.map((column) =>
    [...base, ...arrivals].map((row) => column.values[row] ?? null),
  );
  const labels = [...base, ...arrivals].map((row) => data.labels[row]!);
  const flipped = arrivals.slice(0, flips).map((_, index) => base.length + index);
  for (const row of flipped) labels[row] = wrongLabel(labels[row]!, seed, row, C);
  const put = data.columns.findIndex(({ name }) => name === options.everyValueOf);
  const candidates = put < 0 ? [] : [...new Set(values[put]!.filter((value) => value !== null))].sort();
  const targets = base.slice(0, victims).map((_, victim) => {
    const label = wrongLabel(labels[victim]!, seed, victim, C);
    const own = Array.from({ length: copies * Math.max(1, candidates.length) }, (_, copy) => {
      const cells = values.map((column, at) => (at === put ? candidates[copy % candidates.length]! : (column[victim] ?? null))); // biome-ignore format: one idea
      const moved = distance > 0 ? moveOnes(cells, distance, hash32(seed, victim, copy)) : cells;
      for (const [index, cell] of moved.entries()) values[index]!.push(cell);
      return labels.push(label) - 1;
    });
    return { victim, copies: own };
  });
  return {
    targets,
    flipped,
    honest: arrivals.map((_, index) => base.length + index).filter((row) => !flipped.includes(row)),
    pool: poolOf({
      ...{ name: data.name, classes: data.classes, kinds: data.columns, values, labels, base: base.length },
      baseSplit: options.isNew ? 'holdout' : 'train',
    }),
  };
}

/** A pool whose first `base` rows (of the training data, or a holdout) stand at both revisions and whose others arrive. */
export function poolOf(at: {
  readonly name: string;
  readonly classes: readonly string[];
  readonly kinds: readonly { readonly name: string; readonly kind: ColumnKind }[];
  /** Per column, a cell per row. */
  readonly values: readonly (readonly (string | null)[])[];
  readonly labels: readonly number[];
  readonly base: number;
  readonly baseSplit: PoolRow['split'];
}): Pool {
  const hash = (cells: readonly (string | null)[]) =>
    createHash('sha256').update(JSON.stringify(cells)).digest('hex').slice(0, 32);
  const rows = at.labels.map((label, index): PoolRow => {
    const cells = at.values.map((column) => column[index] ?? null);
    const inBase = index < at.base;
    return {
      id: `row-${index}`,
      path: `${at.name}.csv`,
      ordinal: index,
      line: index + 2,
      inBase,
      inHead: true,
      change: inBase ? 'same' : 'added',
      split: inBase ? at.baseSplit : 'train',
      label,
      unit: index,
      featureHash: hash(cells),
      contentHash: hash([...cells, String(label)]),
    };
  });
  return {
    rows,
    groups: rows.map(() => null),
    task: 'classification',
    classes: at.classes,
    columns: at.kinds.map(({ name, kind }, index) => ({ name, kind, values: at.values[index]! })),
    summaries: { base: at.baseSplit === 'holdout' ? null : [], head: [] },
    counts: { base: at.base, head: rows.length, added: rows.length - at.base, removed: 0, changed: 0, moved: 0 },
    sampled: false,
    remarks: [],
  };
}

const wrongLabel = (label: number, seed: number, row: number, classes: number) =>
  (label + 1 + (hash32(seed, row, 0x1ab) % (classes - 1))) % classes;

/** Turns between one and `distance` of the row's ones off and as many zeros on. */
function moveOnes(cells: readonly (string | null)[], distance: number, seed: number): (string | null)[] {
  const ones = cells.flatMap((cell, index) => (cell === '1' ? [index] : []));
  const zeros = cells.flatMap((cell, index) => (cell === '0' ? [index] : []));
  const most = Math.max(1, Math.floor(distance * ones.length));
  const moves = 1 + (hash32(seed, 1) % most);
  const moved = [...cells];
  for (const at of permutation(hash32(seed, 2), ones.length).slice(0, moves)) moved[ones[at]!] = '0';
  for (const at of permutation(hash32(seed, 3), zeros.length).slice(0, moves)) moved[zeros[at]!] = '1';
  return moved;
}
