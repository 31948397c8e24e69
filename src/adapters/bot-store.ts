import { type Ask, askSchema } from '../bot/ask.ts';
import type { LedgerEntry } from '../bot/ledger.ts';
import type { Left, Removed } from '../bot/left.ts';
import type { BotDatabase, Row } from './bot-database.ts';
import { dropRuns, leaveRuns } from './bot-leave.ts';
import { TAKE, type Taken, takeDeliveries } from './bot-take.ts';
import { beginRun, joinLine } from './bot-turns.ts';
import { inBatches } from './in-batches.ts';
import { makeTables } from './make-tables.ts';

export type RunState = 'asked' | 'queued' | 'in_progress' | 'concluded';

export type LeftFor = 'newer' | 'closed' | 'removed';

export interface Run {
  readonly key: string;
  /** Orders the runs of one pull request; with `attempt` it stands in the comment's marker. */
  readonly number: number;
  readonly attempt: number;
  readonly ask: Ask;
  readonly state: RunState;
  /** No review of it is wanted any more. */
  readonly superseded: boolean;
  /** Why: a newer head of the same pull request has come, it was closed, or the App may no longer see it. */
  readonly leftFor: LeftFor | null;
  /** Its place in line: the lowest is reviewed next. */
  readonly turn: number;
  readonly checkRun: number | null;
  readonly conclusion: string | null;
  /** Why the last try failed, in our words. */
  readonly problem: string | null;
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
  /** Forgets deliveries that GitHub can no longer send again: it keeps them for three days. */
  prune(): Promise<void>;
  /** The runs of a repository that are not concluded. */
  openRunsOf(repository: string): Promise<Run[]>;
  /** Takes a delivery once: answers the keys of runs that are to be stopped. */
  leave(delivery: string, left: Left): Promise<string[]>;
  /** Takes a delivery once: runs of what the App may no longer see are over. */
  drop(delivery: string, removed: Removed): Promise<void>;
  /** The runs of a head commit. */
  runsOf(repository: string, head: string): Promise<Run[]>;
  /** Keys of runs that were taken a while ago and are not announced yet: whoever took them has fallen. */
  forgotten(seconds: number): Promise<string[]>;
  /** Answers the run's turn: repositories take turns, a new one begins with those that wait in front. */
  announced(run: Run, checkRun: number): Promise<number>;
  /** False where the installation has as many under review as it may: then nothing was written. */
  begun(run: Run, installationLimit: number | null): Promise<boolean>;
  troubled(run: Run, problem: string): Promise<void>;
  /** False where the run was asked for again, or superseded, since `run` was read: then nothing was written. */
  concluded(run: Run, conclusion: string, findings: readonly LedgerEntry[]): Promise<boolean>;
}

const DELIVERIES_AT_ONCE = 50;

const TABLES = `
  create schema if not exists taster;
  create table if not exists taster.deliveries (id text primary key, at timestamptz not null default now());
  create table if not exists taster.runs (
    number bigint generated always as identity primary key,
    key text not null unique,
    repository text not null,
    pull integer,
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
  alter table taster.runs add column if not exists turn integer not null default 0,
    add column if not exists problem text, add column if not exists left_for text;
  create table if not exists taster.closed (
    repository text not null, pull integer not null, at bigint not null, primary key (repository, pull));
  create index if not exists runs_of_pull on taster.runs (repository, pull);
  create index if not exists open_runs on taster.runs (state) where state <> 'concluded';
  create table if not exists taster.findings (
    run bigint not null references taster.runs (number) on delete cascade,
    finding text not null,
    "check" text not null,
    outcome text not null,
    subject text not null,
    rows text[] not null,
    scores double precision[] not null,
    primary key (run, finding)
  )`;

/** The App's memory: deliveries, runs and findings, without any content of a repository. */
export async function openBotStore({ query, transaction }: BotDatabase): Promise<BotStore> {
  // Opening a table of the catalogue is what makes a session see the schema that another one has made meanwhile.
  await makeTables({ transaction }, ['select count(*) from pg_namespace', ...TABLES.split(';'), TAKE]);
  const take = inBatches<Taken, string[]>((deliveries) => takeDeliveries(query, deliveries), DELIVERIES_AT_ONCE);
  return {
    take: (delivery, asks, { again } = { again: false }) => take({ delivery, asks, again }),
    async run(key) {
      const [row] = await query('select * from taster.runs where key = $1', [key]);
      return row ? runOf(row) : null;
    },
    async open() {
      const rows = await query(`select key from taster.runs where state <> 'concluded' order by number`);
      return rows.map(({ key }) => String(key));
    },
    async prune() {
      await query(`delete from taster.deliveries where at < now() - interval '30 days'`);
    },
    async openRunsOf(repository) {
      const rows = await query(`select * from taster.runs where repository = $1 and state <> 'concluded'`, [
        repository.toLowerCase(),
      ]);
      return rows.map(runOf);
    },
    leave: (delivery, left) => leaveRuns({ transaction }, delivery, left),
    drop: (delivery, removed) => dropRuns({ transaction }, delivery, removed),
    async runsOf(repository, head) {
      const rows = await query('select * from taster.runs where repository = $1 and head_sha = $2', [
        repository.toLowerCase(),
        head,
      ]);
      return rows.map(runOf);
    },
    async forgotten(seconds) {
      const rows = await query(
        `select key from taster.runs where state = 'asked' and created_at < now() - make_interval(secs => $1)`,
        [seconds],
      );
      return rows.map(({ key }) => String(key));
    },
    announced: (run, checkRun) => joinLine({ transaction }, run, checkRun),
    begun: (run, limit) => beginRun({ transaction }, run, limit),
    async troubled({ number, attempt }, problem) {
      await query('update taster.runs set problem = $3 where number = $1 and attempt = $2', [number, attempt, problem]);
    },
    async concluded({ number, attempt, superseded }, conclusion, findings) {
      return await transaction(async (query) => {
        const done = await query(
          `update taster.runs set state = 'concluded', conclusion = $3, problem = null, ended_at = now()
           where number = $1 and attempt = $2 and superseded = $4 returning number`,
          [number, attempt, conclusion, superseded],
        );
        if (done.length === 0) return false;
        await query('delete from taster.findings where run = $1', [number]);
        for (const { id, check, subject, outcome, rows } of findings)
          await query(
            `insert into taster.findings (run, finding, "check", subject, outcome, rows, scores)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict do nothing`,
            [number, id, check, subject, outcome, rows.map(({ hash }) => hash), rows.map(({ score }) => score)],
          );
        return true;
      });
    },
  };
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
    leftFor: row.left_for as LeftFor | null,
    turn: Number(row.turn),
    checkRun: row.check_run === null ? null : Number(row.check_run),
    conclusion: row.conclusion === null ? null : String(row.conclusion),
    problem: row.problem === null ? null : String(row.problem),
  };
}
