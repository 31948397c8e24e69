import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readLines } from '../json-lines.ts';

/** What a bench was asked; equal jobs have equal answers but for the time that they take. */
export interface BenchJob {
  readonly bench: string;
}

/** One answer, a line of a file of JSON lines. */
export interface BenchLine<J extends BenchJob = BenchJob> {
  readonly job: J;
}

/** How a bench is run. */
export interface BenchOptions {
  /** Seeds; a bench's own where left out. */
  readonly seeds: readonly number[] | null;
  /** Only these data sets; all of a bench's where left out. */
  readonly data?: readonly string[] | undefined;
  /** File that lines are appended to as they come; null for none. */
  readonly out: string | null;
  /** Jobs that the file answers are not run again. */
  readonly resume: boolean;
  /** What the file answers is all: nothing is run. */
  readonly recorded?: boolean;
}

/** Runs jobs one after the other, in their order; each answer is written as soon as it is there. */
export async function runJobs<L extends BenchLine>(
  asked: readonly L['job'][],
  { out, resume, recorded = false }: Omit<BenchOptions, 'seeds' | 'data'>,
  run: (job: L['job']) => Promise<L>,
): Promise<L[]> {
  const known = new Map(resume || recorded ? readLines<L>(out).map((line) => [JSON.stringify(line.job), line]) : []);
  const jobs = recorded ? asked.filter((job) => known.has(JSON.stringify(job))) : asked;
  const lines: L[] = [];
  for (const [index, job] of jobs.entries()) {
    const key = JSON.stringify(job);
    const line = known.get(key) ?? (await run(job));
    lines.push(line);
    if (out !== null && !known.has(key)) {
      mkdirSync(dirname(out), { recursive: true });
      appendFileSync(out, `${JSON.stringify(line)}\n`);
    }
    console.error(`${index + 1}/${jobs.length} ${key}${known.has(key) ? ' known' : ''}`);
  }
  return lines;
}
