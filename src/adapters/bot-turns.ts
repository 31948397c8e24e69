import type { BotDatabase } from './bot-database.ts';
import type { Run } from './bot-store.ts';

/**
 * A run's place in line, as a statement's part: start-time fair queueing (Goyal, Vin and Cheng 1996, section 2) with
 * every review of one length. After the last that waits of the same repository, and not before the first that waits at
 * all. `$4` is the repository.
 */
export const TURN = `greatest(
  coalesce((select max(turn) + 1 from taster.runs where repository = $4 and state in ('queued', 'in_progress')), 0),
  coalesce((select min(turn) from taster.runs where state = 'queued'),
    (select max(turn) from taster.runs where state = 'in_progress'), 0))`;

/** Of the advisory locks under which the runs of one installation are counted; the second word is the installation. */
const COUNTING = 7_270_002;

/**
 * Marks a run as under review. False where its installation has as many as it may: then nothing was written. The queue
 * counts as well, but several workers that look at the same moment see the same places free.
 */
export async function beginRun(
  { transaction }: Pick<BotDatabase, 'transaction'>,
  { number, attempt, ask }: Run,
  limit: number | null,
): Promise<boolean> {
  return await transaction(async (query) => {
    if (limit !== null) {
      await query('select pg_advisory_xact_lock($1, hashint8($2))', [COUNTING, ask.installation]);
      const [others] = await query(
        `select count(*) as n from taster.runs
         where state = 'in_progress' and number <> $1 and (ask ->> 'installation')::bigint = $2`,
        [number, ask.installation],
      );
      if (Number(others?.n) >= limit) return false;
    }
    await query(`update taster.runs set state = 'in_progress', started_at = now() where number = $1 and attempt = $2`, [
      number,
      attempt,
    ]);
    return true;
  });
}
