import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PgBoss } from 'pg-boss';
import { UserError } from '../errors.ts';
import { lockFolder } from './folder-lock.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** The App's database, the queue's tables in place. */
export interface BotDatabase {
  readonly boss: PgBoss;
  readonly query: Query;
  /** Nobody else works on it: what is in hand when it is opened was in the hand of one that has fallen. */
  readonly isAlone: boolean;
  /** All or nothing. Inside, only the query that is handed in may be used: an embedded database has one connection. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Waits for the jobs in hand, at most `milliseconds`. */
  close(milliseconds?: number): Promise<void>;
}

export interface BotDatabaseOptions {
  /** A folder for the embedded database, or the address of a PostgreSQL server. */
  readonly at: { readonly folder: string } | { readonly url: string };
  log(line: string): void;
}

/** Lost jobs are looked for this often. */
const MONITOR_SECONDS = 5;

/** Opens the database and the queue. Throws a UserError where the folder is owned, or the server does not answer. */
export async function openBotDatabase({ at, log }: BotDatabaseOptions): Promise<BotDatabase> {
  const { PgBoss, fromPglite } = await import('pg-boss');
  const often = {
    superviseIntervalSeconds: MONITOR_SECONDS,
    monitorIntervalSeconds: MONITOR_SECONDS,
    useListenNotify: true,
    schedule: false,
  };
  const start = async (boss: PgBoss): Promise<PgBoss> => {
    boss.on('error', (error) => log(`The queue: ${error.message}`));
    return await boss.start();
  };
  if ('url' in at) {
    const boss = await start(new PgBoss({ connectionString: at.url, ...often })).catch(noServer);
    const db = boss.getDb();
    const begin = db.beginTransaction?.bind(db);
    if (begin === undefined) throw new Error('pg-boss gave a connection without transactions');
    return {
      boss,
      isAlone: false,
      query: async (text, values) => (await db.executeSql(text, values && [...values])).rows,
      async transaction(work) {
        const open = await begin();
        try {
          const done = await work(async (text, values) => (await open.db.executeSql(text, values && [...values])).rows);
          await open.commit();
          return done;
        } catch (error) {
          await open.rollback();
          throw error;
        }
      },
      close: (timeout = 30_000) => boss.stop({ graceful: true, timeout }),
    };
  }

  const lock = lockFolder(at.folder);
  try {
    const data = join(at.folder, 'postgres');
    await mkdir(data, { recursive: true, mode: 0o700 });
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create(data);
    const boss = await start(new PgBoss({ db: fromPglite(pglite), backend: 'pglite', ...often })).catch(
      async (error: unknown) => {
        await pglite.close();
        throw error;
      },
    );
    return {
      boss,
      isAlone: true,
      query: async (text, values) => (await pglite.query<Row>(text, values && [...values])).rows,
      transaction: async (work) =>
        await pglite.transaction((tx) =>
          work(async (text, values) => (await tx.query<Row>(text, values && [...values])).rows),
        ),
      async close(timeout = 30_000) {
        await boss.stop({ graceful: true, timeout });
        await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The address holds a password: neither it nor the driver's words are repeated. */
function noServer(cause: unknown): never {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  throw new UserError('database', `The PostgreSQL server of DATABASE_URL cannot be used (${code}).`, {
    hint: 'Check the address, the user and its right to create schemas; or unset it for the embedded database.',
    infrastructure: true,
    cause,
  });
}
