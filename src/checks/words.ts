/** `1 row`, `2 rows`, `1,200 rows`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** A share in [0, 1] as a percentage with as many digits as a reader needs. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return 'less than 0.1%';
  return `${value.toFixed(value < 10 ? 1 : 0)}%`;
}

/** At most five names, then how many more. */
export function listed(names: readonly string[], limit = 5): string {
  const shown = names.slice(0, limit).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** A share in [0, 1] as a percentage with one decimal, for rates that stand beside each other. */
export const tenths = (share: number): string => `${(100 * share).toFixed(1)}%`;
