import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from './job.ts';

/** Results in a file of an earlier run that answer one of these jobs. */
export function readResults(file: string | null, jobs: readonly Job[]): JobResult[] {
  if (file === null || !existsSync(file)) return [];
  const asked = new Set(jobs.map((job) => JSON.stringify(job)));
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JobResult)
    .filter(({ job }) => asked.delete(JSON.stringify(job)));
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
    /** A file of results whose oracles still hold. */
    oracles?: string | undefined;
  },
): Promise<JobResult[]> {
  const results = at.resume ? readResults(at.file, jobs) : [];
  const known = new Set(results.map(({ job }) => JSON.stringify(job)));
  const waiting = jobs.filter((job) => !known.has(JSON.stringify(job)));
  const oracles = new Map(
    readResults(at.oracles ?? null, waiting).map((result) => [JSON.stringify(result.job), result]),
  );
  const end = performance.now() + (at.untilSeconds ?? 1e9) * 1000;
  const work = async () => {
    const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)));
    for (let job = waiting.shift(); job && performance.now() < end; job = waiting.shift()) {
      const answer = new Promise<{ result?: JobResult; error?: string }>((resolve) => {
        worker.once('message', (message) => resolve(message as { result?: JobResult; error?: string }));
        worker.once('exit', (code) => resolve({ error: `worker ended with ${code}` }));
      });
      worker.send({ job, threads: at.threads, known: oracles.get(JSON.stringify(job)) });
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
