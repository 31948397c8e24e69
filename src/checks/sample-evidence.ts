import type { ColumnSummary } from '../evidence/column.ts';
import { type Evidence, makeEvidence } from '../evidence/evidence.ts';
import type { NearCopy, PoolRow } from '../evidence/rows.ts';
import { hash32 } from '../tensor/random.ts';
import { type SampleEffect, type SampleWorld, sampleEnsemble, unitsOf } from './sample-ensemble.ts';
import { SAMPLE_WIDTH, type SampleRow, sampleRows, similarity } from './sample-rows.ts';

/** Above it two sample rows are near copies: at most 6 of 64 features differ. Honest rows differ in about 20. */
const NEAR = 0.9;

/** A world of honest base rows, honest added rows and what else is given; base rows come first, from index 0. */
export function sampleWorld(
  seed: number,
  options: {
    readonly base?: number;
    readonly added?: number;
    readonly holdout?: number;
    readonly classes?: number;
    readonly models?: number;
    /** Made from the honest rows (base, added, holdout), appended behind them. */
    readonly more?: (rows: readonly SampleRow[]) => readonly SampleRow[];
    readonly effects?: (rows: readonly SampleRow[]) => readonly SampleEffect[];
  } = {},
): SampleWorld {
  const classes = options.classes ?? 4;
  const shares = Array.from({ length: classes }, () => 1);
  const honest = [
    ...sampleRows(hash32(seed, 1), { count: options.base ?? 400, shares }),
    ...sampleRows(hash32(seed, 2), { count: options.added ?? 60, shares, change: 'added' }),
    ...sampleRows(hash32(seed, 3), { count: options.holdout ?? 0, shares, split: 'holdout' }),
  ];
  const rows = [...honest, ...(options.more?.(honest) ?? [])];
  return { seed, classes, rows, effects: options.effects?.(rows) ?? [], models: options.models ?? 0 };
}

/** Evidence about a made-up data set. Without `models` in the world there are no ensembles. */
export function sampleEvidence(world: SampleWorld, more: Partial<Evidence> = {}): Evidence {
  const rows = poolRows(world.rows);
  const train = rows.filter((row) => row.split === 'train');
  const counted = (test: (row: PoolRow) => boolean) => train.filter(test).length;
  const replaced = counted((row) => row.change === 'changed' && row.inHead);
  return makeEvidence({
    subject: { data: 'train', model: null, path: 'data/train.csv' },
    task: 'classification',
    classes: Array.from({ length: world.classes }, (_, label) => `class ${label}`),
    columns: {
      base: summaries(world.rows.filter((row) => row.inBase)),
      head: summaries(world.rows.filter((row) => row.inHead)),
    },
    counts: {
      base: counted((row) => row.inBase),
      head: counted((row) => row.inHead),
      added: counted((row) => row.change === 'added'),
      removed: counted((row) => row.change === 'removed'),
      changed: replaced,
      moved: counted((row) => row.change === 'moved'),
    },
    sampled: false,
    remarks: [],
    rows,
    nearCopies: nearCopies(world.rows),
    nearCopiesSkipped: false,
    features: { values: featureValues(world.rows), width: SAMPLE_WIDTH },
    scores:
      world.models > 0
        ? {
            base: sampleEnsemble(world, { name: 'base' }),
            with: sampleEnsemble(world, { name: 'with' }),
            screen: sampleEnsemble(world, { name: 'screen' }),
          }
        : { base: null, with: null, screen: null },
    release: null,
    experiments: [],
    weights: null,
    seed: world.seed,
    ...more,
  });
}

function poolRows(rows: readonly SampleRow[]): PoolRow[] {
  const units = unitsOf(rows);
  const ordinals = new Map<string, number>();
  return rows.map((row, index) => {
    const featureHash = `${row.bits[0].toString(16)}-${row.bits[1].toString(16)}`;
    const contentHash = `${featureHash}-${row.label}`;
    const ordinal = ordinals.get(contentHash) ?? 0;
    ordinals.set(contentHash, ordinal + 1);
    return {
      id: `${contentHash}#${ordinal}`,
      path: row.split === 'train' ? 'data/train.csv' : 'data/test.csv',
      ordinal: index,
      line: null,
      inBase: row.inBase,
      inHead: row.inHead,
      change: row.change,
      split: row.split,
      label: row.label,
      unit: units[index]!,
      contentHash,
      featureHash,
    };
  });
}

function nearCopies(rows: readonly SampleRow[]): NearCopy[] {
  const pairs: NearCopy[] = [];
  for (let a = 0; a < rows.length; a++)
    for (let b = a + 1; b < rows.length; b++) {
      const alike = similarity(rows[a]!, rows[b]!);
      if (alike >= NEAR) pairs.push({ a, b, similarity: alike });
    }
  return pairs;
}

function featureValues(rows: readonly SampleRow[]): Float32Array {
  const values = new Float32Array(rows.length * SAMPLE_WIDTH);
  rows.forEach((row, n) => {
    for (let bit = 0; bit < SAMPLE_WIDTH; bit++)
      values[n * SAMPLE_WIDTH + bit] = (row.bits[bit >> 5]! >>> (bit & 31)) & 1;
  });
  return values;
}

/** Eight columns, each eight features read as a number from 0 to 255; and the label. */
function summaries(rows: readonly SampleRow[]): ColumnSummary[] {
  const blocks = Array.from({ length: 8 }, (_, block): ColumnSummary => {
    const sums = rows.map((row) => (row.bits[block >> 2]! >>> ((block & 3) * 8)) & 0xff).sort((a, b) => a - b);
    const at = (q: number) => sums[Math.min(sums.length - 1, Math.floor(q * sums.length))] ?? 0;
    return {
      name: `block_${block}`,
      kind: 'numeric',
      rows: rows.length,
      missing: 0,
      distinct: new Set(sums).size,
      quantiles: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map(at),
      labelAccuracy: 0.4,
    };
  });
  const label: ColumnSummary = {
    name: 'label',
    kind: 'label',
    rows: rows.length,
    missing: rows.filter((row) => row.label === null).length,
    distinct: new Set(rows.map((row) => row.label)).size,
    quantiles: null,
    labelAccuracy: null,
  };
  return [...blocks, label];
}
