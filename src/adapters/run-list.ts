import type { ListedRun, QueueDepth, Readable, RepositoryRuns } from '../bot/listed-run.ts';
import type { BotDatabase, Row } from './bot-database.ts';
import { QUEUES } from './bot-queue.ts';

export interface Wanted {
  /** Of this repository and pull request alone. */
  readonly repository: string | null;
  readonly pull: number | null;
  /** Runs before this number. */
  readonly before: number | null;
  readonly limit: number;
}

export interface RunCount {
  readonly state: string;
  /** Empty where the run is not concluded. */
  readonly conclusion: string;
  readonly count: number;
}

/** What the pages read of the App's runs; of repositories, only those that are handed in as readable. */
export interface RunList {
  /** Latest first. */
  list(readable: readonly Readable[], wanted: Wanted): Promise<ListedRun[]>;
  one(readable: readonly Readable[], number: number): Promise<ListedRun | null>;
  /** Those that have runs, the one with the latest run first. */
  repositories(readable: readonly Readable[], limit: number): Promise<RepositoryRuns[]>;
  counts(): Promise<RunCount[]>;
  depths(): Promise<QueueDepth[]>;
}

/** A name can pass to another owner: the installation, which does not, must agree, too. */
const READABLE = `
  from taster.runs run
  join unnest($1::text[], $2::bigint[]) as readable (repository, installation)
    on readable.repository = run.repository and readable.installation = (run.ask->>'installation')::bigint
  left join taster.reports report on report.run = run.number`;

/** The tables of the store, the queue and the reports must be there. */
export function openRunList({ query }: Pick<BotDatabase, 'query'>): RunList {
  const sides = (readable: readonly Readable[]) => [
    readable.map(({ repository }) => repository),
    readable.map(({ installation }) => installation),
  ];
  const select = async (readable: readonly Readable[], where: string, values: readonly unknown[]) => {
    const text = `select run.*, run.ask->>'repository' as name, run.ask->'base'->>'ref' as target, report.attempt as reported, report.headline ${READABLE} where ${where}`;
    return (await query(text, [...sides(readable), ...values])).map(listed);
  };
  return {
    list: async (readable, { repository, pull, before, limit }) =>
      await select(
        readable,
        `($3::text is null or run.repository = $3) and ($4::int is null or run.pull = $4)
         and ($5::bigint is null or run.number < $5) order by run.number desc limit $6`,
        [repository?.toLowerCase() ?? null, pull, before, limit],
      ),
    one: async (readable, number) => (await select(readable, 'run.number = $3', [number]))[0] ?? null,
    async repositories(readable, limit) {
      const rows = await query(
        `select max(run.ask->>'repository') as repository, count(*) as runs ${READABLE}
         group by run.repository order by max(run.number) desc limit $3`,
        [...sides(readable), limit],
      );
      return rows.map(({ repository, runs }) => ({ repository: String(repository), runs: Number(runs) }));
    },
    async counts() {
      const rows = await query(
        `select state, coalesce(conclusion, '') as conclusion, count(*) as count from taster.runs group by 1, 2`,
      );
      return rows.map((row) => ({
        ...{ state: String(row.state), conclusion: String(row.conclusion), count: Number(row.count) },
      }));
    },
    async depths() {
      // The library's own counts are up to a minute old: a page would contradict the runs beside them.
      const rows = await query(
        `select name, count(*) filter (where state = 'active') as working, count(*) as jobs
         from pgboss.job where name = any($1::text[]) and state < 'completed' group by name`,
        [[...QUEUES]],
      );
      return QUEUES.map((queue) => {
        const { jobs = 0, working = 0 } = rows.find(({ name }) => name === queue) ?? {};
        return { queue, waiting: Number(jobs) - Number(working), working: Number(working) };
      });
    },
  };
}

function listed(row: Row): ListedRun {
  const time = (value: unknown) => (value === null ? null : new Date(value as string | Date).getTime());
  return {
    ...{ number: Number(row.number), repository: String(row.name), head: String(row.head_sha) },
    ...{ pull: row.pull === null ? null : Number(row.pull), into: String(row.target) },
    ...{ attempt: Number(row.attempt), state: row.state as ListedRun['state'] },
    conclusion: row.conclusion === null ? null : String(row.conclusion),
    checkRun: row.check_run === null ? null : Number(row.check_run),
    asked: time(row.created_at) ?? 0,
    began: time(row.started_at),
    ended: time(row.ended_at),
    reported: row.reported === null ? null : Number(row.reported),
    headline: row.headline === null ? null : String(row.headline),
  };
}
