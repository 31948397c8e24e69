/** Registered for the whole process: built programs that load one another have a class each. */
const MARK = Symbol.for('taster.UserError');

/** Bad news that the user can mend: what was expected, what was received, and what to do. */
export class UserError extends Error {
  readonly [MARK] = true;
  readonly code: string;
  readonly hint: string;
  /** True where the cause lies outside the change (a download, GitHub's 5xx): it has a switch of its own. */
  readonly infrastructure: boolean;

  constructor(code: string, message: string, options: { hint: string; infrastructure?: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.hint = options.hint;
    this.infrastructure = options.infrastructure ?? false;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARK in value;
  }
}

const LINE_LIMIT = 500;

/** Makes a foreign text fit for one line of a log: no control characters, no workflow commands, bounded length. */
export function oneLine(text: string, limit: number = LINE_LIMIT): string {
  const flat = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .replaceAll('::', ':\u200a:')
    .replaceAll('##[', '#\u200a#[')
    .trim();
  return flat.length > limit ? `${flat.slice(0, limit - 1)}…` : flat;
}

/** Any error as one clean line. A user error carries its hint; everything else is called a bug. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return oneLine(`${error.message} ${error.hint}`, 2 * LINE_LIMIT);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return oneLine(`This is a bug in Taster, please report it with the stack below. ${message}`);
}
