/** Models that are trained together on a processor: few, so that their weights sit in the cache and every lane has groups. */
export const GROUP = 4;

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
