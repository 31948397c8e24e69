import { isNumber } from './missing.ts';

/** A list of numbers in brackets, as JSON, Parquet and arrays give it; a missing element has a word. */
const ELEMENT = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?i:nan|inf|infinity|null)`;
const LIST = String.raw`\[\s*(?:${ELEMENT})(?:\s*,\s*(?:${ELEMENT}))*\s*\]`;
const MISSING = /^[+-]?(?:nan|inf|infinity|null)$/i;
const NINE = '9'.charCodeAt(0);

/** SQL condition: the text is a list of numbers. */
export function listSql(column: string): string {
  return `CASE WHEN prefix(${column}, '[') THEN regexp_full_match(${column}, '${LIST}') ELSE false END`;
}

/** SQL: how many elements a list has. */
export function widthSql(column: string): string {
  return `1 + length(${column}) - length(replace(${column}, ',', ''))`;
}

/** The numbers of a list, NaN for a missing one; null for a text that is no list of numbers. */
export function parseList(text: string | null | undefined): Float64Array | null {
  const length = listLength(text);
  if (length === null || text === null || text === undefined) return null;
  const numbers = new Float64Array(length);
  let from = 1;
  for (let at = 0; at < numbers.length; at++) {
    const comma = text.indexOf(',', from);
    const element = text.slice(from, comma < 0 ? text.length - 1 : comma);
    const value = parseNumber(element);
    if (Number.isNaN(value) && !MISSING.test(element.trim())) return null;
    numbers[at] = value;
    from = comma + 1;
  }
  return numbers;
}

/** NaN for what is no decimal number. Most elements are plain ones, and are spared the closer look. */
function parseNumber(element: string): number {
  const value = Number(element);
  const isPlain = value !== 0 && Number.isFinite(value) && element > '!' && !(element.charCodeAt(1) > NINE);
  if (isPlain) return value;
  const word = element.trim();
  return isNumber(word) ? Number(word) : Number.NaN;
}

/** How many elements a list has, by its commas alone; null for a text without the brackets of one. */
export function listLength(text: string | null | undefined): number | null {
  if (!text?.startsWith('[') || !text.endsWith(']')) return null;
  let count = 1;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) count++;
  return count;
}
