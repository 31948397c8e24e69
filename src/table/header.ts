import { isMissingWord, isNumber } from './missing.ts';

/** Planning a query takes the database more than a minute beyond a few thousand columns. */
export const MOST_COLUMNS = 2000;

const NAME_LIMIT = 200;

/**
 * Whether the first record names the columns. It does when it holds a column that the options name; when its cells are
 * the numbers 0, 1, 2 ... (an unnamed frame); when some word of it stands above a column of numbers. It does not when
 * one of its cells is a number or missing, is longer than 200 characters, or comes again below in its own column.
 */
export function hasHeader(records: readonly (readonly string[])[], declared: readonly string[]): boolean {
  const [first, ...rest] = records;
  if (!first) return false;
  if (declared.some((name) => first.includes(name))) return true;
  if (first.length > 1 && isCounting(first)) return true;
  const isWord = (cell: string) => cell !== '' && !isNumber(cell) && !isMissingWord(cell);
  const below = (at: number) =>
    rest.map((record) => record[at] ?? '').filter((cell) => cell !== '' && !isMissingWord(cell));
  const typeBreak = first.some((cell, at) => isWord(cell) && below(at).length > 0 && below(at).every(isNumber));
  if (typeBreak) return true;
  const body = first.slice(first[0] === '' ? 1 : 0);
  if (body.some((cell) => !isWord(cell) || cell.length > NAME_LIMIT)) return false;
  return !first.some((cell, at) => rest.some((record) => record[at] === cell && cell !== ''));
}

/** `0,1,2,...`, with or without an empty first cell for the index. */
function isCounting(cells: readonly string[]): boolean {
  const numbers = cells[0] === '' ? cells.slice(1) : cells;
  return numbers.length > 1 && numbers.every((cell, at) => cell === String(at));
}

/** Column names that are not empty and not equal: an empty one becomes `column3`, a second `x` becomes `x.1`. */
export function nameColumns(cells: readonly string[]): string[] {
  const seen = new Set<string>();
  return cells.map((cell, at) => {
    const name =
      cell
        .replace(/^\ufeff/, '')
        .trim()
        .normalize('NFC') || `column${at + 1}`;
    let unique = name;
    for (let copy = 1; seen.has(unique); copy++) unique = `${name}.${copy}`;
    seen.add(unique);
    return unique;
  });
}

/** Whether a name is one that was given for want of a header. */
export function isNumbered(name: string): boolean {
  return /^column\d+$/.test(name);
}

/** `column1`, `column2` ...: the names of a file without header. */
export function numberedColumns(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `column${at + 1}`);
}
