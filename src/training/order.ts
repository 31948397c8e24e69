import { UserError } from '../errors.ts';
import { hash32 } from '../tensor/random.ts';

/** A hash and a row number share one double: 32 bits and 21 bits. */
const MOST_ROWS = 2 ** 21;

/** The batches of one epoch for a group of models. */
export interface Batches {
  readonly steps: number;
  /** [S,M,B] row numbers; padding repeats row 0. */
  readonly rows: Int32Array;
  /** [S,M,B]: 1 for a row, 0 for padding. */
  readonly weights: Float32Array;
}

/**
 * Orders each model's training rows by a hash of (row key, model key, epoch): a row that is added or removed moves no
 * other row past another, so that base and head share their batch order. Throws a UserError (`too-many-rows`).
 * @param inside [M,N] of the group: 1 where the row trains the model.
 * @param rowKeys [N] stable key of each row.
 */
export function epochBatches(at: {
  inside: Uint8Array;
  rowKeys: Uint32Array;
  modelKeys: readonly number[];
  epoch: number;
  batch: number;
}): Batches {
  const { inside, rowKeys, modelKeys, epoch, batch } = at;
  const N = rowKeys.length;
  const M = modelKeys.length;
  if (N > MOST_ROWS)
    throw new UserError('too-many-rows', `${N} rows are to be trained on; at most ${MOST_ROWS} can be.`, {
      hint: 'Lower shadows.max_rows, or split the change.',
    });
  const orders = modelKeys.map((key, model) => {
    const keyed = new Float64Array(N);
    let count = 0;
    for (let row = 0; row < N; row++)
      if (inside[model * N + row]) keyed[count++] = hash32(rowKeys[row]!, key, epoch, 0x0bde) * MOST_ROWS + row;
    return keyed.subarray(0, count).sort();
  });
  const steps = Math.max(1, ...orders.map((order) => Math.ceil(order.length / batch)));
  const rows = new Int32Array(steps * M * batch);
  const weights = new Float32Array(steps * M * batch);
  orders.forEach((order, model) => {
    for (let i = 0; i < order.length; i++) {
      const at = (Math.floor(i / batch) * M + model) * batch + (i % batch);
      rows[at] = order[i]! % MOST_ROWS;
      weights[at] = 1;
    }
  });
  return { steps, rows, weights };
}
