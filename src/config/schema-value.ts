import { z } from 'zod';
import { suggest } from './suggest.ts';
import { isDate, parseChoice, parseDecimal, parseDuration, parseFlag, parseWhole } from './values.ts';
import { quote } from './yaml-tree.ts';

/**
 * A value of the configuration, read from the text that stands in the file: YAML's own guesses (`no`, `1e3`, `007`)
 * never come into it. `json` is what an editor's JSON schema says of the same value.
 */
export function scalar<T>(expected: string, json: Record<string, unknown>, read: (text: string) => T | undefined) {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = typeof value === 'string' ? read(value) : undefined;
      if (result !== undefined) return result;
      context.addIssue({ code: 'custom', message: `expected ${expected}, received ${received(value)}` });
      return z.NEVER;
    })
    .meta(json);
}

/** A short non-empty text on one line; numbers and `true` are taken as they are written. */
export function text(what: string, limit = 200) {
  return scalar(what, { type: ['string', 'number', 'boolean'] }, (value) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    value.trim() !== '' && value.length <= limit && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value)
      ? value
      : undefined,
  );
}

/** True for a path relative to the repository's root, with forward slashes, that stays inside it. */
export function isRepoPath(path: string): boolean {
  const inside = !path.startsWith('/') && !/^[A-Za-z]:/.test(path) && !path.split('/').includes('..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return inside && path.trim() !== '' && path.length <= 1000 && !/[\u0000-\u001f\u007f\\]/.test(path);
}

export function repoPath(what: string) {
  const expected = `${what} (relative to the repository's root, with forward slashes, without "..")`;
  return scalar(expected, { type: 'string' }, (value) =>
    isRepoPath(value) ? value.replace(/^(\.\/+)+/, '') : undefined,
  );
}

export function decimal(min: number, max: number) {
  return scalar(`a number from ${min} to ${max}`, { type: 'number', minimum: min, maximum: max }, (value) =>
    parseDecimal(value, { min, max }),
  );
}

export function whole(min: number, max: number) {
  return scalar(`a whole number from ${min} to ${max}`, { type: 'integer', minimum: min, maximum: max }, (value) =>
    parseWhole(value, { min, max }),
  );
}

export const duration = scalar('a duration such as 90s, 5m or 1h30m', { type: 'string' }, parseDuration);
export const flag = scalar('true or false', { type: 'boolean' }, parseFlag);
export const date = scalar('a date such as 2027-01-31', { type: 'string', format: 'date' }, (value) =>
  isDate(value) ? value : undefined,
);

export function choice<const W extends string>(...words: readonly W[]) {
  return scalar(words.map((word) => `"${word}"`).join(' or '), { enum: words }, (value) => parseChoice(value, words));
}

/** A record with these keys and no other; an unknown key's message proposes the nearest one. */
export function record<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  const required = known.filter((key) => !(shape[key] instanceof z.ZodOptional));
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => unknownWord('key', key, known)).join('\n')
          : undefined,
    })
    .meta(required.length > 0 ? { required } : {});
}

/** Says that a word is unknown, and which one may have been meant. */
export function unknownWord(kind: string, word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  if (near !== null) return `unknown ${kind} ${quote(word)}; did you mean "${near}"?`;
  return `unknown ${kind} ${quote(word)}; known: ${known.slice(0, 20).join(', ')}`;
}

/** What stands in the file, for a message: never more than a short excerpt. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing (it is missing)';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? quote(value) : 'a mapping (key: value)';
}
