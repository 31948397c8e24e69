import { quoteText } from './quote.ts';

/** Words that stand for "no value" in a numeric or date column, in lower case. In other columns only nothing does. */
export const MISSING_WORDS = [
  'na',
  'n/a',
  'nan',
  '-nan',
  'null',
  'none',
  'nil',
  '?',
  '-',
  'inf',
  '-inf',
  '+inf',
  'infinity',
  '-infinity',
  '+infinity',
  'missing',
];

const WORDS = new Set(MISSING_WORDS);

export function isMissingWord(value: string): boolean {
  return WORDS.has(value.toLowerCase());
}

/** SQL condition: the expression is a missing word. */
export function missingWordSql(expression: string): string {
  return `lower(${expression}) IN (${MISSING_WORDS.map(quoteText).join(', ')})`;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A finite decimal number as people write it; hexadecimal, NaN and infinity are not. */
export function isNumber(value: string): boolean {
  return NUMBER.test(value) && Number.isFinite(Number(value));
}
