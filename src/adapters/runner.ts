import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { UserError } from '../errors.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where an action runs: what the runner tells by its environment, and what it wants to be told. */
export interface Runner {
  readonly eventName: string;
  readonly event: Json;
  /** `owner/name`. */
  readonly repository: string;
  readonly server: string;
  readonly api: string;
  readonly sha: string;
  readonly ref: string;
  readonly run: { readonly id: string; readonly attempt: number };
  readonly workspace: string;
  readonly temp: string;
  /** The text of an input, trimmed; null where it is empty. */
  input(name: string): string | null;
  output(name: string, value: string): void;
  /** Adds markdown to the job summary; a runner without one is no error. */
  summary(markdown: string): void;
}

const EVENT_BYTES = 64 * 2 ** 20;

/** Reads the runner's environment. Throws a UserError where this is no runner. */
export function readRunner(env: Readonly<Record<string, string | undefined>>): Runner {
  const need = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new UserError('no-runner', `${name} is not set: this is not a GitHub Actions runner.`, {
      hint: 'On other machines use the command line: taster review.',
    });
  };
  return {
    eventName: need('GITHUB_EVENT_NAME'),
    event: readEvent(need('GITHUB_EVENT_PATH')),
    repository: need('GITHUB_REPOSITORY'),
    server: env.GITHUB_SERVER_URL || 'https://github.com',
    api: env.GITHUB_API_URL || 'https://api.github.com',
    sha: env.GITHUB_SHA ?? '',
    ref: env.GITHUB_REF ?? '',
    run: { id: env.GITHUB_RUN_ID ?? '0', attempt: Number(env.GITHUB_RUN_ATTEMPT ?? 1) || 1 },
    workspace: env.GITHUB_WORKSPACE || process.cwd(),
    temp: need('RUNNER_TEMP'),
    input: (name) => env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]?.trim() || null,
    output: (name, value) => append(env.GITHUB_OUTPUT, keyed(name, value)),
    summary: (markdown) => append(env.GITHUB_STEP_SUMMARY, `${markdown}\n`),
  };
}

/** A field of foreign JSON by its path; undefined where anything on the way is missing. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, name) ? (found as Json)[name] : undefined,
    value,
  );
}

/** The same as text; null where it is none. */
export function textField(value: unknown, ...path: readonly string[]): string | null {
  const found = field(value, ...path);
  return typeof found === 'string' && found !== '' ? found : null;
}

function readEvent(path: string): Json {
  try {
    if (statSync(path).size > EVENT_BYTES) throw new Error('too large');
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch {
    // Told below: the runner's file is nothing that a user could mend by its content.
  }
  throw new UserError('event', 'The event file (GITHUB_EVENT_PATH) cannot be read as a JSON object.', {
    hint: 'Run the job again.',
    infrastructure: true,
  });
}

function keyed(name: string, value: string): string {
  const end = `end-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

function append(file: string | undefined, text: string): void {
  if (file) appendFileSync(file, text);
}
