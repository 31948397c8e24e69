import type { BotDatabase, Row } from './bot-database.ts';
import type { Run } from './bot-store.ts';
import { makeTables } from './make-tables.ts';

/** One try of a run that a workflow of the repository makes. */
export interface Dispatch {
  readonly key: string;
  readonly nonce: string;
  /** Id of the workflow's run; null while it is not known. */
  readonly workflowRun: number | null;
  readonly startedAt: Date;
}

export interface BotDispatches {
  /** The dispatch of this very attempt; made, with `nonce`, where there is none. `isNew`: nobody has started it yet. */
  claim(run: Run, nonce: string): Promise<Dispatch & { readonly isNew: boolean }>;
  of(run: Run): Promise<Dispatch | null>;
  running(run: Run, workflowRun: number): Promise<void>;
  /** Key of the run that a workflow's run was started for; null where the App has started no such. */
  keyOf(ended: {
    readonly repository: string;
    readonly id: number;
    readonly nonce: string | null;
  }): Promise<string | null>;
  /** Keys of runs in progress that a workflow makes and that nobody looked at for so long; each is given out once. */
  look(seconds: number): Promise<string[]>;
}

const TABLE = `
  create table if not exists taster.dispatches (
    run bigint not null references taster.runs (number) on delete cascade,
    attempt integer not null,
    repository text not null,
    nonce text not null unique,
    workflow_run bigint,
    started_at timestamptz not null default now(),
    looked_at timestamptz not null default now(),
    primary key (run, attempt)
  )`;

const COLUMNS = 'r.key, d.nonce, d.workflow_run, d.started_at';

/** Which workflow runs the App has started, and for which of its runs. Wants the store's tables to be there. */
export async function openBotDispatches({ query, transaction }: BotDatabase): Promise<BotDispatches> {
  await makeTables({ transaction }, [TABLE]);
  const of = async ({ number, attempt }: Run): Promise<Dispatch | null> => {
    const [row] = await query(
      `select ${COLUMNS} from taster.dispatches d join taster.runs r on r.number = d.run
       where d.run = $1 and d.attempt = $2`,
      [number, attempt],
    );
    return row ? dispatchOf(row) : null;
  };
  return {
    of,
    async claim(run, nonce) {
      const made = await query(
        `insert into taster.dispatches (run, attempt, repository, nonce) values ($1, $2, $3, $4)
         on conflict do nothing returning nonce`,
        [run.number, run.attempt, run.ask.repository.toLowerCase(), nonce],
      );
      const there = await of(run);
      if (there === null) throw new Error('the dispatch is gone with its run');
      return { ...there, isNew: made.length > 0 };
    },
    async running({ number, attempt }, workflowRun) {
      await query('update taster.dispatches set workflow_run = $3 where run = $1 and attempt = $2', [
        ...[number, attempt, workflowRun],
      ]);
    },
    async keyOf({ repository, id, nonce }) {
      const [row] = await query(
        `select r.key from taster.dispatches d join taster.runs r on r.number = d.run and r.attempt = d.attempt
         where d.repository = $1 and (d.workflow_run = $2 or (d.workflow_run is null and d.nonce = $3))`,
        [repository.toLowerCase(), id, nonce],
      );
      return row ? String(row.key) : null;
    },
    async look(seconds) {
      const rows = await query(
        `update taster.dispatches d set looked_at = now() from taster.runs r
         where r.number = d.run and r.attempt = d.attempt and r.state = 'in_progress'
           and d.looked_at < now() - make_interval(secs => $1) returning r.key`,
        [seconds],
      );
      return rows.map(({ key }) => String(key));
    },
  };
}

function dispatchOf({ key, nonce, workflow_run: run, started_at: at }: Row): Dispatch {
  const workflowRun = run === null ? null : Number(run);
  return { key: String(key), nonce: String(nonce), workflowRun, startedAt: new Date(at as string | Date) };
}
