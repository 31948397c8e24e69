import { sizeOf } from '../tensor/shape.ts';
import { parametersOf, type Slice } from './slice.ts';

/** Models that are trained together on a processor: few, so that their weights sit in the cache and every lane has groups. */
export const GROUP = 4;

/** What every WebGPU device binds at once; weights of a group lie in one buffer. */
const BUFFER_BYTES = 2 ** 27;

/** Models of a group on a runtime whose graphs had best hold `wanted`. `batch` is B. */
export function groupSize(slice: Slice, batch: number, wanted: number): number {
  // What a model's own layers make of a batch can be far larger than the batch: many at once may not fit a device.
  if (slice.kind === 'model') return GROUP;
  const largest = Math.max(batch * slice.width, ...parametersOf(slice).map(({ shape }) => sizeOf(shape)));
  return Math.max(GROUP, Math.min(wanted, Math.floor(BUFFER_BYTES / (4 * largest))));
}

/** Models that one graph trains side by side. */
export interface Group {
  readonly first: number;
  readonly models: number;
}

/**
 * Cuts M models into groups of at most `most`. Learning rates follow the steps that the longest of a block of `GROUP`
 * models takes, so larger groups join neighbouring blocks of equal steps only: every model is trained alike in any group.
 * @param at.inside [M,N]: 1 where the row trains the model.
 */
export function groupsOf(at: { inside: Uint8Array; models: number; batch: number }, most: number): Group[] {
  const { inside, models, batch } = at;
  const N = inside.length / models;
  const groups: (Group & { readonly steps: number })[] = [];
  for (let first = 0; first < models; first += GROUP) {
    const block = Math.min(GROUP, models - first);
    const sizes = Array.from({ length: block }, (_, i) =>
      rowsOf(inside.subarray((first + i) * N, (first + i + 1) * N)),
    );
    const steps = Math.max(1, Math.ceil(Math.max(...sizes) / batch));
    const last = groups.at(-1);
    if (last && last.steps === steps && last.models + block <= most)
      groups[groups.length - 1] = { ...last, models: last.models + block };
    else groups.push({ first, models: block, steps });
  }
  return groups.map(({ first, models: count }) => ({ first, models: count }));
}

const rowsOf = (inside: Uint8Array): number => inside.reduce((sum, one) => sum + one, 0);
