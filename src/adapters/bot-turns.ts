import type { Ask } from '../bot/ask.ts';
import type { BotDatabase } from './bot-database.ts';

/** Of the advisory locks: one run at a time joins the line, and the runs of one installation are counted. */
const JOINING = 7_270_002;
const COUNTING = 7_270_003;

type Database = Pick<BotDatabase, 'transaction'>;
interface Attempt {
  readonly number: number;
  readonly attempt: number;
  readonly ask: Ask;
  readonly turn: number;
}

/**
 * Marks a run as waiting, its check run known, and answers its place in line: start-time fair queueing (Goyal, Vin and
 * Cheng 1996, section 2) with every review of one length. It comes after the last that waits of the same repository, and
 * not before the first that waits at all. A run that has a place keeps it.
 */
export async function joinLine(
  { transaction }: Database,
  { number, attempt, ask, turn }: Attempt,
  checkRun: number,
): Promise<number> {
  return await transaction(async (query) => {
    await query('select pg_advisory_xact_lock($1)', [JOINING]);
    const [row] = await query(
      `update taster.runs set check_run = $3, state = case when state = 'asked' then 'queued' else state end,
       turn = case when state <> 'asked' then turn else greatest(
         coalesce((select max(turn) + 1 from taster.runs
           where repository = $4 and state in ('queued', 'in_progress')), 0),
         coalesce((select min(turn) from taster.runs where state = 'queued'),
           (select max(turn) from taster.runs where state = 'in_progress'), 0)) end
       where number = $1 and attempt = $2 returning turn`,
      [number, attempt, checkRun, ask.repository.toLowerCase()],
    );
    return row ? Number(row.turn) : turn;
  });
}

/**
 * Marks a run as under review. False where its installation has as many as it may: then nothing was written. The queue
 * counts as well, but several workers that look at the same moment see the same places free.
 */
export async function beginRun(
  { transaction }: Database,
  { number, attempt, ask }: Attempt,
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
