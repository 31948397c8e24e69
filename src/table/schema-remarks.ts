import type { TableOptions } from './pool.ts';

const SHOWN = 5;

/** What differs between the columns of base and head, in sentences. Names only, capped. */
export function schemaRemarks(
  base: readonly string[] | null,
  head: readonly string[] | null,
  options: TableOptions,
): string[] {
  if (!base || !head) return [];
  const lost = base.filter((name) => !head.includes(name));
  const fresh = head.filter((name) => !base.includes(name));
  const remarks: string[] = [];
  if (lost.length + fresh.length > 0)
    remarks.push(
      `Columns differ (lost: ${listNames(lost)}; new: ${listNames(fresh)}): rows are compared on the ${base.length - lost.length} columns that both revisions have.`,
    );
  if (options.label !== null && lost.includes(options.label))
    remarks.push(
      `The label column "${options.label}" is gone at head: labels of rows that are new at head are unknown.`,
    );
  if (options.id !== null && lost.includes(options.id))
    remarks.push(`The id column "${options.id}" is gone at head: rows are told apart by content.`);
  return remarks;
}

/** Quoted names, the first five of them, each cut at 60 characters. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return (
    names
      .slice(0, SHOWN)
      .map((name) => `"${name.slice(0, 60)}"`)
      .join(', ') + more
  );
}
