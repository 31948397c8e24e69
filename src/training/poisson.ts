import { hash32 } from '../tensor/random.ts';
import type { Batches } from './order.ts';

const STREAM = 0x901550;

/**
 * Draws each row into each step of a model's training by a coin of its own: Poisson sampling, at a rate of one in
 * `steps`. A row's steps follow from the hash of (row key, model key) alone, by geometric gaps: whatever other rows
 * there are, it takes part in the same ones.
 * @param inside [M,N] of the group: 1 where the row trains the model. @param rowKeys [N] stable key of each row.
 * @param steps of an epoch: a row is drawn once in so many steps, on average.
 * @returns rows of every step of the training by model, and B, the most that one step draws.
 */
export function poissonDraws(at: {
  inside: Uint8Array;
  rowKeys: Uint32Array;
  modelKeys: readonly number[];
  steps: number;
  epochs: number;
}): { readonly drawn: readonly (readonly number[])[][]; readonly most: number } {
  const { inside, rowKeys, modelKeys, steps, epochs } = at;
  const N = rowKeys.length;
  const all = steps * epochs;
  const pass = Math.log1p(-1 / steps);
  const drawn = Array.from({ length: all }, () => modelKeys.map((): number[] => []));
  modelKeys.forEach((key, model) => {
    for (let row = 0; row < N; row++) {
      if (!inside[model * N + row]) continue;
      for (let step = -1, count = 0; ; count++) {
        const uniform = (hash32(rowKeys[row]!, key, count, STREAM) + 0.5) / 0x1_0000_0000;
        step += 1 + Math.floor(Math.log(uniform) / pass);
        if (step >= all) break;
        drawn[step]![model]!.push(row);
      }
    }
  });
  const most = drawn.flat().reduce((largest, { length }) => Math.max(largest, length), 1);
  return { drawn, most };
}

/** Steps of such draws as a training graph takes them, padded to `width` rows. */
export function paddedBatches(drawn: readonly (readonly number[])[][], width: number): Batches {
  const M = drawn[0]?.length ?? 0;
  const rows = new Int32Array(drawn.length * M * width);
  const weights = new Float32Array(rows.length);
  drawn.forEach((models, step) => {
    models.forEach((own, model) => {
      const start = (step * M + model) * width;
      rows.set(own, start);
      weights.fill(1, start, start + own.length);
    });
  });
  return { steps: drawn.length, rows, weights };
}
