import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { BotDatabase } from './bot-database.ts';
import { makeTables } from './make-tables.ts';

export interface ReportStore {
  /** Keeps the review.json of a run's latest attempt, in place of an earlier one's; nothing where none are kept. */
  keep(run: { readonly number: number; readonly attempt: number }, report: KeptReport): Promise<void>;
  read(number: number): Promise<{ readonly attempt: number; readonly review: string } | null>;
  /** Takes away those whose days are over; answers how many. */
  prune(): Promise<number>;
}

export interface KeptReport {
  /** A `review.json`. */
  readonly review: string;
  /** What it says in a sentence. */
  readonly headline: string;
}

export interface ReportStoreOptions {
  /** For so many days a report is kept; 0: not at all. */
  readonly days: number;
}

const DAY = `interval '1 day'`;
/** As much as a `review.json` may have; a packed one that unfolds to more is not ours. */
export const REVIEW_BYTES = 32 * 1024 * 1024;

const TABLE = `
  create table if not exists taster.reports (
    run bigint primary key references taster.runs (number) on delete cascade,
    attempt integer not null,
    headline text not null,
    review bytea not null,
    kept_at timestamptz not null default now()
  );
  create index if not exists reports_by_age on taster.reports (kept_at)`;

/** The reviews of the App's runs, packed; they go with their runs, or when their days are over. The store's tables must be there. */
export async function openReportStore(
  { query, transaction }: BotDatabase,
  { days }: ReportStoreOptions,
): Promise<ReportStore> {
  await makeTables({ transaction }, TABLE.split(';'));
  const store: ReportStore = {
    async keep({ number, attempt }, { review, headline }) {
      if (days === 0) return;
      await query(
        `insert into taster.reports (run, attempt, headline, review) values ($1, $2, $3, $4)
         on conflict (run) do update set
           attempt = excluded.attempt, headline = excluded.headline, review = excluded.review, kept_at = now()
         where reports.attempt <= excluded.attempt`,
        [number, attempt, headline, await promisify(gzip)(review)],
      );
    },
    async read(number) {
      const [row] = await query(
        `select attempt, review from taster.reports where run = $1 and kept_at > now() - $2::int * ${DAY}`,
        [number, days],
      );
      if (!row) return null;
      const review = await promisify(gunzip)(row.review as Uint8Array, { maxOutputLength: REVIEW_BYTES });
      return { attempt: Number(row.attempt), review: review.toString('utf8') };
    },
    async prune() {
      const gone = await query(`delete from taster.reports where kept_at <= now() - $1::int * ${DAY} returning run`, [
        days,
      ]);
      return gone.length;
    },
  };
  await store.prune();
  return store;
}
