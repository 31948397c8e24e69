import type { Acceptance } from '../bot/acceptance.ts';
import type { BotDatabase, Row } from './bot-database.ts';
import { makeTables } from './make-tables.ts';

/** A pull request; `repository` in any case. */
export interface PullOf {
  readonly repository: string;
  readonly pull: number;
}

export interface AcceptanceStore {
  /** Writes what a command accepts, once. */
  add(command: string, of: PullOf, acceptances: readonly Acceptance[]): Promise<void>;
  /** In the order in which they were said. */
  of(pull: PullOf): Promise<Acceptance[]>;
  by(command: string): Promise<Acceptance[]>;
  /** The head commit of a pull request's newest run; null where it has none. */
  headOf(pull: PullOf): Promise<string | null>;
}

const TABLE = `
  create table if not exists taster.acceptances (
    number bigint generated always as identity primary key,
    command text not null,
    repository text not null,
    pull integer not null,
    head text not null,
    finding text not null,
    digest text,
    "check" text not null,
    subject text not null,
    rows text[] not null,
    whole boolean not null,
    until text not null,
    reason text not null,
    by_login text not null,
    own boolean not null,
    at timestamptz not null default now(),
    unique (command, finding)
  );
  create index if not exists acceptances_of_pull on taster.acceptances (repository, pull)`;

/** What people accepted: findings by id, rows by hash, and who, until when and why. The store's tables must be there. */
export async function openAcceptanceStore({ query, transaction }: BotDatabase): Promise<AcceptanceStore> {
  await makeTables({ transaction }, TABLE.split(';'));
  return {
    async add(command, { repository, pull }, acceptances) {
      // All or none: a second try reads what the first has written.
      await transaction(async (query) => {
        for (const { head, finding, digest, check, subject, rows, whole, until, reason, by, own } of acceptances)
          await query(
            `insert into taster.acceptances
               (command, repository, pull, head, finding, digest, "check", subject, rows, whole, until, reason, by_login, own)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing`,
            [
              ...[command, repository.toLowerCase(), pull, head, finding, digest, check, subject, rows],
              ...[whole, until, reason, by, own],
            ],
          );
      });
    },
    async of({ repository, pull }) {
      const rows = await query(
        'select * from taster.acceptances where repository = $1 and pull = $2 order by number limit 1000',
        [repository.toLowerCase(), pull],
      );
      return rows.map(acceptanceOf);
    },
    async headOf({ repository, pull }) {
      const [row] = await query(
        'select head_sha from taster.runs where repository = $1 and pull = $2 order by asked_at desc, number desc limit 1',
        [repository.toLowerCase(), pull],
      );
      return row ? String(row.head_sha) : null;
    },
    async by(command) {
      return (await query('select * from taster.acceptances where command = $1 order by number', [command])).map(
        acceptanceOf,
      );
    },
  };
}

function acceptanceOf(row: Row): Acceptance {
  const text = (name: string) => String(row[name]);
  return {
    ...{ head: text('head'), finding: text('finding'), digest: row.digest === null ? null : text('digest') },
    ...{ check: text('check'), subject: text('subject') },
    ...{ rows: (row.rows as unknown[]).map(String), whole: row.whole === true, until: text('until') },
    ...{ reason: text('reason'), by: text('by_login'), own: row.own === true },
  };
}
