import type { BotDatabase } from './bot-database.ts';

/** Of the advisory lock under which the App's tables are made: several processes may start at the same moment. */
const MAKING = 7_270_001;

/** Runs the statements that make tables, each of which may be run again. */
export async function makeTables(
  { transaction }: Pick<BotDatabase, 'transaction'>,
  statements: readonly string[],
): Promise<void> {
  await transaction(async (query) => {
    await query('select pg_advisory_xact_lock($1)', [MAKING]);
    for (const statement of statements) await query(statement);
  });
}
