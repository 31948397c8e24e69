import type { Said } from '../bot/said.ts';
import type { BotDatabase, Row } from './bot-database.ts';
import { makeTables } from './make-tables.ts';

export interface CommandStore {
  /** Writes a command down; false where it was there already. */
  take(said: Said): Promise<boolean>;
  /** Null where there is none, or it is done. */
  read(id: string): Promise<Said | null>;
  /** Its text is forgotten. */
  done(id: string): Promise<void>;
  /** Ids of what was said in the last hour and is not done. */
  open(): Promise<string[]>;
  /** True for the first command of a person in a pull request that is refused, however often it asks. */
  refuse(
    id: string,
    of: { readonly repository: string; readonly pull: number; readonly login: string },
  ): Promise<boolean>;
}

const TABLES = `
  create table if not exists taster.commands (
    id text primary key,
    said jsonb,
    at timestamptz not null default now()
  );
  create index if not exists open_commands on taster.commands (at) where said is not null;
  create table if not exists taster.refusals (
    repository text not null, pull integer not null, login text not null, command text not null,
    primary key (repository, pull, login))`;

/** Commands that wait to be answered. The store's tables must be there. */
export async function openCommandStore({ query, transaction }: BotDatabase): Promise<CommandStore> {
  await makeTables({ transaction }, TABLES.split(';'));
  return {
    async take(said) {
      const rows = await query(
        'insert into taster.commands (id, said) values ($1, $2::text::jsonb) on conflict do nothing returning id',
        [said.id, JSON.stringify(said)],
      );
      return rows.length > 0;
    },
    async read(id) {
      const [row] = await query('select said from taster.commands where id = $1 and said is not null', [id]);
      return row ? saidOf(row) : null;
    },
    async done(id) {
      await query('update taster.commands set said = null where id = $1', [id]);
    },
    async open() {
      const rows = await query(
        `select id from taster.commands where said is not null and at > now() - interval '1 hour' order by at limit 1000`,
      );
      return rows.map(({ id }) => String(id));
    },
    async refuse(id, { repository, pull, login }) {
      await query(
        `insert into taster.refusals (repository, pull, login, command) values ($1, $2, $3, $4) on conflict do nothing`,
        [repository.toLowerCase(), pull, login.toLowerCase(), id],
      );
      const [row] = await query(
        'select command from taster.refusals where repository = $1 and pull = $2 and login = $3',
        [repository.toLowerCase(), pull, login.toLowerCase()],
      );
      return row?.command === id;
    },
  };
}

function saidOf({ said }: Row): Said {
  return (typeof said === 'string' ? JSON.parse(said) : said) as Said;
}
