import { type Ask, askSchema, runKey } from '../bot/ask.ts';
import type { BotDatabase, Query, Row } from './bot-database.ts';

export type RunState = 'asked' | 'queued' | 'in_progress' | 'concluded';

export interface Run {
  readonly key: string;
  /** Orders the runs of one pull request; with `attempt` it stands in the comment's marker. */
  readonly number: number;
  readonly attempt: number;
  readonly ask: Ask;
  readonly state: RunState;
  /** A newer head of the same pull request has come. */
  readonly superseded: boolean;
  readonly checkRun: number | null;
  readonly conclusion: string | null;
}

export interface StoredFinding {
  readonly id: string;
  readonly check: string;
  readonly outcome: string;
  /** Hashes of the named rows' ids; never their content. */
  readonly rows: readonly string[];
}

export interface BotStore {
  /**
   * Takes a delivery once: answers the keys of runs that are now to be worked on. `again` asks for a concluded run once
   * more. Older heads of the pull request are superseded, whatever the order of arrival.
   */
  take(delivery: string, asks: readonly Ask[], options?: { readonly again: boolean }): Promise<string[]>;
  run(key: string): Promise<Run | null>;
  /** Keys of all runs that are not concluded. */
  open(): Promise<string[]>;
  /** The runs of a head commit. */
  runsOf(repository: string, head: string): Promise<Run[]>;
  announced(run: Run, checkRun: number): Promise<void>;
  begun(run: Run): Promise<void>;
  /** False where the run was asked for again, or superseded, since `run` was read: then nothing was written. */
  concluded(run: Run, conclusion: string, findings: readonly StoredFinding[]): Promise<boolean>;
}

/** Of the advisory lock under which the tables are made. */
export const MAKING = 7_270_001;

const TABLES = `
  create schema if not exists taster;
  create table if not exists taster.deliveries (id text primary key, at timestamptz not null default now());
  create table if not exists taster.runs (
    number bigint generated always as identity primary key,
    key text not null unique,
    repository text not null,
    pull integer not null,
    head_sha text not null,
    base_sha text not null,
    ask jsonb not null,
    asked_at bigint not null,
    attempt integer not null default 1,
    state text not null default 'asked',
    superseded boolean not null default false,
    check_run bigint,
    conclusion text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    ended_at timestamptz
  );
  create index if not exists runs_of_pull on taster.runs (repository, pull);
  create index if not exists open_runs on taster.runs (state) where state <> 'concluded';
  create table if not exists taster.findings (
    run bigint not null references taster.runs (number) on delete cascade,
    finding text not null,
    "check" text not null,
    outcome text not null,
    rows text[] not null,
    primary key (run, finding)
  )`;

/** The App's memory: deliveries, runs and findings, without any content of a repository. */
export async function openBotStore({ query, transaction }: BotDatabase): Promise<BotStore> {
  await transaction(async (query) => {
    await query('select pg_advisory_xact_lock($1)', [MAKING]);
    for (const statement of TABLES.split(';')) await query(statement);
  });
  return {
    async take(delivery, asks, { again } = { again: false }) {
      return await transaction(async (query) => {
        const fresh = await query(
          'insert into taster.deliveries (id) values ($1) on conflict do nothing returning id',
          [delivery],
        );
        if (fresh.length === 0) return [];
        const keys: string[] = [];
        for (const ask of asks) keys.push(...(await takeAsk(query, ask, again)));
        return [...new Set(keys)];
      });
    },
    async run(key) {
      const [row] = await query('select * from taster.runs where key = $1', [key]);
      return row ? runOf(row) : null;
    },
    async open() {
      const rows = await query(`select key from taster.runs where state <> 'concluded' order by number`);
      return rows.map(({ key }) => String(key));
    },
    async runsOf(repository, head) {
      const rows = await query('select * from taster.runs where repository = $1 and head_sha = $2', [
        repository.toLowerCase(),
        head,
      ]);
      return rows.map(runOf);
    },
    async announced({ number, attempt }, checkRun) {
      await query(
        `update taster.runs set check_run = $3, state = case when state = 'asked' then 'queued' else state end
         where number = $1 and attempt = $2`,
        [number, attempt, checkRun],
      );
    },
    async begun({ number, attempt }) {
      await query(
        `update taster.runs set state = 'in_progress', started_at = now() where number = $1 and attempt = $2`,
        [number, attempt],
      );
    },
    async concluded({ number, attempt, superseded }, conclusion, findings) {
      return await transaction(async (query) => {
        const done = await query(
          `update taster.runs set state = 'concluded', conclusion = $3, ended_at = now()
           where number = $1 and attempt = $2 and superseded = $4 returning number`,
          [number, attempt, conclusion, superseded],
        );
        if (done.length === 0) return false;
        await query('delete from taster.findings where run = $1', [number]);
        for (const { id, check, outcome, rows } of findings)
          await query(
            `insert into taster.findings (run, finding, "check", outcome, rows) values ($1, $2, $3, $4, $5)
             on conflict do nothing`,
            [number, id, check, outcome, rows],
          );
        return true;
      });
    },
  };
}

async function takeAsk(query: Query, ask: Ask, again: boolean): Promise<string[]> {
  const key = runKey(ask);
  const repository = ask.repository.toLowerCase();
  // Two events of one pull request are taken one after the other.
  await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${repository}#${ask.pull}`]);
  const others = await query(
    `select key, asked_at from taster.runs where repository = $1 and pull = $2 and key <> $3 and asked_at > $4`,
    [repository, ask.pull, key, ask.at],
  );
  const superseded = others.length > 0;
  const [there] = await query('select * from taster.runs where key = $1', [key]);
  if (!there) {
    await query(
      `insert into taster.runs (key, repository, pull, head_sha, base_sha, ask, asked_at, superseded)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [key, repository, ask.pull, ask.head.sha, ask.base.sha, JSON.stringify(ask), ask.at, superseded],
    );
  } else {
    // A head that was left and came back is asked for anew, as is one whose check somebody started again.
    const back = there.superseded === true && !superseded && ask.at >= Number(there.asked_at);
    if (!back && !(again && there.state === 'concluded')) return [];
    await query(
      `update taster.runs set state = 'asked', attempt = attempt + 1, superseded = $2, conclusion = null,
       ask = $3, base_sha = $4, asked_at = greatest(asked_at, $5) where key = $1`,
      [key, superseded && !again, JSON.stringify(ask), ask.base.sha, ask.at],
    );
  }
  if (superseded) return [key];
  const left = await query(
    `update taster.runs set superseded = true
     where repository = $1 and pull = $2 and key <> $3 and state <> 'concluded' and not superseded returning key`,
    [repository, ask.pull, key],
  );
  return [key, ...left.map((row) => String(row.key))];
}

function runOf(row: Row): Run {
  const ask = typeof row.ask === 'string' ? JSON.parse(row.ask) : row.ask;
  return {
    key: String(row.key),
    number: Number(row.number),
    attempt: Number(row.attempt),
    ask: askSchema.parse(ask),
    state: row.state as RunState,
    superseded: row.superseded === true,
    checkRun: row.check_run === null ? null : Number(row.check_run),
    conclusion: row.conclusion === null ? null : String(row.conclusion),
  };
}
