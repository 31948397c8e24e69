import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { markdownTable } from 'markdown-table';
import type { Attack, AttackRun, AuditOptions } from '../../src/audit/attack.ts';
import type { AuditTable, Cell } from '../../src/audit/audit.ts';
import { trainShadows } from '../../src/audit/shadows.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import type { EngineRequest } from '../../src/review/request.ts';
import { prepareSubject } from '../../src/review/subject.ts';
import { ENSEMBLES } from '../../src/training/plan.ts';
import { describeSlice } from '../../src/training/slice.ts';
import { poolOf } from '../detection/change.ts';
import { dataFolder, readDataSet } from '../detection/data-sets.ts';
import { openProcessor } from '../performance/processor.ts';

/** Data sets, in this order. */
export const DATA = ['location30', 'sms', 'adult'] as const;
/** What `taster audit` plans with: ten minutes, counted in 16 ensembles. */
const BUDGET_SECONDS = (600 * ENSEMBLES) / 16;

/** How a bench of an attack is run. */
export interface AttackBench {
  readonly seeds: readonly number[] | null;
  /** File that lines are appended to as they come, and whose answers are not asked for again; null for none. */
  readonly out: string | null;
  /** Those of `DATA` that are attacked; all where left out. */
  readonly data?: readonly string[] | undefined;
}

interface Line {
  readonly job: { readonly bench: string; readonly data: string; readonly seed: number; readonly models: number };
  readonly slice: string;
  readonly tables: readonly AuditTable[];
  readonly seconds: number;
}

/** Runs an attack as an audit would, on each data set with each seed, and gives its tables over the seeds as markdown. */
export async function benchAttack(
  attack: Attack,
  {
    seeds,
    out,
    data: asked = DATA,
    models,
  }: AttackBench & { readonly seeds: readonly number[]; readonly models: number },
  options: AuditOptions,
): Promise<string> {
  const folder = dataFolder();
  if (folder === null) return `bench of ${attack.id} skipped: set TASTER_DATA to the folder of data sets.`;
  const known = new Map(linesOf(out).map((line) => [JSON.stringify(line.job), line]));
  const threads = availableParallelism();
  const runtime = await openProcessor(threads);
  const lines: Line[] = [];
  try {
    for (const seed of seeds)
      for (const data of asked) {
        const job = { bench: attack.id, data, seed, models };
        const line = known.get(JSON.stringify(job)) ?? (await runOne(attack, job, { folder, runtime, options }));
        lines.push(line);
        if (out !== null && !known.has(JSON.stringify(job))) {
          mkdirSync(dirname(out), { recursive: true });
          appendFileSync(out, `${JSON.stringify(line)}\n`);
        }
        console.error(`${attack.id}, ${data}, seed ${seed}: ${line.seconds.toFixed(0)} s`);
      }
  } finally {
    await runtime.close();
  }
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  return [machine, ...asked.map((data) => overSeeds(data, lines.filter(({ job }) => job.data === data)))].join('\n\n'); // biome-ignore format: one list
}

const linesOf = (file: string | null): Line[] =>
  file === null || !existsSync(file)
    ? []
    : readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line);

async function runOne(
  attack: Attack,
  job: Line['job'],
  { folder, runtime, options }: { folder: string; runtime: Runtime; options: AuditOptions },
): Promise<Line> {
  const started = performance.now();
  const set = readDataSet(job.data, folder);
  const pool = poolOf({
    ...{ name: set.name, classes: set.classes, labels: set.labels, base: set.labels.length, baseSplit: 'train' },
    kinds: set.columns,
    values: set.columns.map(({ values }) => values),
  });
  const limits = { shadows: job.models, budgetSeconds: BUDGET_SECONDS, epochs: 'auto', maxRows: 1e6 };
  const request = { repository: 'bench', config: defaultConfig, limits } as unknown as EngineRequest;
  const { training, features } = prepareSubject(pool, set.name, `${set.name}.csv`, request, { nonce: 'bench' });
  const at: AttackRun = {
    ...{ pool, training, options, runtime, sensitive: [], blocks: features.blocks, seed: `bench/${job.seed}` },
    train: (order) => trainShadows({ ...training!, runtime }, order),
    expect() {},
    count() {},
    progress() {},
    secondsLeft: () => Number.POSITIVE_INFINITY,
  };
  const found = await attack.run(at);
  if (found.outcome !== 'measured') throw new Error(`${attack.id} on ${job.data}: ${found.summary}`);
  const seconds = (performance.now() - started) / 1000;
  return { job, slice: describeSlice(training!.plan.slice), tables: found.tables, seconds };
}

/** The tables of one data set: figures as means over seeds, with the least and the most; false positives of all. */
function overSeeds(data: string, lines: readonly Line[]): string {
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
