import { oneLine } from '../errors.ts';

export type LogFormat = 'text' | 'json';

/** Beside the sentence: what a machine looks for. Names and numbers of repositories, runs and times; no content. */
export interface LogFields {
  readonly level?: 'info' | 'warning' | 'error';
  readonly event?: string;
  /** Key of the run: repository and head commit. */
  readonly run?: string;
  readonly [name: string]: string | number | boolean | null | undefined;
}

export type BotLog = (line: string, fields?: LogFields) => void;

export interface BotLogOptions {
  readonly format: LogFormat;
  /** Never written, whoever puts them into a sentence. */
  readonly secrets: readonly string[];
  write(line: string): void;
  now(): number;
}

/** Tokens of GitHub, and credentials in an address: a library may repeat what it was given. */
const TOKENS =
  /\b(?:gh[a-z]_|github_pat_)\w{16,}|\bey[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|(?<=:\/\/)[^/\s:@]+:[^/\s@]+(?=@)/g;
const LINE_CHARACTERS = 1500;

/** The App's log: one line an event, as a sentence or as JSON (`time` in UTC, `level`, `message` and the fields). */
export function botLog({ format, secrets, write, now }: BotLogOptions): BotLog {
  // Of a key in several lines, each: a library may break them anew.
  const known = secrets.flatMap((secret) => [secret, ...secret.split('\n')]).filter(({ length }) => length >= 8);
  const clean = (text: string): string => {
    let shown = text;
    for (const secret of known) shown = shown.replaceAll(secret, '[secret]');
    return oneLine(shown.replace(TOKENS, '[secret]'), LINE_CHARACTERS);
  };
  return (line, { level = 'info', ...fields } = {}) => {
    if (format === 'text') return write(`${clean(line)}\n`);
    const told = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? clean(value) : value,
    ]);
    const time = new Date(now()).toISOString();
    write(`${JSON.stringify({ time, level, message: clean(line), ...Object.fromEntries(told) })}\n`);
  };
}
