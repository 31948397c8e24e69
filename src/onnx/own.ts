/** The row of a table under a foreign key; undefined where the table itself has none (`constructor` is no key of ours). */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
