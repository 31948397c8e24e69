import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import type { PoolRow } from '../../src/evidence/rows.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import type { TrainingSet } from '../../src/training/group.ts';
import type { BuiltInSlice } from '../../src/training/slice.ts';

export const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

export const slices: readonly BuiltInSlice[] = [
  { kind: 'mlp', task: 'classification', width: 3, hidden: 5, outputs: 3 },
  { kind: 'softmax', task: 'classification', width: 3, hidden: 0, outputs: 3 },
  { kind: 'mlp', task: 'regression', width: 3, hidden: 5, outputs: 1 },
  { kind: 'softmax', task: 'regression', width: 3, hidden: 0, outputs: 1 },
];

/** N drawn rows with classes or targets that depend on them. */
export function smallSet(rows: number, { task, width, outputs }: BuiltInSlice): TrainingSet {
  const random = randomSequence(11);
  const features = Float32Array.from({ length: rows * width }, () => random.normal());
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    const score = features[row * width]! + 0.5 * random.normal();
    return task === 'regression' ? score : Math.min(outputs - 1, Math.max(0, Math.round(score) + 1));
  });
  return { features, width, labels, rowKeys: Uint32Array.from({ length: rows }, (_, row) => 1000 + row) };
}

/** A row that stays, unless told otherwise. */
export function poolRow(id: string, more: Partial<PoolRow> = {}): PoolRow {
  return {
    id,
    path: 'train.csv',
    ordinal: 0,
    line: null,
    inBase: true,
    inHead: true,
    change: 'same',
    split: 'train',
    label: 0,
    unit: 0,
    contentHash: id,
    featureHash: id,
    ...more,
  };
}

export const arrives = { inBase: false, change: 'added' } as const;
export const leaves = { inHead: false, change: 'removed' } as const;
