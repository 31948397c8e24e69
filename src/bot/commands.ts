import { checkFamilies } from '../checks/ids.ts';

/** What a person asks of the App in a comment. Texts are foreign: whoever shows them escapes them. */
export type Command =
  | { readonly kind: 'help' | 'rerun' | 'how-to-accept' }
  | { readonly kind: 'explain'; readonly about: string }
  | Accept
  /** `problem` is a sentence of ours and holds nothing of the comment. */
  | { readonly kind: 'misread'; readonly problem: string };

export interface Accept {
  readonly kind: 'accept';
  readonly check: string;
  /** Null: all that the check found. */
  readonly rows: readonly string[] | null;
  /** The last day (UTC) on which it counts, as 2027-01-31. */
  readonly until: string;
  readonly reason: string;
}

export const LINE_CHARACTERS = 2000;
export const REASON_CHARACTERS = 500;
const MOST_ROWS = 100;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 366;
/** Signs that change what is seen, or show nothing: a line that was copied may hold what its reader never saw. */
const HIDDEN = /[\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * The command that a comment is; null for every other comment. Only its first line counts, from its first sign on: what
 * is quoted, indented, in a block of code or in a hidden remark begins with another one.
 */
export function commandLine(body: string): string | null {
  const line = /^\/taster(?![\w/-])[^\r\n]*/.exec(body.slice(0, LINE_CHARACTERS + 1))?.[0];
  // No database takes a zero or half a sign.
  return line?.toWellFormed().replaceAll('\0', '\ufffd').trimEnd() ?? null;
}

/** Reads a command. `now` (milliseconds since 1970) is when it was said. */
export function parseCommand(line: string, now: number): Command {
  if (line.length > LINE_CHARACTERS) return misread(`The command is longer than ${LINE_CHARACTERS} characters.`);
  if (HIDDEN.test(line.replaceAll('\t', ' ')))
    return misread('The command holds signs that cannot be seen. Type it by hand.');
  const [, word = '', rest = ''] = /^\/taster\s*(\S*)\s*(.*)$/.exec(line) ?? [];
  if (word === '' || word === 'help') return { kind: 'help' };
  if (word === 'rerun') return rest === '' ? { kind: 'rerun' } : misread('Nothing follows `rerun`.');
  if (word === 'explain')
    return rest === '' ? misread('`explain` wants a check or a row.') : { kind: 'explain', about: rest };
  if (word === 'accept') return rest === '' ? { kind: 'how-to-accept' } : parseAccept(rest, now);
  return misread('There is no such command.');
}

function parseAccept(rest: string, now: number): Command {
  const form = /^(\S+)(?:\s+(\S.*?))??\s+until\s+(\S+)\s+because\s+(\S.*)$/.exec(rest);
  if (!form) return misread('`accept` wants a check, `until` with a date, and `because` with a reason.');
  const [, check = '', named, until = '', reason = ''] = form;
  if (!checkFamilies.has(check)) return misread('There is no such check.');
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(`${until}T00:00:00Z`) : Number.NaN;
  // Date.parse takes a thirtieth of February for the second of March.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== until)
    return misread('The date is not one of the form 2027-01-31.');
  if (day + DAY_MS <= now) return misread('The date is over.');
  if (day > now + LONGEST_DAYS * DAY_MS) return misread('The date is more than a year away.');
  if (Array.from(reason).length > REASON_CHARACTERS)
    return misread(`The reason is longer than ${REASON_CHARACTERS} characters.`);
  const rows = named?.split(',').map((row) => row.trim()) ?? null;
  if (rows?.includes('')) return misread('Between two commas stands no row.');
  if (rows && rows.length > MOST_ROWS) return misread(`More than ${MOST_ROWS} rows are named.`);
  return { kind: 'accept', check, rows, until, reason };
}

const misread = (problem: string): Command => ({ kind: 'misread', problem });
