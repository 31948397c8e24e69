import type { AttackRun, AuditOptions } from '../../src/audit/attack.ts';
import { trainShadows } from '../../src/audit/shadows.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import type { Pool } from '../../src/table/pool.ts';

/** A data set that is ready to be attacked. */
export interface BenchSubject {
  readonly pool: Pool;
  readonly training: NonNullable<AttackRun['training']>;
  readonly blocks: AttackRun['blocks'];
}

/** What `taster audit` asks without any option. */
const usualOptions: AuditOptions = {
  ...{ attacks: null, poisons: [0, 1, 2, 4, 8, 16], targets: 200, thorough: false, by: null },
};

/** What an attack's own code works with, outside of an audit. */
export function attackRun(
  { pool, training, blocks }: BenchSubject,
  {
    runtime,
    seed,
    options,
  }: { readonly runtime: Runtime; readonly seed: string; readonly options: Partial<AuditOptions> },
): AttackRun {
  return {
    ...{ pool, training, blocks, runtime, seed, sensitive: [] },
    options: { ...usualOptions, ...options },
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
