import type { WorkerResult } from '../bot/worker-protocol.ts';
import type { BotDatabase } from './bot-database.ts';
import { makeTables } from './make-tables.ts';

/** What a review told beside itself. */
export type Told = Pick<WorkerResult, 'comment' | 'unreadable'>;

/** What is needed to tell a review once more, beside the review. */
export interface ToldStore {
  keep(run: { readonly number: number; readonly attempt: number }, told: Told): Promise<void>;
  /** Null where nothing is kept of this attempt. */
  read(run: { readonly number: number; readonly attempt: number }): Promise<Told | null>;
  /** Another conclusion of a concluded run: something was accepted. */
  conclude(run: { readonly number: number; readonly attempt: number }, conclusion: string): Promise<void>;
}

const TABLE = `
  create table if not exists taster.told (
    run bigint primary key references taster.runs (number) on delete cascade,
    attempt integer not null,
    comment text not null,
    unreadable text[] not null
  )`;

/** The store's tables must be there. */
export async function openToldStore({ query, transaction }: BotDatabase): Promise<ToldStore> {
  await makeTables({ transaction }, [TABLE]);
  return {
    async keep({ number, attempt }, { comment, unreadable }) {
      await query(
        `insert into taster.told (run, attempt, comment, unreadable) values ($1, $2, $3, $4)
         on conflict (run) do update set
           attempt = excluded.attempt, comment = excluded.comment, unreadable = excluded.unreadable`,
        [number, attempt, comment, unreadable],
      );
    },
    async conclude({ number, attempt }, conclusion) {
      await query(`update taster.runs set conclusion = $3 where number = $1 and attempt = $2 and state = 'concluded'`, [
        number,
        attempt,
        conclusion,
      ]);
    },
    async read({ number, attempt }) {
      const [row] = await query('select comment, unreadable from taster.told where run = $1 and attempt = $2', [
        number,
        attempt,
      ]);
      if (!row) return null;
      return { comment: row.comment as Told['comment'], unreadable: (row.unreadable as unknown[]).map(String) };
    },
  };
}
