import type { AttackRun } from '../../src/audit/attack.ts';
import { trainShadows } from '../../src/audit/shadows.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import type { Pool } from '../../src/table/pool.ts';

/** A data set that is ready to be attacked. */
export interface BenchSubject {
  readonly pool: Pool;
  readonly training: NonNullable<AttackRun['training']>;
  readonly blocks: AttackRun['blocks'];
}

/** What an attack's own code works with, outside of an audit. */
export function attackRun(
  { pool, training, blocks }: BenchSubject,
  at: {
    readonly runtime: Runtime;
    readonly seed: string;
    readonly targets: number;
    readonly poisons: readonly number[];
  },
): AttackRun {
  const { runtime, seed, targets, poisons } = at;
  return {
    ...{ pool, training, blocks, runtime, seed, sensitive: [] },
    options: { attacks: null, poisons, targets, thorough: false, by: null },
    train: (order) =>
      trainShadows({ ...training, runtime }, order, (share) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${order.name} ${(100 * share).toFixed(0)}% `);
      }),
    expect() {},
    count() {},
    progress() {},
    secondsLeft: () => Number.POSITIVE_INFINITY,
  };
}
