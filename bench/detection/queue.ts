import { fork } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readLines } from '../json-lines.ts';
import type { Job, JobResult } from './job.ts';

/** Results in a file of an earlier run that answer one of these jobs. */
export function readResults(file: string | null, jobs: readonly Job[]): JobResult[] {
  const asked = new Set(jobs.map((job) => JSON.stringify(job)));
  return readLines<JobResult>(file).filter(({ job }) => asked.delete(JSON.stringify(job)));
}

/** What an oracle is asked: two jobs that make the same change differ only in how the review looks at it. */
const changeOf = ({ kind, shadows, nonce, checks, pulls, budget, power, ...change }: Job) => JSON.stringify(change);

function readOracles(file: string | null): Map<string, JobResult> {
  return new Map(readLines<JobResult>(file).map((result) => [changeOf(result.job), result]));
}

/**
 * Runs jobs in worker processes and appends each result as a line of JSON as soon as it is there; to resume is
 * not to run again what the file answers.
 */
export async function runJobs(
  jobs: readonly Job[],
  at: {
    workers: number;
    threads: number;
    file: string | null;
    untilSeconds?: number;
    resume?: boolean;
    /** A file of results: its oracles hold for every job that makes the same change. */
    oracles?: string | undefined;
  },
): Promise<JobResult[]> {
  const results = at.resume ? readResults(at.file, jobs) : [];
  const known = new Set(results.map(({ job }) => JSON.stringify(job)));
  const waiting = jobs.filter((job) => !known.has(JSON.stringify(job)));
  const oracles = readOracles(at.oracles ?? null);
  const end = performance.now() + (at.untilSeconds ?? 1e9) * 1000;
  const work = async () => {
    const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)));
    for (let job = waiting.shift(); job && performance.now() < end; job = waiting.shift()) {
      const answer = new Promise<{ result?: JobResult; error?: string }>((resolve) => {
        worker.once('message', (message) => resolve(message as { result?: JobResult; error?: string }));
        worker.once('exit', (code) => resolve({ error: `worker ended with ${code}` }));
      });
      worker.send({ job, threads: at.threads, known: oracles.get(changeOf(job)) });
      const { result, error } = await Promise.race([
        answer,
        new Promise<{ result?: JobResult; error?: string }>((resolve) =>
          setTimeout(() => resolve({ error: 'out of time' }), Math.max(0, end - performance.now())).unref(),
        ),
      ]);
      if (result) {
        results.push(result);
        if (at.file) appendFileSync(at.file, `${JSON.stringify(result)}\n`);
      }
      process.stderr.write(
        `${results.length}/${jobs.length} ${job.kind} ${job.data} seed ${job.seed} shadows ${job.shadows}: ${result ? `${result.seconds.toFixed(0)} s ${JSON.stringify(Object.entries(result.outcomes).map(([id, one]) => [id, one.outcome, one.rows.length]))}` : error}\n`,
      );
      if (!result) break;
    }
    worker.kill();
  };
  await Promise.all(Array.from({ length: Math.min(at.workers, jobs.length) }, work));
  return results;
}
