import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Audit, auditSchema } from '../audit/audit.ts';
import type { AuditOrder } from '../audit/order.ts';
import { UserError } from '../errors.ts';
import { type EngineMessage, errorOf, parseMessageOf } from '../review/protocol.ts';
import type { EngineRequest, Progress } from '../review/request.ts';
import { type Review, reviewSchema } from '../review/review.ts';
import { childEnvironment } from './child-environment.ts';
import { isolatedCommand } from './isolation.ts';

export interface EngineProcess {
  /** The child's program: `engine.ts` in a checkout, `engine.js` when built. */
  readonly entry: URL;
  readonly limitSeconds: number;
  /** Bound on the child's resident memory; watched where `/proc` is there, else on the JavaScript heap alone. */
  readonly limitBytes: number;
  /** What the parent's environment holds; only names of an allow-list reach the child. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Without network, in namespaces of its own: for machines that were tried out. Absent: with what the parent has. */
  readonly isolated?: boolean;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

const MIB = 2 ** 20;
const MEMORY_POLL_MS = 200;
/** A child that has answered may still be closing its native libraries. */
const GRACE_MS = 2000;
const STDERR_KEPT = 8192;

/** One piece of work for the engine. */
interface Work<T> {
  /** As the user asked for it. */
  readonly name: 'review' | 'audit';
  readonly message: EngineRequest | AuditOrder;
  readonly scratch: string;
  parse(raw: unknown): EngineMessage<T>;
}

const parseReview = parseMessageOf(reviewSchema);
const parseAudit = parseMessageOf(auditSchema);

/** Runs one review in a child process; see `runWork`. */
export function runEngine(request: EngineRequest, options: EngineProcess): Promise<Review> {
  return runWork({ name: 'review', message: request, scratch: request.folders.scratch, parse: parseReview }, options);
}

/** Runs one audit in a child process; see `runWork`. */
export function runAuditEngine(order: AuditOrder, options: EngineProcess): Promise<Audit> {
  return runWork({ name: 'audit', message: order, scratch: order.request.folders.scratch, parse: parseAudit }, options);
}

/**
 * Has a child process do one piece of work. The promise settles only when the child is gone; an error in the child after
 * it has answered does not count. Throws a `UserError` where the child was stopped or died, and what the child threw.
 */
async function runWork<T>({ name, message: order, scratch, parse }: Work<T>, options: EngineProcess): Promise<T> {
  if (options.signal.aborted) throw interrupted(name);
  const heap = `--max-old-space-size=${Math.max(64, Math.floor((options.limitBytes * 0.6) / MIB))}`;
  const plain = [process.execPath, heap, fileURLToPath(options.entry)];
  const [command, ...args] = (options.isolated === true ? isolatedCommand(plain) : plain) as [string, ...string[]];
  const child = spawn(command, args, {
    cwd: scratch,
    env: { ...childEnvironment(options.environment), ...placesIn(scratch) },
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  const ended = waitForEnd(child);
  let answer: Exclude<EngineMessage<T>, { kind: 'progress' }> | null = null;
  let stopped: Error | null = null;
  const stop = (error: Error): void => {
    if (!answer) stopped ??= error;
    child.kill('SIGKILL');
  };

  const onAbort = () => stop(interrupted(name));
  options.signal.addEventListener('abort', onAbort, { once: true });
  const clock = setTimeout(() => stop(tooSlow(name, options.limitSeconds)), options.limitSeconds * 1000);
  const memory = setInterval(() => {
    if (residentBytes(child.pid) > options.limitBytes) stop(tooBig(options.limitBytes));
  }, MEMORY_POLL_MS);
  let grace: NodeJS.Timeout | undefined;
  child.on('message', (raw) => {
    if (answer || stopped) return;
    try {
      const message = parse(raw);
      if (message.kind === 'progress') options.onProgress(message.progress);
      else {
        answer = message;
        grace = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      }
    } catch (error) {
      stop(error as Error);
    }
  });
  child.send(order, (error) => {
    if (error) child.kill('SIGKILL');
  });

  try {
    return settle(await ended, answer, stopped, options.limitBytes);
  } finally {
    clearTimeout(clock);
    clearTimeout(grace);
    clearInterval(memory);
    options.signal.removeEventListener('abort', onAbort);
  }
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly startError: Error | null;
}

function waitForEnd(child: ChildProcess): Promise<End> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr = (stderr + part).slice(-STDERR_KEPT);
  });
  return new Promise((resolve) => {
    child.once('error', (startError) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, stderr, startError });
    });
    child.once('close', (code, signal) => resolve({ code, signal, stderr, startError: null }));
  });
}

function settle<T>(
  end: End,
  answer: Exclude<EngineMessage<T>, { kind: 'progress' }> | null,
  stopped: Error | null,
  limitBytes: number,
): T {
  if (answer?.kind === 'result') return answer.result;
  if (answer?.kind === 'failure') throw errorOf(answer.failure);
  if (stopped) throw stopped;
  if (end.startError) throw new Error(`the engine could not be started: ${end.startError.message}`);
  if (/heap out of memory|std::bad_alloc|Cannot allocate memory/.test(end.stderr)) throw tooBig(limitBytes);
  if (end.signal !== null)
    throw new UserError('engine-died', `The engine was killed (${end.signal}) before it had an answer.`, {
      hint:
        end.signal === 'SIGKILL'
          ? 'Most likely the machine ran out of memory: lower `shadows.max_rows` or use a larger machine.'
          : 'Run again, with `device: cpu` where a graphics processor trains; if it happens again, please report it with the file that it was reading.',
    });
  const bug = new Error(`the engine ended with code ${end.code} and no answer`);
  bug.stack = `${bug.message}\n${end.stderr}`;
  throw bug;
}

/** Libraries that look for a home or a temporary folder find the scratch folder, which the parent removes. */
function placesIn(scratch: string): Record<string, string> {
  return Object.fromEntries(['HOME', 'USERPROFILE', 'TMPDIR', 'TMP', 'TEMP'].map((name) => [name, scratch]));
}

/** Resident bytes of a process as Linux tells them; 0 where nobody does. */
function residentBytes(pid: number | undefined): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function interrupted(name: Work<unknown>['name']): UserError {
  return new UserError('interrupted', `The ${name} was interrupted before it had an answer.`, {
    hint: 'Nothing was written.',
  });
}

const FASTER = {
  review: 'Raise the budget (`--budget`, or `shadows.budget`), or lower `shadows.max_rows`.',
  audit: 'Raise `--budget`, name fewer attacks or `--poisons`, or lower `shadows.max_rows`.',
} as const;

function tooSlow(name: Work<unknown>['name'], seconds: number): UserError {
  return new UserError('engine-time', `The engine was stopped: no answer after ${Math.round(seconds)} seconds.`, {
    hint: FASTER[name],
  });
}

function tooBig(bytes: number): UserError {
  return new UserError('engine-memory', `The engine was stopped: it needed more than ${Math.round(bytes / MIB)} MiB.`, {
    hint: 'Lower `shadows.max_rows`, or use a machine with more memory.',
  });
}
