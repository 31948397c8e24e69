import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { UserError } from '../errors.ts';

export interface GitResult {
  readonly code: number;
  readonly output: Buffer;
  readonly complaint: string;
}

/** Settings by which nothing that the repository configures is run. */
const SAFE = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'diff.external=',
  'protocol.ext.allow=never',
  'protocol.file.allow=user',
  'submodule.recurse=false',
  'core.quotePath=false',
  'gc.auto=0',
];
const OUTPUT_LIMIT = 1 << 28;

/** Where standard output goes and what comes in; without, the output is collected and there is no input. */
export interface GitStreams {
  readonly sink?: Writable | undefined;
  readonly input?: string | undefined;
  /** Variables for this one command. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Ends the command, which then answers as one that failed. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs git without a shell, without hooks, prompts or pagers. */
export async function runGit(
  folder: string,
  args: readonly string[],
  { sink, input, env: more, signal }: GitStreams = {},
): Promise<GitResult> {
  const settings = SAFE.flatMap((setting) => ['-c', setting]);
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_EXTERNAL_DIFF: '',
    LC_ALL: 'C',
    ...more,
  };
  return await new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', folder, ...settings, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const stop = () => child.kill();
    signal?.addEventListener('abort', stop, { once: true });
    // Git may end before it has read all: its exit code tells.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const output: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      reject(
        missing
          ? new UserError('git-missing', 'The program `git` was not found.', {
              hint: 'Install git, and see that it is on the path.',
              cause: error,
            })
          : error,
      );
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 10_000) complaint += chunk.toString();
    });
    if (sink) {
      child.stdout.pipe(sink);
      sink.once('error', (error) => {
        child.kill();
        reject(error);
      });
    } else
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > OUTPUT_LIMIT) child.kill();
        else output.push(chunk);
      });
    const done = (code: number | null) => resolve({ code: code ?? 1, output: Buffer.concat(output), complaint });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      sink && !sink.writableFinished && !sink.destroyed ? sink.once('close', () => done(code)) : done(code);
    });
  });
}
