import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Job, Way } from './job.ts';

/** A peer that runs: each job is asked by a line, and answered by one. */
export interface Worker {
  /** Seconds a model; null where the peer ended or cannot do that. */
  run(way: Way, job: Job, models: number): Promise<number | null>;
  close(): void;
}

export function startWorker(command: string, args: readonly string[]): Worker {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', process.env.TASTER_PEERS_DEBUG ? 'inherit' : 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  return {
    async run(way, job, models) {
      child.stdin.write(`${JSON.stringify({ way, job, models })}\n`);
      // What a library prints of its own is passed over.
      for (;;) {
        const { done, value } = await lines.next();
        if (done) return null;
        if (value.startsWith('{"seconds"')) return (JSON.parse(value) as { seconds: number }).seconds;
      }
    },
    close: () => void child.stdin.end(),
  };
}
