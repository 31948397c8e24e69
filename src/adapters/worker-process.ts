import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  parseWorkerMessage,
  type WorkerMessage,
  type WorkerRequest,
  type WorkerResult,
} from '../bot/worker-protocol.ts';
import { errorOf } from '../review/protocol.ts';
import type { Progress } from '../review/request.ts';
import { childEnvironment } from './child-environment.ts';

export interface WorkerProcess {
  /** The child's program: `bot-worker.ts` in a checkout, `bot-worker.js` when built. */
  readonly entry: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** What git and a review's cache need beside. The App's key, secret and database are not among them. */
const ENVIRONMENT = [
  ...['HOME', 'XDG_CACHE_HOME', 'ONNXRUNTIME_NODE_INSTALL'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'NODE_EXTRA_CA_CERTS'],
];
/** What an interrupted child has to put its own child away. */
const GRACE_MS = 5000;
const LESS_PRIORITY = 10;
const LOWEST_PRIORITY = 19;

/**
 * Has one change cloned and reviewed by a child in a folder of its own, which is gone afterwards whatever became of the
 * child. Throws what the child threw, and a plain Error where it was killed or interrupted.
 */
export async function runWorker(request: WorkerRequest, options: WorkerProcess): Promise<WorkerResult> {
  options.signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'taster-bot-'));
  try {
    return await runIn(folder, request, options);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runIn(folder: string, request: WorkerRequest, options: WorkerProcess): Promise<WorkerResult> {
  const child = fork(fileURLToPath(options.entry), [], {
    cwd: folder,
    env: { ...childEnvironment(options.environment, ENVIRONMENT), TMPDIR: folder },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
  });
  yieldTo(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  let answer: Exclude<WorkerMessage, { kind: 'progress' }> | null = null;
  let broken: Error | null = null;
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    grace ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  options.signal.addEventListener('abort', stop, { once: true });
  child.on('message', (raw) => {
    try {
      const message = parseWorkerMessage(raw);
      if (message.kind === 'progress') options.onProgress(message.progress);
      else answer ??= message;
    } catch (error) {
      broken ??= error as Error;
      stop();
    }
  });
  child.send(request, (error) => {
    if (error) stop();
  });
  try {
    return settle(await ended, { answer, broken, signal: options.signal });
  } finally {
    clearTimeout(grace);
    options.signal.removeEventListener('abort', stop);
  }
}

/** A review takes all the processors there are: webhooks and the database go first. Its own children inherit it. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(LOWEST_PRIORITY, getPriority() + LESS_PRIORITY));
  } catch {
    // It is gone, or the system knows no priorities.
  }
}

interface Settled {
  readonly answer: Exclude<WorkerMessage, { kind: 'progress' }> | null;
  readonly broken: Error | null;
  readonly signal: AbortSignal;
}

function settle(end: string, { answer, broken, signal }: Settled): WorkerResult {
  signal.throwIfAborted();
  if (broken) throw broken;
  if (answer?.kind === 'result') return answer.result;
  if (answer?.kind === 'failure') throw errorOf(answer.failure);
  throw new Error(`the worker ended without an answer (${end})`);
}
