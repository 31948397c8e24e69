import { isNumber } from './missing.ts';
import { parseCsv } from './parse-csv.ts';

/** How the values of a line are told apart. `spaces` is any run of white space; null is one column. */
export type Delimiter = ',' | '\t' | ';' | '|' | 'spaces' | null;

const SINGLE: readonly (',' | '\t' | ';' | '|')[] = [',', '\t', ';', '|'];

/**
 * The delimiter that gives the first lines the most regular number of fields. Runs of white space are taken only where
 * they are perfectly regular, nothing else is, and most values are numbers: prose is not a table.
 */
export function findDelimiter(text: string, extension: string): Delimiter {
  const tabFirst = extension === 'tsv' || extension === 'tab';
  const candidates = SINGLE.map((delimiter) => ({ delimiter, ...regularity(parseCsv(text, delimiter, '"')) }))
    .filter(({ share, fields }) => fields > 1 && share > 0.5)
    .sort(
      (a, b) =>
        Number(tabFirst && b.delimiter === '\t') - Number(tabFirst && a.delimiter === '\t') ||
        b.share - a.share ||
        b.fields - a.fields,
    );
  const best = candidates[0];
  if (best && best.share === 1) return best.delimiter;
  const words = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  const spaced = regularity(words);
  const cells = words.flat();
  if (spaced.fields > 1 && spaced.share === 1 && cells.filter(isNumber).length > cells.length / 2) return 'spaces';
  return best?.delimiter ?? null;
}

/** The most common number of fields, and the share of records that have it. */
function regularity(records: readonly (readonly string[])[]): { readonly fields: number; readonly share: number } {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  const [fields, rows] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  return { fields, share: records.length === 0 ? 0 : rows / records.length };
}
