import { availableParallelism } from 'node:os';
import { markdownTable } from 'markdown-table';
import type { AttackRun } from '../../src/audit/attack.ts';
import { contributors } from '../../src/audit/contributors.ts';
import { type Contributor, contributorsOf } from '../../src/audit/contributors-of.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { clopperPearson } from '../../src/stats/interval.ts';
import { pairedEffect } from '../../src/stats/paired.ts';
import { hash32, permutation } from '../../src/tensor/random.ts';
import { type DataSet, dataFolder, readDataSet } from '../detection/data-sets.ts';
import { openProcessor } from '../performance/processor.ts';
import { attackRun } from './attack-run.ts';
import { type BenchLine, type BenchOptions, runJobs } from './recorded.ts';
import { openTable, TABLES, type TableName } from './subjects.ts';

/** No default of the audit was chosen on these. */
const SEEDS = [401, 402, 403] as const;
/** Honest people, who share the rows of a data set out among themselves by lot, and the one who may bring poison, too. */
const HONEST = ['ann', 'bob', 'cid', 'dan', 'eva'] as const;
const PLANTER = 'planter';
const COLUMN = 'contributor';
/** What an oracle calls harm, as in the other benches. */
const HARM = 1.5;

interface Job {
  readonly bench: 'contributors';
  readonly data: TableName;
  readonly seed: number;
  /** Others' rows of which the planter brings a wrong-label copy, beside an honest share of rows; 0 for none. */
  readonly victims: number;
  readonly models: number;
}

/** A row that the audit says somebody's rows expose. */
interface Named {
  readonly by: string;
  readonly isVictim: boolean;
  /** D by the oracle: ensembles with a seed of their own. */
  readonly oracle: number | null;
}

interface Line extends BenchLine<Job> {
  readonly named: readonly Named[];
  readonly seconds: number;
}

/** Six contributors with and without one who plants: whom does the audit accuse, of what, and does an oracle agree? */
export async function benchContributors({ seeds, data, ...how }: BenchOptions): Promise<string> {
  const asked = TABLES.filter((name) => data?.includes(name) ?? true);
  const jobs = (seeds ?? SEEDS).flatMap((seed) =>
    asked.flatMap((name) =>
      [20, 0].map((victims): Job => ({ bench: 'contributors', data: name, seed, victims, models: 64 })),
    ),
  );
  const runtime = await openProcessor(availableParallelism());
  try {
    return tableOf(await runJobs<Line>(jobs, how, (job) => runJob(job, runtime)));
  } finally {
    await runtime.close();
  }
}

async function runJob(job: Job, runtime: Runtime): Promise<Line> {
  const started = performance.now();
  const shared = shareOut(readDataSet(job.data, dataFolder()!), job);
  const run = attackRun(openTable(shared.data, job.models), { runtime, seed: `bench/${job.seed}`, options: { by: COLUMN } }); // biome-ignore format: one idea
  const { outcome, rows, summary } = await contributors.run(run);
  if (outcome !== 'measured') throw new Error(`contributors on ${job.data}: ${summary}`);
  const named: Named[] = [];
  for (const { name, rows: own } of contributorsOf(run) as readonly Contributor[]) {
    const exposed = rows.filter(({ why }) => why.includes(`"${name}"`)).map(({ row }) => row);
    if (exposed.length === 0) continue;
    const effectOn = await askOracle(run, new Set(own));
    for (const row of exposed)
      named.push({ by: name, isVictim: name === PLANTER && shared.victims.has(row), oracle: effectOn(row) });
  }
  return { job, named, seconds: (performance.now() - started) / 1000 };
}

/** What a contributor's rows do to a row, by models that the audit has not seen. */
async function askOracle(run: AttackRun, own: ReadonlySet<number>): Promise<(row: number) => number | null> {
  const order = { seed: `${run.seed}/oracle`, models: 2 * run.training!.plan.models };
  const without = await run.train({ ...order, name: 'oracle, without', without: own });
  const applied = await run.train({ ...order, name: 'oracle, with', always: own });
  return (row) => pairedEffect(applied, without, row)?.difference ?? null;
}

/** Gives every row a contributor, and the planter copies of rows of the others, each under one wrong label. */
function shareOut(
  data: DataSet,
  { seed, victims }: Job,
): { readonly data: DataSet; readonly victims: ReadonlySet<number> } {
  const rows = data.labels.length;
  const people = [...HONEST, PLANTER];
  const order = [...permutation(hash32(seed, 0xc0b), rows)];
  const who = Array.from({ length: rows }, () => '');
  for (const [turn, row] of order.entries()) who[row] = people[turn % people.length]!;
  const chosen = order.filter((row) => who[row] !== PLANTER).slice(0, victims);
  const classes = data.classes.length;
  const wrong = chosen.map((row) => (data.labels[row]! + 1 + (hash32(seed, row) % (classes - 1))) % classes);
  const withCopies = <T>(values: readonly T[]) => [...values, ...chosen.map((row) => values[row]!)];
  return {
    victims: new Set(chosen),
    data: {
      ...data,
      labels: [...data.labels, ...wrong],
      columns: [
        ...data.columns.map((column) => ({ ...column, values: withCopies(column.values) })),
        { name: COLUMN, kind: 'excluded', values: [...who, ...chosen.map(() => PLANTER)] },
      ],
    },
  };
}

function tableOf(lines: readonly Line[]): string {
  const body = [...Map.groupBy(lines, ({ job }) => `${job.data}/${job.victims}`).values()].map((own) => {
    const [{ job }] = own as [Line];
    const named = own.flatMap((line) => line.named);
    const others = named.filter(({ by, isVictim }) => by === PLANTER && !isVictim);
    const honest = named.filter(({ by }) => by !== PLANTER);
    const accused = own.flatMap((line) => HONEST.filter((name) => line.named.some(({ by }) => by === name)));
    return [
      job.data,
      job.victims === 0 ? 'nothing' : `${job.victims} copies`,
      String(own.length),
      job.victims === 0 ? '' : share(named.filter(({ isVictim }) => isVictim).length, job.victims * own.length),
      borneOut(others),
      share(accused.length, HONEST.length * own.length),
      borneOut(honest),
      own.map(({ seconds }) => seconds.toFixed(0)).join(', '),
    ];
  });
  const heads = ['data', 'the sixth plants', 'seeds', 'victims named', 'other rows laid to the sixth, borne out', 'honest contributors accused', 'rows laid to them, borne out', 's']; // biome-ignore format: one row
  return markdownTable([heads, ...body]);
}

function share(count: number, of: number): string {
  const { low, high } = clopperPearson(count, of);
  return `${count} of ${of} [${(100 * low).toFixed(0)}, ${(100 * high).toFixed(0)}]%`;
}

const borneOut = (named: readonly Named[]): string =>
  `${named.length}, ${named.filter(({ oracle }) => (oracle ?? 0) >= HARM).length}`;
