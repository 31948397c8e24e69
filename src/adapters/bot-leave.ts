import type { Left, Removed } from '../bot/left.ts';
import type { BotDatabase, Query } from './bot-database.ts';

/**
 * Takes a delivery once: the keys of the runs that are to be stopped because their pull request was closed, or their
 * merge group is gone. Takes its turn with what is asked for the same pull request meanwhile.
 */
export async function leaveRuns(
  { transaction }: Pick<BotDatabase, 'transaction'>,
  delivery: string,
  { repository, pull, key, at }: Left,
): Promise<string[]> {
  return await transaction(async (query) => {
    if (!(await isFresh(query, delivery))) return [];
    await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key ?? `${repository}#${pull}`]);
    if (pull !== null)
      await query(
        `insert into taster.closed (repository, pull, at) values ($1, $2, $3)
         on conflict (repository, pull) do update set at = greatest(taster.closed.at, excluded.at)`,
        [repository, pull, at],
      );
    const rows = await query(
      `update taster.runs set superseded = true, left_for = 'closed'
       where (key = $1 or repository = $2 and pull = $3 and asked_at <= $4) and state <> 'concluded' and not superseded
       returning key`,
      [key, repository, pull, at],
    );
    return rows.map((row) => String(row.key));
  });
}

/** Ends, in the store alone, the runs of what the App may no longer see: GitHub would not take a word about them. */
export async function dropRuns(
  { transaction }: Pick<BotDatabase, 'transaction'>,
  delivery: string,
  { installation, repositories }: Removed,
): Promise<void> {
  await transaction(async (query) => {
    if (!(await isFresh(query, delivery))) return;
    await query(
      `update taster.runs set state = 'concluded', conclusion = 'cancelled', superseded = true, left_for = 'removed',
         ended_at = now()
       where state <> 'concluded' and (ask ->> 'installation')::bigint = $1
         and ($2::text[] is null or repository = any ($2::text[]))`,
      [installation, repositories],
    );
  });
}

async function isFresh(query: Query, delivery: string): Promise<boolean> {
  const rows = await query('insert into taster.deliveries (id) values ($1) on conflict do nothing returning id', [
    delivery,
  ]);
  return rows.length > 0;
}
