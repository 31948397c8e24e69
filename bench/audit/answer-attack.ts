import { availableParallelism } from 'node:os';
import { markdownTable } from 'markdown-table';
import type { Attack, AuditOptions } from '../../src/audit/attack.ts';
import type { AuditTable, Cell } from '../../src/audit/audit.ts';
import { describeSlice } from '../../src/training/slice.ts';
import { dataFolder } from '../detection/data-sets.ts';
import { openProcessor } from '../performance/processor.ts';
import { attackRun } from './attack-run.ts';
import { type BenchLine, type BenchOptions, runJobs } from './recorded.ts';
import { openSubject, TABLES, type TableName } from './subjects.ts';

interface Job {
  readonly bench: string;
  readonly data: TableName;
  readonly seed: number;
  readonly models: number;
}

interface Line extends BenchLine<Job> {
  readonly slice: string;
  readonly tables: readonly AuditTable[];
  readonly seconds: number;
}

/** Runs an attack as an audit would, on each data set with each seed, and gives its tables over the seeds as markdown. */
export async function benchAttack(
  attack: Attack,
  { seeds, data, ...how }: BenchOptions & { readonly seeds: readonly number[] },
  { models, options }: { readonly models: number; readonly options: Partial<AuditOptions> },
): Promise<string> {
  const asked = TABLES.filter((name) => data?.includes(name) ?? true);
  const jobs = seeds.flatMap((seed) => asked.map((data): Job => ({ bench: attack.id, data, seed, models })));
  const threads = availableParallelism();
  const runtime = await openProcessor(threads);
  try {
    const lines = await runJobs<Line>(jobs, how, async (job) => {
      const started = performance.now();
      const subject = await openSubject(job.data, { data: dataFolder()!, models, threads, runtime });
      const found = await attack.run(attackRun(subject, { runtime, seed: `bench/${job.seed}`, options }));
      if (found.outcome !== 'measured') throw new Error(`${attack.id} on ${job.data}: ${found.summary}`);
      const seconds = (performance.now() - started) / 1000;
      return { job, slice: describeSlice(subject.training.plan.slice), tables: found.tables, seconds };
    });
    return [...Map.groupBy(lines, ({ job }) => job.data)].map(([name, own]) => tablesOf(name, own)).join('\n\n');
  } finally {
    await runtime.close();
  }
}

/** The tables of one data set: figures as means over seeds, with the least and the most; false positives of all. */
function tablesOf(data: string, lines: readonly Line[]): string {
  const { tables, slice, job } = lines[0]!;
  const seconds = lines.map((line) => line.seconds.toFixed(0)).join(', ');
  const seeds = lines.map((line) => line.job.seed).join(', ');
  const parts = tables.map(({ title, columns, rows }, at) => {
    const cells = rows.map((row, r) => row.map((_, c) => meanOf(lines.map((line) => line.tables[at]!.rows[r]![c]!))));
    return `**${title}**\n\n${markdownTable([columns, ...cells])}`;
  });
  return [`### ${data}\n\n${slice}, ${job.models} shadow models an ensemble, seeds ${seeds}; ${seconds} s.`, ...parts].join('\n\n'); // biome-ignore format: one list
}

function meanOf(cells: readonly Cell[]): string {
  const measures = cells.filter((cell) => typeof cell !== 'string');
  if (measures.length === 0) return cells[0] as string;
  const values = measures.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return 'unknown';
  const isRate = ['rate', 'share'].includes(measures[0]!.unit);
  const say = (value: number) => (isRate ? (100 * value).toFixed(1) : value.toFixed(2));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const behind = measures.reduce((sum, { falsePositives = 0 }) => sum + falsePositives, 0);
  const range = values.length > 1 ? ` [${say(Math.min(...values))}, ${say(Math.max(...values))}]` : '';
  return `${say(mean)}${isRate ? '%' : ''}${range}${behind > 0 ? ` (${behind} FP)` : ''}`;
}
